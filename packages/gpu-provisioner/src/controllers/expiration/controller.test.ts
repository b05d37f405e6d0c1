import { FakeClock } from '@kaito/testing';
import { aLaunchedClaim, FleetInMemory } from '../testing/fleet-in-memory.ts';
import { expire } from './controller.ts';

const HOUR = 3_600_000;

function setUp(spec: object = {}) {
  const clock = new FakeClock();
  const fleet = new FleetInMemory(clock);
  const claim = aLaunchedClaim('c', 'u', clock.now(), 'NodeClaim');
  fleet.put({ ...claim, spec: { ...claim.spec, ...spec } });
  fleet.sync();
  const services = { ...fleet.services, claims: fleet.informers.NodeClaim };
  const look = () => expire('c', services, { signal: new AbortController().signal, logger: fleet.logger });
  return { fleet, clock, look };
}

test('a claim waits exactly until its time is over, then goes, and says so', async () => {
  const { fleet, clock, look } = setUp();
  await clock.advance(HOUR);
  expect(await look()).toEqual({ requeueAfterMs: 719 * HOUR });
  await clock.advance(719 * HOUR);
  expect(await look()).toBeUndefined();
  expect(fleet.deletions).toEqual(['NodeClaim/c']);
  expect(fleet.recorded).toEqual([
    expect.stringContaining('c Expired The claim is older than its expireAfter of 720h'),
  ]);
  expect(await fleet.metrics.text()).toMatch(/karpenter_nodeclaims_disrupted_total\{reason="expired".*\} 1/);
});

test.each([
  ['never expires', { expireAfter: 'Never' }],
  ['says nothing', { expireAfter: undefined }],
  ['says what is no duration', { expireAfter: 'soon' }],
  [
    'belongs to another provisioner',
    { nodeClassRef: { group: 'karpenter.azure.com', kind: 'AKSNodeClass', name: 'x' } },
  ],
])('a claim that %s is left alone', async (_, spec) => {
  const { fleet, clock, look } = setUp(spec);
  await clock.advance(10_000 * HOUR);
  expect(await look()).toBeUndefined();
  expect(fleet.deletions).toEqual([]);
});

test('a claim that goes already, or is gone, is not deleted again', async () => {
  const { fleet, clock, look } = setUp();
  await clock.advance(721 * HOUR);
  await look();
  fleet.sync();
  await look();
  fleet.etcd.NodeClaim.clear();
  fleet.sync();
  await look();
  expect(fleet.deletions).toHaveLength(1);
});
