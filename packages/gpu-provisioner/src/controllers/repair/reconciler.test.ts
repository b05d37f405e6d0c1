import { AzureError } from '@kaito/azure';
import { annotations } from '@kaito/crds';
import { FakeClock } from '@kaito/testing';
import { aLaunchedClaim, FleetInMemory, nodeFor, poolFor } from '../testing/fleet-in-memory.ts';
import { NodeRepair } from './reconciler.ts';
import type { RepairTerms } from './repair-decision.ts';
import { RepairMetrics } from './repair-metrics.ts';

const MINUTE = 60_000;

/** Five claims with nodes, of which the first `sick` are ill since long ago; repair has looked on for as long as it tolerates. */
async function setUp(sick: number, terms: Partial<RepairTerms> = {}) {
  const clock = new FakeClock();
  const fleet = new FleetInMemory(clock);
  const claims = Array.from({ length: 5 }, (_, i) =>
    aLaunchedClaim(`c${i}`, `u${i}`, clock.now(), i % 2 ? 'NodeClaim' : 'Machine'),
  );
  claims.forEach((claim, i) => {
    fleet.put(claim);
    fleet.put(nodeFor(claim, i >= sick));
    fleet.azure.pools.set(claim.metadata.name, poolFor(claim, clock.now()));
  });
  fleet.sync();
  fleet.list();
  const repair = new NodeRepair(
    { ...fleet.services, metrics: new RepairMetrics(fleet.metrics) },
    { tolerationMs: 10 * MINUTE, maxPercent: 20, drainTimeoutMs: undefined, ...terms },
  );
  await clock.advance(10 * MINUTE);
  const context = { signal: new AbortController().signal, logger: fleet.logger, reconcileId: 'r', attempt: 0 };
  const look = (name = 'node-c0') => repair.reconcile(name, context);
  return { fleet, clock, claims, look };
}

test('an unhealthy node is replaced: its claim goes, with an Event on both and a count', async () => {
  const { fleet, look } = await setUp(1);
  expect(await look()).toBeUndefined();
  expect(fleet.deletions).toEqual(['Machine/c0']);
  expect(fleet.recorded.map(text => text.split(' ', 2).join(' '))).toEqual(['node-c0 NodeRepair', 'c0 NodeRepair']);
  expect(await fleet.metrics.text()).toContain('karpenter_nodeclaims_unhealthy_disrupted_total{condition="Ready",');
  expect(fleet.clusterReads).toBe(1);
});

test('the drain respects disruption budgets for ever: no deadline is written', async () => {
  const { fleet, look } = await setUp(1);
  await look();
  expect(fleet.etcd.Machine.get('c0')?.metadata.annotations).toBeUndefined();
});

test.each([
  [undefined, 5],
  ['2m', 2],
  ['1h', 5],
])(
  'with a drain timeout of 5 min and a grace period of %s the drain is forced after %d min',
  async (grace, minutes) => {
    const { fleet, clock, look } = await setUp(2, { maxPercent: 40, drainTimeoutMs: 5 * MINUTE });
    const claim = fleet.informers.NodeClaim.get('c1');
    if (!claim) throw new Error('the claim is missing');
    fleet.put({ ...claim, spec: { ...claim.spec, ...(grace !== undefined && { terminationGracePeriod: grace }) } });
    fleet.sync();
    await look('node-c1');
    expect(fleet.deletions).toEqual(['NodeClaim/c1']);
    const written = fleet.etcd.NodeClaim.get('c1')?.metadata.annotations?.[annotations.terminationTimestamp];
    expect(Date.parse(written ?? '') - clock.now()).toBe(minutes * MINUTE);
  },
);

test('do-not-disrupt irrelevant: an unhealthy node serves nobody', async () => {
  const { fleet, look, claims } = await setUp(1);
  const kept = { [annotations.doNotDisrupt]: 'true' };
  const node = nodeFor(claims[0]!, false);
  fleet.put({ ...claims[0]!, metadata: { ...claims[0]!.metadata, annotations: kept } });
  fleet.put({ ...node, metadata: { ...node.metadata, annotations: kept } });
  fleet.sync();
  await look();
  expect(fleet.deletions).toEqual(['Machine/c0']);
});

