import type { CoreEvent, ListOptions, Logger, Pod, StatefulSet } from '@kaito/kube';
import { aPod, FakeClock } from '@kaito/testing';
import { condition, podOf, starting, start, statefulSet, workspace } from '../status/status.test-data.ts';
import { isHeldUp, warningSources } from '../status/warning-sources.ts';
import { WarningEvents, type WarningEventsOptions } from './warning-events.ts';

const quiet: Logger = { error: nothing, warn: nothing, info: nothing, debug: nothing, child: () => quiet };
function nothing(): void {}

const stop = new AbortController();
const own = [{ uid: 'a', namespace: 'default' }];
let clock: FakeClock;
let asked: string[];
let stored: CoreEvent[];
let fails: Error | undefined;

beforeEach(() => {
  clock = new FakeClock(start);
  asked = [];
  stored = [];
  fails = undefined;
});

function list(_: unknown, { fieldSelector = '' }: ListOptions = {}): Promise<{ readonly items: readonly CoreEvent[] }> {
  asked.push(fieldSelector);
  return fails ? Promise.reject(fails) : Promise.resolve({ items: stored });
}

function warnings(): WarningEvents {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing else of it is called, and only for events
  const client = { list } as unknown as WarningEventsOptions['client'];
  return new WarningEvents({ client, clock, logger: quiet });
}

const event = (message: string, secondsAgo: number, uid = 'a'): CoreEvent => ({
  metadata: { name: message },
  involvedObject: { uid },
  reason: 'FailedMount',
  message,
  lastTimestamp: new Date(start - secondsAgo * 1000).toISOString(),
});

describe('Warning Events', () => {
  it('are those of the object, the newest first, and not those of long ago', async () => {
    stored = [event('older', 60), event('newest', 1), event('of yesterday', 86_400), event('of another', 1, 'b')];
    expect(await warnings().of(own, stop.signal)).toEqual([
      { reason: 'FailedMount', message: 'newest' },
      { reason: 'FailedMount', message: 'older' },
    ]);
    expect(asked).toEqual(['type=Warning']);
  });

  it('of a whole namespace are one request, however many workspaces ask at once', async () => {
    stored = [event('of a', 1), event('of b', 1, 'b')];
    const reader = warnings();
    const both = ['a', 'b', 'c'].map(uid => reader.of([{ uid, namespace: 'default' }], stop.signal));
    const messages = (await Promise.all(both)).map(found => found.map(({ message }) => message));
    expect(messages).toEqual([['of a'], ['of b'], []]);
    expect(asked).toHaveLength(1);
    await reader.of([{ uid: 'a', namespace: 'other' }], stop.signal);
    expect(asked).toHaveLength(2);
  });

  it('are asked for once in 15 s, also when they cannot be read', async () => {
    const reader = warnings();
    fails = new Error('forbidden');
    for (const seconds of [0, 14]) {
      await clock.advance(seconds * 1000);
      expect(await reader.of(own, stop.signal)).toEqual([]);
    }
    expect(asked).toHaveLength(1);
    await clock.advance(1000);
    await reader.of(own, stop.signal);
    expect(asked).toHaveLength(2);
  });

  it('are never asked for where nothing is stuck, and never more than ten', async () => {
    stored = Array.from({ length: 40 }, (_, index) => event(`e${index}`, index));
    expect(await warnings().of([], stop.signal)).toEqual([]);
    expect(asked).toEqual([]);
    expect(await warnings().of(own, stop.signal)).toHaveLength(10);
  });
});

describe('whose Events are read', () => {
  const placed = { ...workspace, status: { conditions: [condition('NodesReady', 'True')] } };
  const created = new Date(start - 60_000).toISOString();
  const service = { metadata: { name: 'a-workspace' } };
  const workload = (of: StatefulSet): StatefulSet => ({
    ...of,
    metadata: { ...of.metadata, uid: 'set', namespace: 'default', creationTimestamp: created },
  });
  const pod = (state: 'ContainerCreating' | 'ImagePullBackOff'): Pod => {
    const waiting = { name: 'main', image: '', imageID: '', ready: false, restartCount: 0 };
    const status = { containerStatuses: [{ ...waiting, state: { waiting: { reason: state } } }] };
    const metadata = { uid: 'pod', namespace: 'default', creationTimestamp: created };
    return aPod({ metadata, spec: { nodeName: 'n' }, status });
  };
  const sources = (pods: readonly Pod[], change: object = {}): readonly string[] =>
    warningSources({ workspace: placed, statefulSet: workload(starting), service, pods, ...change }, start).map(
      ({ uid }) => uid,
    );

  it('is the StatefulSet that has no pod, and the pod in which nothing begins', () => {
    expect(sources([])).toEqual(['set']);
    expect(sources([pod('ContainerCreating')])).toEqual(['pod']);
  });

  it('is nobody else: pods that say themselves what is wrong, a workspace that serves, or that waits for its nodes', () => {
    expect(sources([pod('ImagePullBackOff')])).toEqual([]);
    expect(sources([podOf()])).toEqual([]);
    expect(sources([], { statefulSet: workload(statefulSet) })).toEqual([]);
    expect(sources([], { workspace })).toEqual([]);
    expect(isHeldUp({ workspace: placed, statefulSet: undefined, service, pods: [] })).toBe(false);
  });

  it('is nobody in the first seconds, in which a quick start is over', () => {
    const { metadata, ...rest } = workload(starting);
    const young = { ...rest, metadata: { ...metadata, creationTimestamp: new Date(start - 1000).toISOString() } };
    expect(sources([], { statefulSet: young })).toEqual([]);
  });
});
