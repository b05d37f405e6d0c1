import { finalizers } from '@kaito/crds';
import { aMachine, FakeClock } from '@kaito/testing';
import { machineDialect } from '../../claims/machine.ts';
import { acceptedAt, Operations } from '../../pools/operations.ts';
import { launchSurroundings } from '../../testing/launch-surroundings.ts';
import { quiet } from '../../testing/stand-ins.ts';
import { aLaunchedClaim, FleetInMemory, nodeFor, poolFor } from '../testing/fleet-in-memory.ts';
import { LostClaims } from './lost-claims.ts';
import { ClaimReconciler } from './reconciler.ts';

const claim = (uid: string, metadata = {}) =>
  aMachine({ metadata: { name: 'm', uid, finalizers: [finalizers.termination], ...metadata } });
const deletionTimestamp = '2026-07-29T10:00:00Z';

/** A claim for which a pool was requested, and which is gone all of a sudden; caches and LISTs move when the test says so. */
function setUp() {
  const clock = new FakeClock();
  const fleet = new FleetInMemory(clock);
  const operations = new Operations();
  const surroundings = launchSurroundings(clock);
  const poller = {
    failure: undefined,
    expect() {},
    settle() {},
    get latest() {
      return fleet.poller.latest;
    },
  };
  const services = { ...surroundings, ...fleet.services, poller, operations, events: surroundings.events };
  const none = { byIndex: () => [] };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing stands or hangs on any node
  const caches = { ...fleet.caches, pods: none, attachments: none } as never;
  const lost = new LostClaims();
  const reconciler = new ClaimReconciler(services, caches, lost);
  const requested = claim('u1');
  fleet.azure.pools.set('m', { ...poolFor(requested, clock.now()), provisioningState: 'Creating' });
  operations.of('u1').created = acceptedAt(clock.monotonic());
  const list = async () => {
    await clock.advance(1);
    fleet.list();
  };
  const pass = async () =>
    await reconciler.reconcile('Machine/m', {
      signal: new AbortController().signal,
      logger: quiet,
      reconcileId: 'r',
      attempt: 0,
    });
  return { fleet, lost, requested, list, pass, recorded: surroundings.recorded };
}

test('only one that was held and was not seen on its way out is lost', () => {
  const lost = new LostClaims();
  expect(lost.note(machineDialect, claim('u1', { deletionTimestamp }))).toBe(false);
  expect(lost.note(machineDialect, claim('u2', { finalizers: [] }))).toBe(false);
  expect(lost.note(machineDialect, claim('u3'))).toBe(true);
  expect(lost.of('Machine/m').map(({ uid }) => uid)).toEqual(['u3']);
  expect(lost.of('NodeClaim/m')).toEqual([]);
  expect(lost.keysIn('m')).toEqual(['Machine/m']);
});

test('its pool is deleted, once, and then nothing is remembered', async () => {
  const { fleet, lost, requested, list, pass } = setUp();
  lost.note(machineDialect, requested);
  for (let i = 0; i < 2; i += 1) {
    await list();
    await pass();
  }
  expect(fleet.azure.calls).toEqual(['delete m e1']);
  fleet.azure.pools.clear();
  await list();
  await pass();
  expect(lost.of('Machine/m')).toEqual([]);
  expect(fleet.azure.calls).toEqual(['delete m e1']);
});

test('another claim of the name waits with its PUT until the pool is gone', async () => {
  const { fleet, lost, requested, list, pass } = setUp();
  await list();
  // The LIST is from before the PUT: what it shows is that the slot is free.
  fleet.list(new Map());
  lost.note(machineDialect, requested);
  fleet.put(claim('u2'));
  fleet.sync();
  await pass();
  await pass();
  expect(fleet.azure.calls.filter(call => call.startsWith('create'))).toEqual([]);
  expect(fleet.azure.pools.get('m')?.provisioningState).toBe('Deleting');
  fleet.azure.pools.clear();
  await list();
  await pass();
  expect(fleet.azure.calls.at(-1)).toBe('create m');
});

test('one whose node was in service is left to garbage collection, which drains it', async () => {
  const { fleet, lost, list, pass } = setUp();
  const served = aLaunchedClaim('m', 'u1', 0);
  lost.note(machineDialect, served);
  fleet.put(nodeFor(served));
  fleet.sync();
  await list();
  await pass();
  expect(fleet.azure.calls).toEqual([]);
  expect(lost.of('Machine/m')).toEqual([]);
});