test('> 20 % blocked: nothing is repaired, the node says so, and afterwards the toleration starts anew', async () => {
  const { fleet, clock, look, claims } = await setUp(2);
  expect(await look()).toEqual({ requeueAfterMs: 5 * MINUTE });
  expect([fleet.deletions, fleet.clusterReads]).toEqual([[], 0]);
  expect(fleet.recorded).toEqual([expect.stringMatching(/^node-c0 NodeRepairBlocked 2 of 5 nodes are unhealthy/)]);
  expect(await fleet.metrics.text()).toContain('kaito_node_repairs_blocked_total{condition="Ready"} 1');
  fleet.put(nodeFor(claims[1]!));
  fleet.sync();
  await clock.advance(MINUTE);
  expect(await look()).toEqual({ requeueAfterMs: 9 * MINUTE });
  await clock.advance(9 * MINUTE);
  await look();
  expect(fleet.deletions).toEqual(['Machine/c0']);
});

test('a fleet that is all silent, as in an outage, loses nothing', async () => {
  const { fleet, clock, look } = await setUp(5);
  for (let i = 0; i < 50; i++) {
    for (const name of ['node-c0', 'node-c1', 'node-c2', 'node-c3', 'node-c4']) await look(name);
    await clock.advance(5 * MINUTE);
  }
  expect([fleet.deletions, fleet.clusterReads]).toEqual([[], 0]);
});

test('a node of a cluster that is stopped or starting is not ill, and has the whole toleration afterwards', async () => {
  const { fleet, clock, look } = await setUp(1);
  const running = fleet.cluster;
  fleet.cluster = { ...running, powerState: 'Stopped' };
  expect(await look()).toEqual({ requeueAfterMs: MINUTE });
  await clock.advance(60 * MINUTE);
  fleet.cluster = { ...running, provisioningState: 'Starting' };
  expect(await look()).toEqual({ requeueAfterMs: MINUTE });
  fleet.cluster = running;
  await clock.advance(MINUTE);
  expect(await look()).toEqual({ requeueAfterMs: 9 * MINUTE });
  expect(fleet.deletions).toEqual([]);
});

test('Azure that cannot be asked stops a repair', async () => {
  const { fleet, look } = await setUp(1);
  fleet.clusterFault = new AzureError('no answer', { code: 'ETIMEDOUT', kind: 'transient' });
  expect(await look()).toEqual({ requeueAfterMs: MINUTE });
  expect(fleet.deletions).toEqual([]);
});

test('a machine on which AKS works is let work', async () => {
  const { fleet, look } = await setUp(1);
  fleet.azure.pools.set('c0', { ...fleet.azure.pools.get('c0')!, provisioningState: 'Upgrading' });
  fleet.list();
  expect(await look()).toEqual({ requeueAfterMs: MINUTE });
  expect([fleet.deletions, fleet.clusterReads]).toEqual([[], 0]);
});

test('a provisioner that has just started does not act on what happened before', async () => {
  const { fleet, look, clock } = await setUp(1);
  const fresh = new NodeRepair(
    { ...fleet.services, metrics: new RepairMetrics(fleet.metrics) },
    { tolerationMs: 10 * MINUTE, maxPercent: 20, drainTimeoutMs: undefined },
  );
  const context = { signal: new AbortController().signal, logger: fleet.logger, reconcileId: 'r', attempt: 0 };
  expect(await fresh.reconcile('node-c0', context)).toEqual({ requeueAfterMs: 10 * MINUTE });
  await clock.advance(0);
  await look();
  expect(fleet.deletions).toEqual(['Machine/c0']);
});

test.each([
  ['is being deleted', { deletionTimestamp: '2026-01-01T00:00:00Z' }],
  ['is not held by us', { finalizers: [] }],
  ['has never served', { labels: {} }],
  ['belongs to no claim', { ownerReferences: [] }],
])('a node that %s is left alone', async (_, metadata) => {
  const { fleet, look, claims } = await setUp(1);
  const node = nodeFor(claims[0]!, false);
  fleet.put({ ...node, metadata: { ...node.metadata, ...metadata } });
  fleet.sync();
  expect(await look()).toBeUndefined();
  expect(fleet.deletions).toEqual([]);
});

test('a claim that goes already is not deleted again', async () => {
  const { fleet, look, claims } = await setUp(1);
  fleet.put({ ...claims[0]!, metadata: { ...claims[0]!.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } });
  fleet.sync();
  expect(await look()).toBeUndefined();
  expect(fleet.deletions).toEqual([]);
});
