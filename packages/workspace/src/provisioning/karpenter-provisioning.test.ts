import { annotations, labels } from '@kaito/crds';
import { nodes as nodeResource, type Resource } from '@kaito/kube';
import { FakeClock, override } from '@kaito/testing';
import type { Claim } from '../claims/claim.ts';
import type { Observed } from '../observed.ts';
import { nodePools, type NodePool } from '../render/node-pool.ts';
import { anObserved, someone } from '../observed.test-data.ts';
import {
  aPlan,
  aPodOn,
  aPooledClaim,
  aReadyNode,
  large,
  small,
  seen,
  sized,
  time,
  withNode,
} from './builders.test-data.ts';
import { MemoryClient } from './memory-client.test-data.ts';
import { toolsFor } from './tools.test-data.ts';
import { KarpenterProvisioning } from './karpenter-provisioning.ts';
import { parseNodeClasses } from './node-classes.ts';

const resource: Resource = {
  group: 'karpenter.kwok.sh',
  version: 'v1alpha1',
  plural: 'kwoknodeclasses',
  kind: 'KWOKNodeClass',
  namespaced: false,
};
const nodeClasses = { resource, classes: parseNodeClasses('[{"name":"default","default":true},{"name":"big"}]') };

function setUp() {
  const clock = new FakeClock(Date.parse(time));
  const server = new MemoryClient();
  const provisioning = new KarpenterProvisioning({ nodeClasses, scope: { kinds: [], hasNodePools: true }, clock });
  const { tools, events } = toolsFor(server, clock);
  const observe = (change: Partial<Observed> = {}): Observed =>
    anObserved({ nodePool: server.all(nodePools)[0], ...change });
  const pool = (): NodePool | undefined => server.all<NodePool>(nodePools)[0];
  return { clock, server, provisioning, tools, events, observe, pool };
}

const pooled = (name: string, change: Partial<Claim> = {}): Claim =>
  aPooledClaim(name, { ...withNode(name), ...change });

