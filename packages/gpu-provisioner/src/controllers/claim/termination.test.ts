import { AzureError } from '@kaito/azure';
import type { AgentPool } from '@kaito/azure';
import { ApiError, createMetrics, nodes as nodeResource, pods as podResource } from '@kaito/kube';
import type { Pod, RecordedEvent, VolumeAttachment } from '@kaito/kube';
import { aGpuNode, aMachine, aNodeClaim, aPod, FakeClock } from '@kaito/testing';
import type { ClaimKind, ClaimObject } from '../../claims/claim.ts';
import { dialects } from '../../claims/dialects.ts';
import { ProvisionerMetrics } from '../../metrics.ts';
import { Operations } from '../../pools/operations.ts';
import { tagsFor } from '../../pools/ownership.ts';
import type { PoolSnapshot } from '../../pools/pool-poller.ts';
import { sightPool } from '../../pools/pool-sighting.ts';
import { ClusterInMemory } from '../../testing/cluster-in-memory.ts';
import { launchSurroundings } from '../../testing/launch-surroundings.ts';
import { anAgentPool, PoolsInMemory, quiet } from '../../testing/stand-ins.ts';
import type { Services } from './pass.ts';
import { terminate } from './termination.ts';

const NAME = 'm';
const NODE = aGpuNode(NAME).metadata.name;
const finalizers = ['karpenter.sh/termination'];
const kinds: readonly ClaimKind[] = ['Machine', 'NodeClaim'];
const budget = new ApiError({
  code: 429,
  reason: 'TooManyRequests',
  message: "evict pods default/server: Cannot evict pod as it would violate the pod's disruption budget.",
  causes: [{ message: 'The disruption budget servers needs 1 healthy pods and has 1 currently' }],
});

interface Setting {
  readonly grace?: string;
  readonly ready?: { readonly status: string; readonly sinceMs?: number };
  readonly pool?: Partial<AgentPool> | 'gone';
  readonly node?: 'registered' | 'unregistered' | 'none';
}

