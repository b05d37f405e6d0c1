import { finalizers } from '@kaito/crds';
import { FakeClock } from '@kaito/testing';
import { anObserved, someone } from '../../observed.test-data.ts';
import { aClaim } from '../../provisioning/builders.test-data.ts';
import { MemoryClient } from '../../provisioning/memory-client.test-data.ts';
import { toolsFor } from '../../provisioning/tools.test-data.ts';
import { LostWorkspaces, takeDownLost } from './lost-workspaces.ts';

const held = { finalizers: [finalizers.workspace] };
const key = 'default/a-workspace';

test('only one that was held and was not seen on its way out is lost', () => {
  const lost = new LostWorkspaces();
  lost.note(someone({ metadata: { ...held, deletionTimestamp: '2026-01-01T00:00:00Z' } }));
  lost.note(someone());
  expect(lost.of(key)).toBeUndefined();
  const gone = someone({ metadata: held });
  lost.note(gone);
  expect(lost.of(key)).toBe(gone);
  lost.settle(key);
  expect(lost.of(key)).toBeUndefined();
});

test.each([
  ['asked for and has no machine yet is given back', undefined, 1],
  ['has as a machine is left to people', '2026-01-01T00:00:00Z', 0],
])('what it %s', async (_, launchedAt, takenDown) => {
  let calls = 0;
  const provisioning = {
    takeDown: () => {
      calls += 1;
      return Promise.resolve(['c']);
    },
  };
  const { tools } = toolsFor(new MemoryClient(), new FakeClock());
  const claims = [aClaim('c', { launchedAt })];
  expect(await takeDownLost(anObserved({ claims }), provisioning, tools)).toEqual(takenDown === 1 ? ['c'] : []);
  expect(calls).toBe(takenDown);
});
