import type { Workspace, WorkspaceStatus } from '@kaito/crds';
import { aWorkspace, FakeClock } from '@kaito/testing';
import { StatusPace } from './status-pace.ts';

const time = '2026-01-01T00:00:00Z';
const condition = (status: 'True' | 'False', message: string) => ({
  type: 'ResourceReady',
  status,
  reason: 'NodeNotReady',
  message,
  lastTransitionTime: time,
});
const waiting: WorkspaceStatus = { state: 'Pending', conditions: [condition('False', 'the node starts')] };
const later: WorkspaceStatus = { ...waiting, conditions: [condition('False', 'the GPUs are awaited')] };
const gained: WorkspaceStatus = { ...waiting, conditions: [condition('True', 'the node is ready')] };
const diagnosed = (cause: string): WorkspaceStatus => ({
  ...waiting,
  diagnosis: { cause, message: 'm', mover: 'user', nextStep: 'n', since: time },
});

function step(status: 'True' | 'False'): WorkspaceStatus {
  return { ...waiting, conditions: [condition('False', 'm'), { ...condition(status, 'n'), type: 'NodesReady' }] };
}

function withStatus(status?: WorkspaceStatus): Workspace {
  return { ...aWorkspace(), ...(status && { status }) };
}

describe('StatusPace', () => {
  it('lets the first status, gains and losses pass at once', () => {
    const pace = new StatusPace(new FakeClock());
    expect(pace.waitMs(withStatus(), waiting)).toBe(0);
    expect(pace.waitMs(withStatus(waiting), gained)).toBe(0);
    expect(pace.waitMs(withStatus(gained), waiting)).toBe(0);
    expect(pace.waitMs(withStatus(waiting), { ...waiting, state: 'NotReady' })).toBe(0);
  });

  it('tells a step on the way with what follows from it, and its loss at once', () => {
    const pace = new StatusPace(new FakeClock());
    expect(pace.waitMs(withStatus(step('False')), step('True'))).toBe(2000);
    expect(pace.waitMs(withStatus(step('True')), step('False'))).toBe(0);
  });

  it('lets trouble pass at once, but not what merely takes its time', () => {
    const pace = new StatusPace(new FakeClock());
    expect(pace.waitMs(withStatus(waiting), diagnosed('ImagePullUnauthorized'))).toBe(0);
    expect(pace.waitMs(withStatus(waiting), diagnosed('NodeStarting'))).toBeGreaterThan(0);
  });

  it('holds back what only says how far it is until it has lasted, however it changes meanwhile', async () => {
    const clock = new FakeClock();
    const pace = new StatusPace(clock);
    expect(pace.waitMs(withStatus(waiting), later)).toBe(2000);
    await clock.advance(1500);
    expect(pace.waitMs(withStatus(waiting), diagnosed('NodeStarting'))).toBe(500);
    await clock.advance(500);
    expect(pace.waitMs(withStatus(waiting), later)).toBe(0);
    expect(pace.waitMs(withStatus(later), waiting)).toBe(2000);
  });

  it('begins anew when there is nothing to tell, or something was told', () => {
    const pace = new StatusPace(new FakeClock());
    pace.waitMs(withStatus(waiting), later);
    expect(pace.waitMs(withStatus(waiting), waiting)).toBe(0);
    expect(pace.waitMs(withStatus(waiting), later)).toBe(2000);
  });
});
