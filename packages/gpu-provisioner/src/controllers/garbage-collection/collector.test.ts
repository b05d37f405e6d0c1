import { AzureError } from '@kaito/azure';
import { labels } from '@kaito/crds';
import { ApiError } from '@kaito/kube';
import { FakeClock } from '@kaito/testing';
import { ownershipTags } from '../../pools/ownership.ts';
import { anAgentPool } from '../../testing/stand-ins.ts';
import { aLaunchedClaim, FleetInMemory, nodeFor, poolFor } from '../testing/fleet-in-memory.ts';
import { CollectionMetrics } from './collection-metrics.ts';
import { GarbageCollector } from './collector.ts';
import type { CollectionTerms } from './terms.ts';

const MINUTE = 60_000;
const INTERVAL = 2 * MINUTE;
const standard: CollectionTerms = {
  intervalMs: INTERVAL,
  graceMs: 5 * MINUTE,
  maxPercent: 20,
  dryRun: false,
  listIntervalMs: INTERVAL,
};

/** A fleet of `size` claims with pool and Ready node, an hour old. */
function setUp(size: number, terms: Partial<CollectionTerms> = {}) {
  const clock = new FakeClock();
  const fleet = new FleetInMemory(clock);
  const born = clock.now() - 60 * MINUTE;
  const claims = Array.from({ length: size }, (_, i) =>
    aLaunchedClaim(`c${i}`, `u${i}`, born, i % 2 ? 'NodeClaim' : 'Machine'),
  );
  for (const claim of claims) {
    fleet.put(claim);
    fleet.put(nodeFor(claim));
    fleet.azure.pools.set(claim.metadata.name, poolFor(claim, born));
  }
  fleet.sync();
  fleet.list();
  const services = { ...fleet.services, metrics: new CollectionMetrics(fleet.metrics) };
  const collector = new GarbageCollector(services, { ...standard, ...terms });
  const sweep = () => collector.sweep({ signal: new AbortController().signal, logger: fleet.logger });
  /** One interval passes, in which the caches and the LIST catch up, and then a round. */
  const round = async () => {
    await clock.advance(INTERVAL);
    fleet.sync();
    fleet.list();
    return await sweep();
  };
  const held = async (): Promise<readonly string[]> =>
    [...(await fleet.metrics.text()).matchAll(/collection_held\{reason="(\w+)"\} 1/g)].map(([, reason = '']) => reason);
  /** Somebody takes the finalizer: the claim goes at once, its node and pool stay. */
  const lose = (index: number) => fleet.etcd[index % 2 ? 'NodeClaim' : 'Machine'].delete(`c${index}`);
  return { fleet, clock, claims, born, sweep, round, held, lose };
}

const calls = (fleet: FleetInMemory) => [
  ...fleet.azure.calls,
  ...Array.from({ length: fleet.clusterReads }, () => 'cluster'),
];

test('a fleet in order costs no request', async () => {
  const { fleet, round } = setUp(4);
  expect(await round()).toEqual({ requeueAfterMs: INTERVAL });
  await round();
  expect([calls(fleet), fleet.deletions, fleet.lines]).toEqual([[], [], []]);
});

