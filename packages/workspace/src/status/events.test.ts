import type { WorkspaceStatus } from '@kaito/crds';
import { statusEvents } from './events.ts';
import { at, observed, plan, serving, statusOf, waitingClaim, workspace } from './status.test-data.ts';

function eventsOf(before: WorkspaceStatus | undefined, now: WorkspaceStatus, moved?: string): readonly string[] {
  const told = before ? { ...workspace, status: before } : workspace;
  return statusEvents(told, now, moved).map(({ type, reason }) => `${type} ${reason}`);
}

/** The status that follows on another. */
function after(before: WorkspaceStatus, world = serving(), change = {}): WorkspaceStatus {
  return statusOf({ ...world, workspace: { ...workspace, status: before } }, change, 2000);
}

const waits = statusOf(observed());
const ready = after(waits);

describe('events', () => {
  it('tell the way of a workspace, each turn once', () => {
    expect(eventsOf(undefined, waits)).toEqual(['Normal Planned']);
    expect(eventsOf(waits, ready)).toEqual(['Normal ResourceReady', 'Normal WorkspaceReady']);
    expect(eventsOf(ready, ready)).toEqual([]);
  });

  it('tell what stands in the way, once for each cause', () => {
    const quota = after(waits, observed({ claims: [waitingClaim('SubscriptionQuotaReached', 'a')] }));
    const still = after(quota, observed({ claims: [waitingClaim('SubscriptionQuotaReached', 'b')] }));
    expect(eventsOf(waits, quota)).toEqual(['Warning QuotaExceeded']);
    expect(eventsOf(quota, still)).toEqual([]);
    expect(statusEvents({ ...workspace, status: waits }, quota)[0]?.message).toContain('next step (cluster): ask for');
  });

  it('tell when a workspace ceases to be ready', () => {
    expect(eventsOf(ready, after(ready, observed()))).toEqual(['Warning WorkspaceNotReady']);
  });

  it('tell a refusal once, and not a second time as a cause', () => {
    const problems = [{ code: 'PresetUnknown', field: 'inference.preset.name', message: 'no' }] as const;
    const refused = after(waits, observed(), { result: { ok: false, problems } });
    expect(eventsOf(waits, refused)).toEqual(['Warning PresetUnknown']);
    expect(eventsOf(refused, refused)).toEqual([]);
  });

  it('tell a step down the ladder, with the reason', () => {
    const next = { ...plan, rung: 1, nodes: { ...plan.nodes, instanceType: 'Standard_NC12s_v3' } };
    const moved = after(waits, observed(), { result: { ok: true, plan: next } });
    expect(eventsOf(waits, moved, 'the deadline is over')).toEqual(['Warning AlternativeTried']);
    expect(statusEvents({ ...workspace, status: waits }, moved, 'the deadline is over')[0]?.message).toMatch(
      /^the deadline is over; alternative 1 is tried: 1 × Standard_NC12s_v3/,
    );
  });

  it('tell a change, and that it is held', () => {
    const lastChange = { revision: 2, at: at(1), fields: [{ field: 'inference.config', impact: 'podRestart' }] };
    const rollout = { go: false, kind: 'rollout', reason: 'ConfigMissing', message: 'no ConfigMap' };
    const held = after(ready, serving(), { revision: { number: 2, lastChange }, rollout });
    expect(eventsOf(ready, held)).toEqual(['Normal Changed', 'Warning RolloutHeld']);
    expect(eventsOf(held, held)).toEqual([]);
  });

  it('are silent about a model that is looked up', () => {
    expect(eventsOf(undefined, statusOf(observed(), { result: { ok: false, pending: true, problems: [] } }))).toEqual(
      [],
    );
  });
});
