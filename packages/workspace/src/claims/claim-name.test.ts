import { aWorkspace } from '@kaito/testing';
import { claimName } from './claim-name.ts';

const one = aWorkspace({ metadata: { uid: 'uid-1' } });

describe('claimName', () => {
  it('is the same each time', () => {
    expect(claimName(one, 0)).toBe(claimName(structuredClone(one), 0));
  });

  it('can be the name of an AKS agent pool', () => {
    for (let ordinal = 0; ordinal < 1000; ordinal++) expect(claimName(one, ordinal)).toMatch(/^ws[0-9a-f]{9}$/);
  });

  it('differs by ordinal, name, namespace and uid', () => {
    const others = [{ uid: 'uid-2' }, { name: 'b' }, { namespace: 'b' }].map(metadata =>
      aWorkspace({ metadata: { uid: 'uid-1', ...metadata } }),
    );
    const names = [claimName(one, 0), claimName(one, 1), ...others.map(other => claimName(other, 0))];
    expect(new Set(names).size).toBe(names.length);
  });
});