describe('an agent pool without a claim', () => {
  test('leaked pool without providerID removed: in the state that was read, when two LISTs have shown it', async () => {
    const { fleet, round, lose } = setUp(1);
    lose(0);
    fleet.etcd.Node.clear();
    await round();
    expect(calls(fleet)).toEqual([]);
    await round();
    expect(calls(fleet)).toEqual(['get c0', 'delete c0 e1', 'cluster']);
    expect(fleet.said('Agent pool without a claim deleted')).toHaveLength(1);
    expect(await fleet.metrics.text()).toContain('kaito_garbage_collected_total{object="pool"} 1');
  });

  test('leaked pool with providerID removes node too: by deleting the node, which drains it', async () => {
    const { fleet, round, lose } = setUp(1);
    lose(0);
    await round();
    await round();
    expect(fleet.deletions).toEqual(['Node/node-c0']);
    expect(fleet.azure.calls).toEqual(['get c0']);
    await round();
    expect(fleet.deletions).toHaveLength(1);
  });

  test('a node that nobody holds goes with its pool', async () => {
    const { fleet, round, lose, claims } = setUp(1);
    lose(0);
    const node = nodeFor(claims[0]!);
    fleet.put({ ...node, metadata: { ...node.metadata, finalizers: [] } });
    await round();
    await round();
    expect(fleet.azure.calls).toEqual(['get c0', 'delete c0 e1']);
  });

  test('is left alone while it is young', async () => {
    const { fleet, round, born, clock } = setUp(0);
    const young = poolFor(aLaunchedClaim('young', 'uy', born), clock.now());
    fleet.azure.pools.set('young', young);
    await round();
    await round();
    expect(fleet.azure.calls).toEqual([]);
    await round();
    expect(fleet.azure.calls).toEqual(['get young', 'delete young e1']);
  });

  test.each([undefined, 'yesterday', '2999-01-01T00:00:00Z'])(
    'whose tag of creation says %s is young since it was first seen',
    async createdAt => {
      const { fleet, round, born } = setUp(0);
      const pool = poolFor(aLaunchedClaim('odd', 'uo', born), born);
      const { [ownershipTags.createdAt]: _, ...tags } = pool.tags;
      fleet.azure.pools.set('odd', {
        ...pool,
        tags: { ...tags, ...(createdAt !== undefined && { [ownershipTags.createdAt]: createdAt }) },
      });
      await round();
      await round();
      await round();
      expect(fleet.azure.calls).toEqual([]);
      await round();
      expect(fleet.azure.calls).toEqual(['get odd', 'delete odd e1']);
    },
  );

  test('race with creation: a claim that the cache does not know yet keeps its pool', async () => {
    const { fleet, clock, sweep } = setUp(1);
    fleet.informers.Machine.objects = new Map();
    for (let i = 0; i < 5; i++) {
      await clock.advance(INTERVAL);
      fleet.list();
      await sweep();
    }
    expect([fleet.azure.calls, fleet.deletions]).toEqual([[], []]);
  });

  test('whose claim was made again under the same name is collected: the uid decides', async () => {
    const { fleet, round, born, lose } = setUp(1);
    lose(0);
    fleet.etcd.Node.clear();
    fleet.put({ ...aLaunchedClaim('c0', 'another', born), status: {} });
    await round();
    await round();
    expect(fleet.azure.calls).toEqual(['get c0', 'delete c0 e1']);
  });

  test('delete failure surfaces and is retried', async () => {
    const { fleet, round, lose } = setUp(1);
    lose(0);
    fleet.etcd.Node.clear();
    const error = new AzureError('another operation is in progress', { code: 'OperationNotAllowed', kind: 'busy' });
    fleet.azure.faults.push({ verb: 'delete', error });
    await round();
    expect(await round()).toEqual({ requeueAfterMs: INTERVAL });
    expect(fleet.said('Garbage collection failed and is tried again')).toEqual([{ object: 'pool', name: 'c0', error }]);
    await round();
    expect(fleet.azure.calls.filter(call => call.startsWith('delete'))).toHaveLength(2);
  });

  test('a throttled DELETE is not tried again before Azure allows it', async () => {
    const { fleet, round, lose } = setUp(2, { maxPercent: 100 });
    lose(0);
    lose(1);
    fleet.etcd.Node.clear();
    const fault = { code: 'TooManyRequests', kind: 'throttled', retryAfterMs: 10 * MINUTE } as const;
    fleet.azure.faults.push({ verb: 'delete', error: new AzureError('slow down', fault) });
    await round();
    expect(await round()).toEqual({ requeueAfterMs: 10 * MINUTE });
    expect(fleet.azure.calls).toHaveLength(2);
    fleet.clusterFault = new AzureError('slow down', { ...fault, retryAfterMs: 20 * MINUTE });
    expect(await round()).toEqual({ requeueAfterMs: 20 * MINUTE });
  });

  test('that was given to somebody else after the LIST stays', async () => {
    const { fleet, clock, sweep, round, lose } = setUp(1);
    lose(0);
    fleet.etcd.Node.clear();
    await round();
    const before = new Map(fleet.azure.pools);
    fleet.azure.pools.set('c0', { ...fleet.azure.pools.get('c0')!, tags: {}, etag: 'e2' });
    await clock.advance(INTERVAL);
    fleet.list(before);
    await sweep();
    expect(fleet.azure.calls).toEqual(['get c0']);
  });

  test('whose claim cannot be asked for stays: an API server that does not know the kind proves nothing', async () => {
    const { fleet, round, lose } = setUp(1);
    lose(0);
    fleet.etcd.Node.clear();
    await round();
    fleet.apiFault = new ApiError({ code: 404, reason: 'NotFound', message: 'the server could not find the resource' });
    await round();
    expect(fleet.azure.calls).toEqual([]);
    expect(fleet.said('Garbage collection failed and is tried again')).toHaveLength(1);
  });

  test.each([
    ['is being deleted', { provisioningState: 'Deleting' }],
    ['is stopped', { powerState: 'Stopped' }],
  ])('that %s is left alone', async (_, parts) => {
    const { fleet, round, lose } = setUp(1);
    lose(0);
    fleet.azure.pools.set('c0', { ...fleet.azure.pools.get('c0')!, ...parts });
    await round();
    await round();
    expect(calls(fleet)).toEqual([]);
  });

  test('that has no tags of ours is reported once and never touched', async () => {
    const { fleet, round } = setUp(0);
    const made = { [labels.machineType]: 'gpu', [labels.creationTimestamp]: '2025-01-01T00-00-00Z' };
    fleet.azure.pools.set('old', anAgentPool('old', { labels: made }));
    fleet.azure.pools.set('users', anAgentPool('users'));
    for (let i = 0; i < 5; i++) await round();
    expect(calls(fleet)).toEqual([]);
    expect(fleet.lines.map(({ meta }) => meta)).toEqual([{ pool: 'old' }]);
    expect(await fleet.metrics.text()).toContain('kaito_garbage_candidates{object="untagged_pool"} 1');
  });

  test('a pool with copied tags, in no slot of that claim, is not ours', async () => {
    const { fleet, round, born } = setUp(0);
    const { tags } = poolFor(aLaunchedClaim('gone', 'ug', born), born);
    fleet.azure.pools.set('users', anAgentPool('users', { tags }));
    await round();
    await round();
    expect(calls(fleet)).toEqual([]);
  });
});