/** A claim of which the deletion was asked for just now, its node with pods, its pool; each pass is a reconcile. */
function setUp(kind: ClaimKind, { grace, ready, pool, node = 'registered' }: Setting = {}) {
  const clock = new FakeClock();
  const start = clock.now();
  const at = (ms: number): string => new Date(start + ms).toISOString();
  const cluster = new ClusterInMemory(clock);
  const azure = new PoolsInMemory();
  const events: (RecordedEvent & { readonly about: string })[] = [];
  const registry = createMetrics({ processMetrics: false });
  const made = {
    name: NAME,
    uid: 'u1',
    generation: 3,
    finalizers,
    deletionTimestamp: at(0),
    creationTimestamp: at(-60_000),
  };
  const claim: ClaimObject =
    kind === 'Machine'
      ? aMachine({ metadata: made })
      : aNodeClaim({ metadata: made, spec: { ...(grace && { terminationGracePeriod: grace }) } });
  cluster.put(claim);
  const owner = { kind, name: NAME, uid: 'u1' };
  if (pool !== 'gone') azure.pools.set(NAME, anAgentPool(NAME, { tags: tagsFor(owner, 0), ...pool }));
  const { status = 'True', sinceMs = 0 } = ready ?? {};
  const held = node === 'registered';
  if (node !== 'none') {
    cluster.put(
      aGpuNode(NAME, {
        metadata: {
          uid: 'n1',
          ...(held && { finalizers, labels: { 'kaito.sh/kaitonodeclass': 'default' } }),
          ...(held && { ownerReferences: [{ apiVersion: 'karpenter.sh/v1', kind, name: NAME, uid: 'u1' }] }),
        },
        status: { conditions: [{ type: 'Ready', status, lastTransitionTime: at(-sinceMs) }] },
      }),
    );
  }
  const pods: string[] = [];
  const attachments: VolumeAttachment[] = [];
  const poller = { latest: undefined as PoolSnapshot | undefined, failure: undefined, expect() {}, settle() {} };
  const services: Services = {
    client: cluster.client,
    agentPools: azure,
    ...launchSurroundings(clock),
    poller,
    operations: new Operations(),
    events: { record: (about, event) => events.push({ ...event, about: about.metadata.name }) },
    metrics: new ProvisionerMetrics(registry),
    clock,
    random: () => 0.5,
  };
  const list = async (): Promise<void> => {
    await clock.advance(1);
    poller.latest = { askedAt: clock.monotonic(), pools: new Map(azure.pools) };
  };
  const podOn = (name: string, parts: Parameters<typeof aPod>[0] = {}): void => {
    const spec = { nodeName: NODE, terminationGracePeriodSeconds: 30 };
    cluster.put(aPod({ ...parts, metadata: { name, uid: name, ...parts.metadata }, spec: { ...spec, ...parts.spec } }));
    pods.push(`default/${name}`);
  };
  const attach = (name: string, persistentVolumeName: string): void => {
    attachments.push({
      metadata: { name },
      spec: { attacher: 'csi', nodeName: NODE, source: { persistentVolumeName } },
    });
  };
  const standing = (): Pod[] => pods.map(key => cluster.find(podResource, key)).filter(pod => pod !== undefined);
  const get = () => cluster.find(dialects[kind].resource, NAME);
  const nodeNow = () => cluster.find(nodeResource, NODE);
  const pass = async () => {
    const object = get();
    if (object === undefined) throw new Error('the claim is gone');
    const view = dialects[kind].view(object);
    const operation = services.operations.of('u1');
    const sighting = sightPool(poller.latest, { pool: NAME, owner: view, operation }, clock.monotonic());
    if (sighting.state === 'ours') operation.seen = true;
    const observed = nodeNow();
    const nodes = observed ? [observed] : [];
    const base = { claim: view, dialect: dialects[kind], pool: NAME, operation, sighting, nodes, logger: quiet };
    const occupants = { podsOn: standing, attachmentsOn: () => attachments };
    return await terminate({ ...base, signal: new AbortController().signal }, services, occupants);
  };
  const conditions = (): string[] =>
    (get()?.status?.conditions ?? []).map(({ type, status: value, reason }) => `${type} ${value} ${reason}`);
  const reasons = (): string[] => events.map(({ reason }) => reason);
  const gonePod = (name: string): void => cluster.remove('Pod', `default/${name}`);
  /** The pool ends, and a LIST shows it. */
  const poolEnds = async (): Promise<void> => {
    azure.pools.clear();
    await list();
  };
  const restart = (): void => services.operations.forget('u1');
  const setAttachments = (): void => void attachments.splice(0);
  const parts = { clock, cluster, azure, events, registry, get, nodeNow, services };
  return {
    ...parts,
    list,
    podOn,
    gonePod,
    attach,
    detach: setAttachments,
    pass,
    conditions,
    reasons,
    poolEnds,
    restart,
  };
}

