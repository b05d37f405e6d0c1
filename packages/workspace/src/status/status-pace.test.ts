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

const named = (name: string): Workspace => ({ ...withStatus(waiting), metadata: { name, namespace: 'default' } });

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

  it('has workspaces take turns, so that a thousand that start write no more than ten a second', async () => {
    const clock = new FakeClock();
    const pace = new StatusPace(clock);
    const waits = Array.from({ length: 1000 }, (_, number) => pace.waitMs(named(`w${number}`), later));
    expect([waits[0], waits[1], waits[999]]).toEqual([2000, 2100, 2000 + 99_900]);
    expect(pace.waitMs(named('w999'), { ...waiting, state: 'NotReady' })).toBe(0);
    await clock.advance(3000);
    expect(Array.from({ length: 20 }, (_, number) => pace.waitMs(named(`w${number}`), later))).toEqual([
      ...Array.from({ length: 11 }, () => 0),
      ...Array.from({ length: 9 }, (_, number) => 100 * (number + 1)),
    ]);
  });

  it('begins with short waits again when nobody has anything to say', () => {
    const pace = new StatusPace(new FakeClock());
    for (const name of ['a', 'b', 'c']) pace.waitMs(named(name), later);
    for (const name of ['a', 'b', 'c']) expect(pace.waitMs(named(name), { ...waiting, state: 'Ready' })).toBe(0);
    expect(pace.waitMs(named('d'), later)).toBe(2000);
  });
});