describe('a claim without a machine', () => {
  test('vanished instance + NotReady node deletes claim', async () => {
    const { fleet, round, claims } = setUp(1);
    fleet.azure.pools.clear();
    fleet.put(nodeFor(claims[0]!, false));
    await round();
    await round();
    expect(fleet.azure.calls).toEqual(['get c0']);
    expect(fleet.deletions).toEqual(['Machine/c0']);
    expect(fleet.recorded).toEqual(['c0 GarbageCollected Agent pool c0 is gone']);
    const text = await fleet.metrics.text();
    expect(text).toContain('kaito_garbage_collected_total{object="claim"} 1');
    expect(text).toMatch(/karpenter_nodeclaims_disrupted_total\{reason="garbage_collected".*\} 1/);
    await round();
    expect(fleet.deletions).toHaveLength(1);
  });

  test('Ready node does not', async () => {
    const { fleet, round } = setUp(1);
    fleet.azure.pools.clear();
    for (let i = 0; i < 5; i++) await round();
    expect([calls(fleet), fleet.deletions]).toEqual([[], []]);
  });

  test('that only the LIST does not show stays', async () => {
    const { fleet, clock, sweep } = setUp(1);
    fleet.etcd.Node.clear();
    fleet.sync();
    for (let i = 0; i < 4; i++) {
      await clock.advance(INTERVAL);
      fleet.list(new Map());
      await sweep();
    }
    expect(fleet.azure.calls).toContain('get c0');
    expect(fleet.deletions).toEqual([]);
  });

  test('race with creation: one that never had a machine is launched, not collected', async () => {
    const { fleet, round, born } = setUp(0);
    fleet.put({ ...aLaunchedClaim('new', 'un', born), status: {} });
    await round();
    await round();
    expect([calls(fleet), fleet.deletions]).toEqual([[], []]);
  });

  test('whose machine was evicted from its pool goes after ten minutes', async () => {
    const { fleet, round } = setUp(1);
    fleet.etcd.Node.clear();
    for (let i = 0; i < 5; i++) await round();
    expect(fleet.deletions).toEqual([]);
    await round();
    expect(fleet.deletions).toEqual(['Machine/c0']);
    expect(fleet.recorded).toEqual(['c0 GarbageCollected The machine of agent pool c0 is gone']);
  });

  test.each([
    ['AKS works on it', { provisioningState: 'Upgrading' }],
    ['it is stopped', { powerState: 'Stopped' }],
    ['somebody scaled it to none', { count: 0 }],
  ])('stays while %s', async (_, parts) => {
    const { fleet, round } = setUp(1);
    fleet.etcd.Node.clear();
    fleet.azure.pools.set('c0', { ...fleet.azure.pools.get('c0')!, ...parts });
    for (let i = 0; i < 9; i++) await round();
    expect([calls(fleet), fleet.deletions]).toEqual([[], []]);
  });
});

