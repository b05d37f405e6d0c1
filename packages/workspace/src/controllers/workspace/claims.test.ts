import { gpuSkus, plan, presets, type Plan } from '@kaito/planner';
import { aMachine, aWorkspace } from '@kaito/testing';
import { machineKind } from '../../claims/claim-kind.ts';
import { readClaim, type Claim } from '../../claims/claim.ts';
import { countingClaims, derivedNames, missingClaims } from './claims.ts';

const workspace = aWorkspace({ metadata: { uid: 'uid-1' }, resource: { count: 3 } });
const planned = planOf();
const [first = '', second = '', third = ''] = derivedNames(workspace, 3);

function planOf(): Plan {
  const result = plan({ workspace, presets, skus: gpuSkus });
  if (!result.ok) throw new Error('the example must be plannable');
  return result.plan;
}

function claim(name: string, change: Partial<Claim> = {}): Claim {
  return { ...readClaim(machineKind, aMachine({ metadata: { name } })), ...change };
}

describe('missingClaims', () => {
  it('names one claim for each wanted node', () => {
    expect(missingClaims(workspace, planned, [])).toEqual([first, second, third]);
  });

  it('names only those that are not there', () => {
    expect(missingClaims(workspace, planned, [claim(first), claim(third)])).toEqual([second]);
    expect(missingClaims(workspace, planned, [claim(first), claim(second), claim(third)])).toEqual([]);
  });

  it('waits for a claim that is being deleted: its name is not free yet', () => {
    const going = claim(second, { deleting: true });
    expect(missingClaims(workspace, planned, [claim(first), going, claim(third)])).toEqual([]);
  });

  it('lets a claim that another hand made for this workspace stand for a node', () => {
    expect(missingClaims(workspace, planned, [claim('byhand')])).toEqual([first, second]);
    expect(missingClaims(workspace, planned, [claim('byhand', { deleting: true })])).toEqual([first, second, third]);
  });

  it('does not count a claim for another size', () => {
    const other = claim('byhand', { instanceType: 'Standard_NC12s_v3' });
    expect(missingClaims(workspace, planned, [other])).toEqual([first, second, third]);
    expect(countingClaims(workspace, planned, [other, claim(first)]).map(({ name }) => name)).toEqual([first]);
  });
});