describe('KarpenterProvisioning', () => {
  it('makes a NodePool of the wanted size, with the default class, and then rests', async () => {
    const { provisioning, tools, server, observe, pool } = setUp();
    await provisioning.ensure(observe(), aPlan({ count: 2 }), tools);
    expect(pool()).toMatchObject({
      metadata: { name: 'default-a-workspace' },
      spec: { replicas: 2, template: { spec: { nodeClassRef: { kind: 'KWOKNodeClass', name: 'default' } } } },
    });
    await provisioning.ensure(observe({ claims: [pooled('a'), pooled('b')] }), aPlan({ count: 2 }), tools);
    expect(server.writes).toEqual(['apply nodepools default-a-workspace']);
  });

  it('leaves a NodePool of KAITO’s as it is while it has what is wanted, as another template would cost its nodes', async () => {
    const { provisioning, tools, server, observe, pool } = setUp();
    await provisioning.ensure(observe(), aPlan(), tools);
    const made = pool();
    if (!made) throw new Error('no pool was made');
    const nodePool: NodePool = { ...made, metadata: { ...made.metadata, annotations: {} } };
    const before = server.writes.length;
    await provisioning.ensure(observe({ nodePool, claims: [pooled('a')] }), aPlan(), tools);
    expect(server.writes).toHaveLength(before);
    await provisioning.ensure(observe({ nodePool, claims: [pooled('a')] }), aPlan({ count: 2 }), tools);
    expect(server.writes).toHaveLength(before + 1);
  });

  it('follows the count, and changes the class when the workspace names another', async () => {
    const { provisioning, tools, observe, pool } = setUp();
    await provisioning.ensure(observe(), aPlan(), tools);
    const workspace = someone({ metadata: { annotations: { [annotations.nodeClassName]: 'big' } } });
    await provisioning.ensure(observe({ workspace, claims: [pooled('a')] }), aPlan({ count: 3 }), tools);
    expect(pool()?.spec).toMatchObject({ replicas: 3, template: { spec: { nodeClassRef: { name: 'big' } } } });
  });

  it('says that a class is not configured, and makes nothing', async () => {
    const { provisioning, tools, server, observe } = setUp();
    const workspace = someone({ metadata: { annotations: { [annotations.nodeClassName]: 'huge' } } });
    await provisioning.ensure(observe({ workspace }), aPlan(), tools);
    expect(server.writes).toEqual([]);
    const verdict = provisioning.verdict(observe({ workspace }), aPlan());
    expect(verdict).toMatchObject({ ok: false, reason: 'NodeClassUnknown' });
    expect(verdict.message).toContain('"huge", which is not configured: use one of default, big');
  });

  it('does not take over a pool of its name that is somebody else’s', async () => {
    const { provisioning, tools, server, observe } = setUp();
    server.put(nodePools, { metadata: { name: 'default-a-workspace' } });
    await provisioning.ensure(observe(), aPlan(), tools);
    expect(server.writes).toEqual([]);
    expect(provisioning.verdict(observe(), aPlan())).toMatchObject({ ok: false, reason: 'NameTaken' });
    await expect(provisioning.takeDown(observe(), tools)).resolves.toEqual([]);
    expect(server.all(nodePools)).toHaveLength(1);
  });

  it('does not take over one that the cache does not show', async () => {
    const { provisioning, tools, server } = setUp();
    server.put(nodePools, { metadata: { name: 'default-a-workspace' } });
    await expect(provisioning.ensure(anObserved(), aPlan(), tools)).rejects.toThrow('is not of this workspace');
    expect(server.writes).toEqual([]);
  });

  it('waits for a pool that is being deleted', async () => {
    const { provisioning, tools, server, observe, pool } = setUp();
    await provisioning.ensure(observe(), aPlan(), tools);
    const going = override(pool() ?? { metadata: { name: '' } }, { metadata: { deletionTimestamp: time } });
    await provisioning.ensure(observe({ nodePool: going }), aPlan({ count: 2 }), tools);
    expect(server.writes).toHaveLength(1);
  });

  it('uses a node that is there instead, with the labels that its pods look for', async () => {
    const { provisioning, tools, server, observe } = setUp();
    server.put(nodeResource, aReadyNode('found'));
    const [node] = server.all(nodeResource);
    await provisioning.ensure(observe({ nodes: node ? [seen(node, 'free')] : [] }), aPlan(), tools);
    expect(server.writes).toEqual(['patch nodes found']);
    const found = server.all(nodeResource)[0]?.metadata.labels;
    expect(found).toMatchObject({ [labels.workspace]: 'a-workspace', ...provisioning.ownership(someone()) });
  });

  it('keeps the nodes of the pool when a free node turns up', async () => {
    const { provisioning, tools, server, observe } = setUp();
    await provisioning.ensure(observe(), aPlan(), tools);
    const nodes = [seen(aReadyNode('found'), 'free')];
    await provisioning.ensure(observe({ nodes }), aPlan(), tools);
    await provisioning.ensure(observe({ nodes, claims: [pooled('a')] }), aPlan(), tools);
    expect(server.writes).toEqual(['apply nodepools default-a-workspace']);
  });

  it('holds both sizes while the workload moves, and drift until it has', async () => {
    const { provisioning, tools, observe, pool } = setUp();
    await provisioning.ensure(observe(), aPlan({ instanceType: large }), tools);
    const old = pooled('a', sized(large));
    const oldNode = seen(aReadyNode('a', { instanceType: large }), 'claimed');
    const statefulSet = { metadata: { name: 'a-workspace' } };
    await provisioning.ensure(
      observe({ claims: [old], nodes: [oldNode], pods: [aPodOn('a')], statefulSet }),
      aPlan(),
      tools,
    );
    expect(pool()?.spec).toMatchObject({ replicas: 2, disruption: { budgets: [{ nodes: '0' }] } });
    const nodes = [oldNode, seen(aReadyNode('b'), 'claimed')];
    await provisioning.ensure(
      observe({ claims: [old, pooled('b')], nodes, pods: [aPodOn('b')], statefulSet }),
      aPlan(),
      tools,
    );
    expect(pool()?.spec).toMatchObject({ replicas: 1, disruption: { budgets: [{ nodes: '1' }] } });
  });

  it('stops a pool whose claims vanish without end, says so, and tries again later', async () => {
    const { clock, provisioning, tools, events, observe, pool } = setUp();
    for (let round = 0; round < 6; round++) {
      const claims = [aPooledClaim(`c${round}`, { obstacle: { reason: 'LaunchFailed', message: 'no capacity' } })];
      // oxlint-disable-next-line no-await-in-loop
      await provisioning.ensure(observe({ claims }), aPlan(), tools);
    }
    expect(pool()?.spec?.replicas).toBe(0);
    const said = '5 claims in a row were gone before they launched, the last with: no capacity';
    expect(provisioning.refusal(observe())).toMatchObject({ size: { instanceType: small }, reason: said });
    expect(provisioning.verdict(observe(), aPlan())).toEqual({
      ok: false,
      reason: 'CapacityUnavailable',
      message: `${said}; tried again at 2026-01-01T00:05:00Z`,
    });
    expect(events.filter(({ type }) => type === 'Warning')).toHaveLength(1);
    const waitMs = await provisioning.ensure(observe(), aPlan(), tools);
    expect(waitMs).toBe(5 * 60_000);
    await clock.advance(waitMs);
    await provisioning.ensure(observe(), aPlan(), tools);
    expect(pool()?.spec?.replicas).toBe(1);
  });

  it('keeps what it has while the rest cannot be had', async () => {
    const { provisioning, tools, observe, pool } = setUp();
    const plan = aPlan({ count: 2 });
    for (let round = 0; round < 6; round++) {
      const claims = [pooled('had'), aPooledClaim(`c${round}`)];
      // oxlint-disable-next-line no-await-in-loop
      await provisioning.ensure(observe({ claims }), plan, tools);
    }
    expect(pool()?.spec?.replicas).toBe(1);
  });

  it('passes on what Karpenter says about a pool for which it makes no claims', async () => {
    const { provisioning, tools, server, observe, pool } = setUp();
    await provisioning.ensure(observe(), aPlan(), tools);
    const conditions = [{ type: 'Ready', status: 'False', reason: 'NodeClassNotReady', message: 'no subnet' }];
    const live = pool();
    if (live) server.put(nodePools, override(live, { status: { conditions } }));
    expect(provisioning.verdict(observe(), aPlan())).toEqual({
      ok: false,
      reason: 'NodeClassNotReady',
      message: 'NodePool default-a-workspace is not ready: no subnet',
    });
  });

  it('deletes the pool, and waits until it and its claims are gone', async () => {
    const { provisioning, tools, server, observe } = setUp();
    await provisioning.ensure(observe(), aPlan(), tools);
    const claims = [pooled('a')];
    await expect(provisioning.takeDown(observe({ claims }), tools)).resolves.toEqual(['a']);
    expect(server.writes).toContain('delete nodepools default-a-workspace');
    expect(server.writes).not.toContain('delete nodeclaims a');
    await expect(provisioning.takeDown(observe(), tools)).resolves.toEqual([]);
  });
});