describe('garbage collection holds, and says so', () => {
  test.each([
    ['CachesNotSynced', (fleet: FleetInMemory) => (fleet.informers.Node.synced = false)],
    ['PoolListFailing', (fleet: FleetInMemory) => (fleet.poller.failure = new Error('ARM is down'))],
    ['PoolsUnread', (fleet: FleetInMemory) => (fleet.poller.latest = undefined)],
    ['PoolListStale', (fleet: FleetInMemory) => (fleet.poller.latest = { askedAt: -1, pools: new Map() })],
  ])('%s', async (reason, spoil) => {
    const { fleet, clock, sweep, lose, held } = setUp(1);
    lose(0);
    fleet.sync();
    for (let i = 0; i < 9; i++) {
      await clock.advance(INTERVAL);
      fleet.list();
      if (i > 0 || reason !== 'PoolListStale') spoil(fleet);
      if (i > 1) await sweep();
    }
    expect(await held()).toEqual([reason]);
    expect([calls(fleet), fleet.deletions]).toEqual([[], []]);
    expect(fleet.said('Garbage collection holds')).toHaveLength(1);
  });

  test.each([
    ['stopped', { powerState: 'Stopped' }],
    ['starting', { provisioningState: 'Starting' }],
    ['in a state that is not known', { powerState: 'Hibernated' }],
  ])('ClusterNotRunning: the cluster is %s', async (_, parts) => {
    const { fleet, round, lose, held } = setUp(1);
    lose(0);
    const running = fleet.cluster;
    fleet.cluster = { ...running, ...parts };
    for (let i = 0; i < 9; i++) await round();
    expect(await held()).toEqual(['ClusterNotRunning']);
    expect([fleet.azure.calls, fleet.deletions]).toEqual([[], []]);
    expect(fleet.said('Garbage collection holds')).toHaveLength(1);
    fleet.cluster = running;
    await round();
    expect(await held()).toEqual([]);
    expect(fleet.deletions).toEqual([]);
    await round();
    await round();
    expect(fleet.deletions).toEqual(['Node/node-c0']);
  });

  test('ClusterUnread: nobody can say how the cluster is', async () => {
    const { fleet, round, lose, held } = setUp(1);
    lose(0);
    fleet.clusterFault = new AzureError('no answer', { code: 'ETIMEDOUT', kind: 'transient' });
    await round();
    await round();
    expect(await held()).toEqual(['ClusterUnread']);
    expect([fleet.azure.calls, fleet.deletions]).toEqual([[], []]);
  });

  test('ForeignCluster: the nodes are of another cluster than the pools', async () => {
    const { fleet, round, lose, held } = setUp(1);
    lose(0);
    fleet.cluster = { ...fleet.cluster, nodeResourceGroup: 'MC_other' };
    await round();
    await round();
    expect(await held()).toEqual(['ForeignCluster']);
    expect([fleet.azure.calls, fleet.deletions]).toEqual([[], []]);
  });

  test('ClaimsVanished: more claims than the share are gone at once', async () => {
    const { fleet, round, lose, held } = setUp(10);
    for (const index of [0, 1, 2]) lose(index);
    await round();
    await round();
    expect(await held()).toEqual(['ClaimsVanished']);
    expect([calls(fleet), fleet.deletions]).toEqual([[], []]);
    expect(fleet.recorded.map(text => text.split(' ').slice(0, 2).join(' '))).toEqual([
      'node-c0 GarbageCollectionHeld',
      'node-c1 GarbageCollectionHeld',
      'node-c2 GarbageCollectionHeld',
    ]);
  });

  test('up to the share, what is gone is collected', async () => {
    const { fleet, round, lose } = setUp(10);
    lose(0);
    lose(1);
    await round();
    await round();
    expect(fleet.deletions).toEqual(['Node/node-c0', 'Node/node-c1']);
  });

  test('PoolsVanished: a LIST that lacks more pools than the share is not believed', async () => {
    const { fleet, clock, sweep, held } = setUp(10);
    fleet.etcd.Node.clear();
    fleet.sync();
    for (let i = 0; i < 4; i++) {
      await clock.advance(INTERVAL);
      fleet.list(new Map([...fleet.azure.pools].slice(0, 5)));
      await sweep();
    }
    expect(await held()).toEqual(['PoolsVanished']);
    expect([calls(fleet), fleet.deletions]).toEqual([[], []]);
  });

  test('NodesNotReady: no claim is given up while most nodes are silent; pools without a claim are collected', async () => {
    const { fleet, round, claims, lose, held } = setUp(6, { maxPercent: 50 });
    for (const claim of claims.slice(1)) fleet.put(nodeFor(claim, false));
    fleet.azure.pools.delete('c1');
    lose(0);
    await round();
    await round();
    expect(await held()).toEqual(['NodesNotReady']);
    expect(fleet.deletions).toEqual(['Node/node-c0']);
  });

  test('tells the same again on the claims every ten minutes, in the log never', async () => {
    const { fleet, round } = setUp(10);
    fleet.azure.pools.clear();
    for (let i = 0; i < 10; i++) await round();
    expect(fleet.said('Garbage collection holds')).toHaveLength(1);
    expect(fleet.recorded.filter(text => text.startsWith('c0 '))).toHaveLength(2);
  });
});

