import { aWorkspace } from '@kaito/testing';
import { claimName, claimNames } from './claim-name.ts';

const one = aWorkspace({ metadata: { uid: 'uid-1' } });
const size = { instanceType: 'Standard_NC6s_v3', capacityType: 'on-demand' } as const;

describe('claimName', () => {
  it('is the same each time, however the size is spelled', () => {
    expect(claimName(one, 0, size)).toBe(claimName(structuredClone(one), 0, size));
    expect(claimName(one, 0, { ...size, instanceType: 'standard_nc6S_V3' })).toBe(claimName(one, 0, size));
  });

  it('can be the name of an AKS agent pool', () => {
    for (const name of claimNames(one, 1000, size)) expect(name).toMatch(/^ws[0-9a-f]{9}$/);
  });

  it('differs by ordinal, name, namespace, uid and size', () => {
    const others = [{ uid: 'uid-2' }, { name: 'b' }, { namespace: 'b' }].map(metadata =>
      aWorkspace({ metadata: { uid: 'uid-1', ...metadata } }),
    );
    const sizes = [
      { ...size, instanceType: 'Standard_NC12s_v3' },
      { ...size, capacityType: 'spot' as const },
    ];
    const names = [
      ...claimNames(one, 2, size),
      ...others.map(other => claimName(other, 0, size)),
      ...sizes.map(other => claimName(one, 0, other)),
    ];
    expect(new Set(names).size).toBe(names.length);
  });
});
