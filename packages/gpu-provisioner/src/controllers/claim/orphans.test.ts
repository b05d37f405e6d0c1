import { nodes } from '@kaito/kube';
import { aGpuNode, FakeClock } from '@kaito/testing';
import { Operations } from '../../pools/operations.ts';
import type { PoolSnapshot } from '../../pools/pool-poller.ts';
import { ClusterInMemory } from '../../testing/cluster-in-memory.ts';
import { launchSurroundings } from '../../testing/launch-surroundings.ts';
import { anAgentPool, PoolsInMemory, quiet } from '../../testing/stand-ins.ts';
import { isOrphan, releaseOrphans } from './orphans.ts';

const finalizers = ['karpenter.sh/termination'];
const time = { 'kaito.sh/creation-timestamp': '2026-07-28T10-00-00Z' };
const deletionTimestamp = '2026-07-29T10:00:00Z';
const ownerReferences = [{ apiVersion: 'karpenter.sh/v1', kind: 'NodeClaim', name: 'm', uid: 'u1' }];
/** As the Go gpu-provisioner leaves a node: no node class. */
const node = aGpuNode('m', { metadata: { uid: 'n1', finalizers, labels: time, deletionTimestamp, ownerReferences } });

test('a node that goes and whose claim is no more is an orphan, of the Go gpu-provisioner too', () => {
  expect(isOrphan(node, undefined)).toBe(true);
  expect(isOrphan(node, 'u2')).toBe(true);
  expect(isOrphan(node, 'u1')).toBe(false);
  expect(isOrphan(aGpuNode('m', { metadata: { finalizers, deletionTimestamp, ownerReferences } }), undefined)).toBe(
    false,
  );
});

test.each([
  ['the time of the claim', { ...node, spec: {} }],
  ['its machine', { ...node, metadata: { ...node.metadata, labels: { 'kaito.sh/kaitonodeclass': 'default' } } }],
])('it takes the pool along, which %s tells where there are no tags, and then goes', async (_, orphan) => {
  const clock = new FakeClock();
  const cluster = new ClusterInMemory(clock);
  const azure = new PoolsInMemory();
  azure.pools.set('m', anAgentPool('m', { labels: { 'karpenter.sh/nodepool': 'kaito', ...time } }));
  const poller = { latest: undefined as PoolSnapshot | undefined, failure: undefined, expect() {}, settle() {} };
  const services = {
    client: cluster.client,
    ...launchSurroundings(clock),
    agentPools: azure,
    poller,
    operations: new Operations(),
  };
  const occupants = { podsOn: () => [], attachmentsOn: () => [] };
  const context = { ...occupants, key: 'NodeClaim/m', signal: new AbortController().signal, logger: quiet } as const;
  const stored = cluster.put(orphan);
  const release = async () => {
    await clock.advance(1);
    poller.latest = { askedAt: clock.monotonic(), pools: new Map(azure.pools) };
    return await releaseOrphans([cluster.find(nodes, node.metadata.name) ?? stored], services, context);
  };
  await release();
  expect(azure.calls).toEqual(['delete m e1']);
  expect(cluster.find(nodes, node.metadata.name)).toBeDefined();
  azure.pools.clear();
  await release();
  expect(cluster.find(nodes, node.metadata.name)).toBeUndefined();
});