test('a dry run asks everything and deletes nothing', async () => {
  const { fleet, round, lose } = setUp(2, { dryRun: true });
  lose(0);
  fleet.azure.pools.delete('c1');
  fleet.etcd.Node.delete('node-c1');
  for (let i = 0; i < 4; i++) await round();
  expect(fleet.deletions).toEqual([]);
  expect(fleet.azure.calls.filter(call => call.startsWith('delete'))).toEqual([]);
  expect(fleet.said('Garbage collection would remove this; it is set to a dry run')).toEqual([
    { object: 'pool', name: 'c0' },
    { object: 'claim', name: 'c1' },
  ]);
  expect(await fleet.metrics.text()).toContain('kaito_garbage_candidates{object="pool"} 1');
});

test('a restart makes nobody forget the grace: everything is seen for the first time again', async () => {
  const { fleet, round, lose } = setUp(1);
  lose(0);
  await round();
  const { round: afterwards } = { round };
  const again = new GarbageCollector({ ...fleet.services, metrics: new CollectionMetrics(fleet.metrics) }, standard);
  await again.sweep({ signal: new AbortController().signal, logger: fleet.logger });
  expect(fleet.deletions).toEqual([]);
  await afterwards();
  expect(fleet.deletions).toEqual(['Node/node-c0']);
});
