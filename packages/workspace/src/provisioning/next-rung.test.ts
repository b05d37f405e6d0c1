import type { Workspace } from '@kaito/crds';
import type { Overrides } from '@kaito/testing';
import type { Observed } from '../observed.ts';
import { anObserved, someone } from '../observed.test-data.ts';
import { aClaim, aPlan, aReadyNode, large, now, seen, sized, small, time, withNode } from './builders.test-data.ts';
import { msToDeadline, nextRung } from './next-rung.ts';

const minute = 60_000;
const vanishing = { size: { instanceType: small, capacityType: 'on-demand' }, reason: 'claims vanish' } as const;
const alternatives = [{ instanceType: large, deadline: '30m' }];
const refused = 'all requested instance types were unavailable during launch: SKUNotAvailable';

function laddered(resource: Overrides<Workspace['resource']> = {}, status?: Workspace['status']): Workspace {
  return someone({ resource: { alternatives, deadline: '20m', ...resource }, status });
}

/** On the first rung since `time`. */
function began(instanceType = small, rung = 0): Workspace['status'] {
  return {
    plan: { rung, instanceType, capacityType: 'on-demand', nodeCount: 1, gpusPerNode: 1, reason: '', since: time },
  };
}

const waiting = (change: Partial<Observed> = {}) =>
  anObserved({ workspace: laddered({}, began()), claims: [aClaim('ws1')], ...change });

describe('nextRung', () => {
  it('goes on when a claim was refused for good, and says in whose words', () => {
    const claims = [aClaim('ws0'), aClaim('ws1', { refused })];
    expect(nextRung(waiting({ claims }), aPlan({ count: 2 }), now)).toEqual({
      rung: 1,
      reason: `${small} cannot be had: claim ws1: ${refused}`,
    });
  });

  it('goes on for what the provisioning has learnt from claims that are gone', () => {
    expect(nextRung(waiting(), aPlan(), now, vanishing)?.reason).toBe(`${small} cannot be had: claims vanish`);
  });

  it('takes what was learnt for no other size: the next rung has not been tried', () => {
    const three = [...alternatives, ...alternatives];
    const observed = waiting({ workspace: laddered({ alternatives: three }, began()) });
    expect(nextRung(observed, aPlan({ instanceType: large }, 1), now, vanishing)).toBeUndefined();
  });

  it('does not go on for a refusal of another size, or of a claim that is on its way out', () => {
    const claims = [aClaim('ws0', { ...sized(large), refused }), aClaim('ws1', { deleting: true, refused })];
    expect(nextRung(waiting({ claims }), aPlan(), now)).toBeUndefined();
  });

  it('goes on when the nodes are not ready by the deadline, and not before', () => {
    expect(nextRung(waiting(), aPlan(), now + 20 * minute - 1)).toBeUndefined();
    expect(msToDeadline(waiting(), aPlan(), now + 15 * minute)).toBe(5 * minute);
    expect(nextRung(waiting(), aPlan(), now + 20 * minute)).toEqual({
      rung: 1,
      reason: `1 ${small} nodes were not ready within 20m`,
    });
  });

  it('gives claims of a later edit, or of a lost node, their own time', () => {
    const claims = [aClaim('ws1', { createdAt: new Date(now + 30 * minute).toISOString() })];
    expect(nextRung(waiting({ claims }), aPlan(), now + 40 * minute)).toBeUndefined();
    expect(nextRung(waiting({ claims }), aPlan(), now + 50 * minute)?.rung).toBe(1);
  });

  it('has no deadline for nodes that are ready, or were', () => {
    const ready = { claims: [aClaim('ws1', withNode('n'))], nodes: [seen(aReadyNode('n'), 'claimed')] };
    const broken = { claims: [aClaim('ws1', { ...withNode('n'), ready: false })] };
    for (const change of [ready, broken]) {
      expect(nextRung(waiting(change), aPlan(), now + 999 * minute)).toBeUndefined();
    }
    const found = { claims: [], nodes: [seen(aReadyNode('found'), 'reserved')] };
    expect(nextRung(waiting(found), aPlan(), now + 999 * minute, vanishing)).toBeUndefined();
  });

  it('makes up for all nodes of a workspace that was ready before it gives the size up', () => {
    const startup = { startedAt: time, readyAt: new Date(now + minute).toISOString(), phases: [] };
    const lost = anObserved({ workspace: laddered({}, { ...began(), startup }) });
    expect(nextRung(lost, aPlan(), now + 999 * minute)).toBeUndefined();
    const never = anObserved({ workspace: laddered({}, began()) });
    expect(nextRung(never, aPlan(), now + 999 * minute)?.rung).toBe(1);
  });

  it('begins a rung when it is first written down', () => {
    const observed = anObserved({ workspace: laddered({}, began(large, 1)) });
    expect(nextRung(observed, aPlan(), now + 999 * minute)).toBeUndefined();
    expect(msToDeadline(observed, aPlan(), now)).toBe(20 * minute);
  });

  it('stays on the last rung, and where there is no ladder', () => {
    const last = anObserved({
      workspace: laddered({}, began(large, 1)),
      claims: [aClaim('ws1', { ...sized(large), refused })],
    });
    expect(nextRung(last, aPlan({ instanceType: large }, 1), now)).toBeUndefined();
    expect(msToDeadline(last, aPlan({ instanceType: large }, 1), now)).toBe(0);
    const none = anObserved({ workspace: someone(), claims: [aClaim('ws1', { refused })] });
    expect(nextRung(none, aPlan(), now)).toBeUndefined();
    // Somebody has shortened the ladder below the rung that is in use.
    expect(nextRung(waiting(), aPlan({}, 7), now, vanishing)).toBeUndefined();
  });

  it('waits without end where no deadline is set, or none that is a time', () => {
    for (const deadline of [undefined, 'soon', '']) {
      const observed = waiting({ workspace: laddered({ deadline }, began()) });
      expect(nextRung(observed, aPlan(), now + 999 * minute)).toBeUndefined();
      expect(msToDeadline(observed, aPlan(), now)).toBe(0);
    }
  });
});
