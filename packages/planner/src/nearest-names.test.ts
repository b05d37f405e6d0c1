import { nearestNames } from './nearest-names.ts';

const names = ['Standard_NC6s_v3', 'Standard_NC12s_v3', 'Standard_NC24s_v3', 'Standard_ND96asr_A100_v4'];

describe('nearestNames', () => {
  it('finds what was meant, whatever the case', () => {
    expect(nearestNames('standard_nc6_v3', names, 1)).toEqual(['Standard_NC6s_v3']);
  });

  it('sorts by distance, then by name', () => {
    expect(nearestNames('Standard_NC_v3', names)).toEqual([
      'Standard_NC6s_v3',
      'Standard_NC12s_v3',
      'Standard_NC24s_v3',
    ]);
  });

  it('does not mind an empty list, an empty name or a very long one', () => {
    expect(nearestNames('x', [])).toEqual([]);
    expect(nearestNames('', ['bb', 'a'], 1)).toEqual(['a']);
    expect(nearestNames('x'.repeat(1_000_000), names)).toHaveLength(3);
  });
});