describe.each(kinds)('the end of a %s', kind => {
  test('delete claim → node and pool go, and each counts once', async () => {
    const it = setUp(kind);
    await it.list();
    expect(await it.pass()).toBeUndefined();
    expect(it.azure.calls).toEqual(['delete m e1']);
    expect(it.nodeNow()?.metadata.deletionTimestamp).toBeDefined();
    expect(it.nodeNow()?.spec?.taints).toContainEqual({ key: 'karpenter.sh/disrupted', effect: 'NoSchedule' });
    expect(it.nodeNow()?.metadata.labels).toHaveProperty(['node.kubernetes.io/exclude-from-external-load-balancers']);
    await it.list();
    await it.pass();
    expect(it.nodeNow()).toBeDefined();
    await it.poolEnds();
    await it.pass();
    expect([it.nodeNow(), it.get()]).toEqual([undefined, undefined]);
    expect(it.reasons()).toEqual(['Draining', 'Terminated']);
    const text = await it.registry.text();
    expect(text).toContain('karpenter_nodes_drained_total{nodepool=""} 1');
    expect(text).toContain('karpenter_nodes_terminated_total{nodepool="",zone=""} 1');
    expect(text).toMatch(/karpenter_nodeclaims_termination_duration_seconds_count\{nodepool="(kaito|default)"\} 1/);
  });

  test('a pod is evicted before the machine goes', async () => {
    const it = setUp(kind);
    it.podOn('server');
    await it.list();
    await it.pass();
    await it.pass();
    expect(it.cluster.calls.filter(call => call.startsWith('evict'))).toEqual(['evict default/server']);
    expect(it.azure.calls).toEqual([]);
    expect(it.events).toContainEqual(expect.objectContaining({ about: 'server', reason: 'Evicted', type: 'Normal' }));
    it.gonePod('server');
    await it.pass();
    expect(it.azure.calls).toEqual(['delete m e1']);
  });

  test('PDB 429 backoff: asked again after 100 ms, then less often, and the Event names pod and budget', async () => {
    const it = setUp(kind);
    it.podOn('server');
    it.cluster.refusals.set(
      'default/server',
      Array.from({ length: 9 }, () => budget),
    );
    await it.list();
    for (const delay of [100, 200, 400, 800]) {
      expect(await it.pass()).toEqual({ requeueAfterMs: delay });
      await it.clock.advance(delay - 1);
      expect(await it.pass()).toEqual({ requeueAfterMs: 1 });
      await it.clock.advance(1);
    }
    expect(it.cluster.calls.filter(call => call.startsWith('evict'))).toHaveLength(4);
    const { message } = it.events.find(({ reason }) => reason === 'FailedDraining') ?? {};
    expect(message).toMatch(/default\/server.*disruption budget servers needs 1 healthy pods/);
    expect(await it.registry.text()).toContain('karpenter_nodes_eviction_requests_total{code="429"} 4');
    expect(it.azure.calls).toEqual([]);
  });

  test('several budgets on a pod are a mistake that the Event explains', async () => {
    const it = setUp(kind);
    const message = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
    it.podOn('server');
    it.cluster.refusals.set('default/server', [new ApiError({ code: 500, reason: 'InternalError', message })]);
    await it.list();
    expect(await it.pass()).toEqual({ requeueAfterMs: 100 });
    expect(it.events).toContainEqual(
      expect.objectContaining({
        reason: 'FailedDraining',
        message: expect.stringContaining('several PodDisruptionBudgets'),
      }),
    );
  });

  test('an eviction that fails otherwise fails the pass, after the other pods were asked', async () => {
    const it = setUp(kind);
    it.podOn('first');
    it.podOn('second');
    const error = new ApiError({ code: 500, reason: 'InternalError', message: 'etcd is away' });
    it.cluster.refusals.set('default/first', [error]);
    await it.list();
    await expect(it.pass()).rejects.toThrow('etcd is away');
    expect(it.cluster.calls).toContain('evict default/second');
  });

  test('do-not-disrupt is never evicted without a deadline, and the Event says which pod blocks', async () => {
    const it = setUp(kind);
    it.podOn('stubborn', { metadata: { name: 'stubborn', annotations: { 'karpenter.sh/do-not-disrupt': 'true' } } });
    await it.list();
    await it.pass();
    await it.clock.advance(86_400_000);
    await it.pass();
    expect(it.cluster.calls.filter(call => /evict|delete Pod/.test(call))).toEqual([]);
    expect(it.events.find(({ reason }) => reason === 'FailedDraining')?.message).toContain('default/stubborn');
  });

  test('NotReady + instance gone strips finalizer: pods on the node do not block', async () => {
    const it = setUp(kind, { pool: 'gone', ready: { status: 'Unknown' } });
    it.podOn('stubborn', { metadata: { name: 'stubborn', annotations: { 'karpenter.sh/do-not-disrupt': 'true' } } });
    it.attach('a', 'disk');
    await it.list();
    await it.pass();
    expect([it.nodeNow(), it.get()]).toEqual([undefined, undefined]);
    expect(it.azure.calls).toEqual(['get m']);
  });

  test('Ready + instance gone is drained: the kubelet still runs', async () => {
    const it = setUp(kind, { pool: 'gone' });
    it.podOn('server');
    await it.list();
    await it.pass();
    expect(it.cluster.calls).toContain('evict default/server');
    expect(it.nodeNow()).toBeDefined();
  });

  test('spot eviction: a pool whose machine is gone, its kubelet silent, is removed; neither holds the other alive', async () => {
    const it = setUp(kind, { ready: { status: 'Unknown', sinceMs: 299_999 } });
    it.podOn('server');
    it.cluster.refusals.set(
      'default/server',
      Array.from({ length: 9 }, () => budget),
    );
    await it.list();
    await it.pass();
    expect(it.azure.calls).toEqual([]);
    await it.clock.advance(1000);
    await it.pass();
    expect(it.azure.calls).toEqual(['delete m e1']);
    await it.poolEnds();
    await it.pass();
    expect([it.nodeNow(), it.get()]).toEqual([undefined, undefined]);
  });

  test('a pod that lands on the node after its machine began to go holds nothing up', async () => {
    const it = setUp(kind);
    await it.list();
    await it.pass();
    it.podOn('late', { metadata: { name: 'late', annotations: { 'karpenter.sh/do-not-disrupt': 'true' } } });
    await it.poolEnds();
    await it.pass();
    expect(it.get()).toBeUndefined();
  });

  test('a restart while the pool is being deleted drains nothing and counts nothing again', async () => {
    const it = setUp(kind);
    await it.list();
    await it.pass();
    await it.list();
    it.restart();
    it.podOn('late');
    await it.pass();
    expect(it.cluster.calls).not.toContain('evict default/late');
    expect(await it.registry.text()).toContain('karpenter_nodes_drained_total{nodepool=""} 1');
  });

  test('a node that was never registered is drained, not deleted: Azure removes it with its machine', async () => {
    const it = setUp(kind, { node: 'unregistered' });
    it.podOn('early');
    await it.list();
    await it.pass();
    expect(it.cluster.calls).toContain('evict default/early');
    expect(it.nodeNow()?.metadata.deletionTimestamp).toBeUndefined();
  });

  test.each(['kwok://node', 'azure:///not/a/scale/set', ''])(
    'a node with the providerID "%s" does not stick',
    async id => {
      const it = setUp(kind);
      const node = it.nodeNow();
      if (node) it.cluster.put({ ...node, spec: { providerID: id } });
      await it.list();
      await it.pass();
      await it.poolEnds();
      await it.pass();
      expect([it.nodeNow(), it.get()]).toEqual([undefined, undefined]);
    },
  );

  test('a claim without a node goes with its pool', async () => {
    const it = setUp(kind, { node: 'none' });
    await it.list();
    await it.pass();
    await it.poolEnds();
    await it.pass();
    expect(it.get()).toBeUndefined();
    expect(await it.registry.text()).not.toContain('karpenter_nodes_drained_total{');
  });

  test('volume attachments block until they are gone; those of pods that stay do not', async () => {
    const it = setUp(kind);
    it.podOn('agent', {
      spec: {
        tolerations: [{ operator: 'Exists' }],
        volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'logs' } }],
      },
    });
    it.cluster.put({
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'logs', namespace: 'default' },
      spec: { volumeName: 'log-disk' },
    } as Parameters<typeof it.cluster.put>[0]);
    it.attach('one', 'data-disk');
    it.attach('two', 'log-disk');
    await it.list();
    expect(await it.pass()).toEqual({ requeueAfterMs: 10_000 });
    expect(it.azure.calls).toEqual([]);
    const { message } = it.events.find(({ reason }) => reason === 'AwaitingVolumeDetachment') ?? {};
    expect(message).toContain('data-disk');
    expect(message).not.toContain('log-disk');
    it.detach();
    it.attach('two', 'log-disk');
    await it.pass();
    expect(it.azure.calls).toEqual(['delete m e1']);
  });
});

describe('the conditions of a NodeClaim that goes', () => {
  test('say what it waits for, then what is done', async () => {
    const it = setUp('NodeClaim');
    it.podOn('server');
    it.attach('one', 'data-disk');
    await it.list();
    await it.pass();
    expect(it.conditions()).toEqual(['Drained Unknown Draining']);
    expect(it.get()?.status?.conditions?.[0]).toMatchObject({
      message: 'waiting for 1 pod to leave: default/server',
      observedGeneration: 3,
    });
    it.gonePod('server');
    await it.pass();
    expect(it.conditions()).toEqual(['Drained True Drained', 'VolumesDetached Unknown AwaitingVolumeDetachment']);
    it.detach();
    await it.pass();
    const all = ['Drained True Drained', 'VolumesDetached True VolumesDetached'];
    expect(it.conditions()).toEqual([...all, 'InstanceTerminating True InstanceTerminating']);
    expect(it.cluster.calls.filter(call => call.endsWith('status'))).toHaveLength(3);
    expect(await it.registry.text()).toContain('karpenter_nodes_drained_total{nodepool=""} 1');
  });

  test('survive a restart: a drain that was reported is not counted again', async () => {
    const it = setUp('NodeClaim');
    it.attach('one', 'data-disk');
    await it.list();
    await it.pass();
    it.restart();
    await it.pass();
    expect(await it.registry.text()).toContain('karpenter_nodes_drained_total{nodepool=""} 1');
  });

  test('are not written while Azure refuses the deletion: nothing terminates yet', async () => {
    const it = setUp('NodeClaim');
    it.azure.faults.push({ verb: 'delete', error: new AzureError('locked', { code: 'ScopeLocked', kind: 'policy' }) });
    await it.list();
    await it.pass();
    expect(it.conditions()).toEqual(['Drained True Drained', 'VolumesDetached True VolumesDetached']);
    expect(it.reasons()).toContain('FailedTermination');
  });

  test('a Machine has none of them', async () => {
    const it = setUp('Machine');
    it.podOn('server');
    await it.list();
    await it.pass();
    expect(it.conditions()).toEqual([]);
  });
});

describe('a termination grace period', () => {
  const protect = { metadata: { name: 'stubborn', annotations: { 'karpenter.sh/do-not-disrupt': 'true' } } };

  test('is written down with its end, and told', async () => {
    const it = setUp('NodeClaim', { grace: '1h' });
    it.podOn('stubborn', protect);
    await it.list();
    await it.pass();
    const end = '2026-01-01T01:00:00Z';
    expect(it.get()?.metadata.annotations).toMatchObject({ 'karpenter.sh/nodeclaim-termination-timestamp': end });
    expect(it.events).toContainEqual(
      expect.objectContaining({ reason: 'TerminationGracePeriodExpiring', message: expect.stringContaining(end) }),
    );
  });

  test('TGP forced delete: a pod goes its own grace before the end, whatever protects it', async () => {
    const it = setUp('NodeClaim', { grace: '60s' });
    it.podOn('stubborn', protect);
    await it.list();
    const { requeueAfterMs } = (await it.pass()) ?? {};
    expect(requeueAfterMs).toBe(10_000);
    await it.clock.advance(29_998);
    await it.pass();
    expect(it.cluster.calls.filter(call => call.startsWith('delete Pod'))).toEqual([]);
    await it.clock.advance(1);
    await it.pass();
    expect(it.cluster.calls).toContain('delete Pod default/stubborn within 30 s');
    expect(it.events).toContainEqual(expect.objectContaining({ about: 'stubborn', reason: 'Disrupted' }));
  });

  test('that somebody moved, such as a repair, counts as it was moved', async () => {
    const it = setUp('NodeClaim', { grace: '1h' });
    it.podOn('stubborn', protect);
    const object = it.get();
    const annotations = { 'karpenter.sh/nodeclaim-termination-timestamp': '2026-01-01T00:00:00Z' };
    if (object) it.cluster.put({ ...object, metadata: { ...object.metadata, annotations } });
    await it.list();
    await it.pass();
    expect(it.cluster.calls).toContain('delete Pod default/stubborn within 1 s');
  });

  test('volume attachments are skipped after TGP', async () => {
    const it = setUp('NodeClaim', { grace: '60s' });
    it.attach('one', 'data-disk');
    await it.list();
    await it.pass();
    expect(it.conditions()).toContain('VolumesDetached Unknown AwaitingVolumeDetachment');
    await it.clock.advance(60_000);
    await it.pass();
    expect(it.conditions()).toContain('VolumesDetached False TerminationGracePeriodElapsed');
    expect(it.azure.calls).toEqual(['delete m e1']);
  });

  test('that is no time is no deadline', async () => {
    const it = setUp('NodeClaim');
    it.podOn('stubborn', protect);
    const object = it.get();
    const annotations = { 'karpenter.sh/nodeclaim-termination-timestamp': 'soon' };
    if (object) it.cluster.put({ ...object, metadata: { ...object.metadata, annotations } });
    await it.list();
    await it.pass();
    expect(it.cluster.calls.filter(call => call.startsWith('delete Pod'))).toEqual([]);
  });
});
