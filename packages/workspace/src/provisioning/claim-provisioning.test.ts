import { annotations, labels, machines, nodeClaims, type Machine } from '@kaito/crds';
import { nodes as nodeResource, pods as podResource, type Node } from '@kaito/kube';
import { aNode, FakeClock, override } from '@kaito/testing';
import { claimKinds, machineKind, nodeClaimKind } from '../claims/claim-kind.ts';
import { claimNames } from '../claims/claim-name.ts';
import { readClaim } from '../claims/claim.ts';
import type { Observed } from '../observed.ts';
import { nodePools, renderNodePool } from '../render/node-pool.ts';
import { ClaimProvisioning } from './claim-provisioning.ts';
import { anObserved, someone } from '../observed.test-data.ts';
import { aPlan, aPodOn, aReadyNode, aClaim, seen, withNode } from './builders.test-data.ts';
import { MemoryClient } from './memory-client.test-data.ts';
import { toolsFor } from './tools.test-data.ts';
import { nodeTie } from './node-tie.ts';

const workspace = someone();
const plan = aPlan({ count: 3 });
const names = claimNames(workspace, 3, plan.nodes);
const owner = { [labels.workspace]: 'a-workspace', [labels.workspaceNamespace]: 'default' };
const nodeClass = { group: 'karpenter.kwok.sh', kind: 'KWOKNodeClass', name: 'default' };

function aProvisioning(clock = new FakeClock(), kind = machineKind): ClaimProvisioning {
  return new ClaimProvisioning({ kind, nodeClass, scope: { kinds: claimKinds, hasNodePools: true }, clock });
}

/** What a cache would show of the server. */
function observe(server: MemoryClient, change: Partial<Observed> = {}): Observed {
  const nodes = server.all<Node>(nodeResource).flatMap(node => {
    const tie = nodeTie(node, workspace, plan.nodes.labels, 'auto');
    return tie ? [seen(node, tie)] : [];
  });
  const claims = server.all<Machine>(machines).map(machine => readClaim(machineKind, machine));
  return anObserved({ workspace, nodes, claims, nodePool: server.all(nodePools)[0], ...change });
}

const writesOf = (server: MemoryClient, verb: string): readonly string[] =>
  server.writes.filter(write => write.startsWith(verb)).toSorted();

describe('ClaimProvisioning', () => {
  it('makes one claim for each node and then rests', async () => {
    const clock = new FakeClock();
    const server = new MemoryClient();
    const { tools, events } = toolsFor(server, clock);
    const provisioning = aProvisioning(clock);
    await expect(provisioning.ensure(observe(server), plan, tools)).resolves.toBe(0);
    expect(server.writes.toSorted()).toEqual(names.map(name => `create machines ${name}`).toSorted());
    expect(events.map(({ reason }) => reason)).toEqual(['MachineCreated', 'MachineCreated', 'MachineCreated']);
    await provisioning.ensure(observe(server), plan, tools);
    expect(server.writes).toHaveLength(3);
  });

  it('has one claim for each node whichever write it died at', async () => {
    for (let failAt = 0; failAt < 4; failAt++) {
      const server = new MemoryClient([nodeResource, aReadyNode('found')]);
      const { tools } = toolsFor(server, new FakeClock());
      server.failAt = failAt;
      // oxlint-disable-next-line no-await-in-loop
      await aProvisioning()
        .ensure(observe(server), aPlan({ count: 4 }), tools)
        .catch(() => {});
      server.failAt = -1;
      for (let pass = 0; pass < 3; pass++) {
        // A controller that starts anew remembers nothing.
        // oxlint-disable-next-line no-await-in-loop
        await aProvisioning().ensure(observe(server), aPlan({ count: 4 }), tools);
      }
      const { claims, nodes } = observe(server);
      expect([claims.length, nodes.map(({ tie }) => tie)]).toEqual([3, ['reserved']]);
    }
  });

  it('finds its own claim that the cache does not show yet, and leaves one of somebody else', async () => {
    const [name = ''] = claimNames(workspace, 1, plan.nodes);
    const unseen = new MemoryClient([machines, { metadata: { name, labels: owner } }]);
    await aProvisioning().ensure(anObserved(), aPlan(), toolsFor(unseen, new FakeClock()).tools);
    expect(unseen.all(machines)).toHaveLength(1);
    const foreign = new MemoryClient([machines, { metadata: { name, labels: { team: 'b' } } }]);
    const pass = aProvisioning().ensure(anObserved(), aPlan(), toolsFor(foreign, new FakeClock()).tools);
    await expect(pass).rejects.toThrow(`Machine "${name}" exists but lacks the labels of this workspace`);
  });

  it('slows down for a claim that keeps vanishing, and in the end says that it cannot be had', async () => {
    const clock = new FakeClock();
    const server = new MemoryClient();
    const { tools } = toolsFor(server, clock);
    const provisioning = aProvisioning(clock);
    const waits: number[] = [];
    for (let round = 0; round < 6; round++) {
      // oxlint-disable-next-line no-await-in-loop -- one pass after the other
      const waitMs = await provisioning.ensure(observe(server), aPlan(), tools);
      // oxlint-disable-next-line no-await-in-loop
      await clock.advance(waitMs);
      waits.push(waitMs);
      // oxlint-disable-next-line no-await-in-loop
      if (waitMs > 0) await provisioning.ensure(observe(server), aPlan(), tools);
      // It is seen, and then whoever serves it deletes it.
      // oxlint-disable-next-line no-await-in-loop
      await provisioning.ensure(observe(server), aPlan(), tools);
      // oxlint-disable-next-line no-await-in-loop
      for (const { metadata } of server.all(machines)) await server.delete(machines, { name: metadata.name });
    }
    await provisioning.ensure(observe(server), aPlan(), tools);
    expect(waits).toEqual([0, 0, 1000, 2000, 4000, 8000]);
    expect(provisioning.refusal(observe(server))?.reason).toBe('6 claims in a row were gone before they launched');
  });

  it('makes NodeClaims of the class that is configured', async () => {
    const server = new MemoryClient();
    await aProvisioning(new FakeClock(), nodeClaimKind).ensure(
      anObserved(),
      aPlan(),
      toolsFor(server, new FakeClock()).tools,
    );
    expect(server.all(nodeClaims)).toMatchObject([{ spec: { nodeClassRef: nodeClass } }]);
  });

  it('tells how far the claims are, and in whose words one is stuck', () => {
    const provisioning = aProvisioning();
    const waiting = [aClaim('a', withNode('a')), aClaim('b')];
    expect(provisioning.verdict(anObserved({ claims: waiting }), aPlan({ count: 2 }))).toEqual({
      ok: false,
      reason: 'MachineNotReady',
      message: '1 of 2 claims are ready; waiting for b',
    });
    const stuck = [
      aClaim('a', { obstacle: { reason: 'Waiting', message: 'for its turn' } }),
      aClaim('b', { refused: 'no', obstacle: { reason: 'LaunchFailed', message: 'no such size' } }),
    ];
    expect(provisioning.verdict(anObserved({ claims: stuck }), aPlan({ count: 2 }))).toEqual({
      ok: false,
      reason: 'LaunchFailed',
      message: 'claim b: no such size (and 1 more not ready)',
    });
    const nodes = [seen(aReadyNode('found'), 'reserved')];
    expect(provisioning.verdict(anObserved({ nodes }), aPlan())).toEqual({
      ok: true,
      reason: 'MachinesReady',
      message: '0 of 0 claims are ready; in use beside them: found',
    });
  });
});

describe('ClaimProvisioning with nodes that are there', () => {
  it('reserves them before it makes claims, preferred ones first', async () => {
    const server = new MemoryClient(...['a', 'b', 'c'].map(name => [nodeResource, aReadyNode(name)] as const));
    const { tools, events } = toolsFor(server, new FakeClock());
    const preferring = someone({ resource: { preferredNodes: ['c'] } });
    const observed = observe(server, { workspace: preferring });
    await aProvisioning().ensure(observed, aPlan({ count: 2 }), tools);
    expect(server.writes).toEqual(['patch nodes c', 'patch nodes a']);
    expect(server.all(nodeResource).find(({ metadata }) => metadata.name === 'c')?.metadata).toMatchObject({
      labels: owner,
      annotations: { [annotations.reservedBy]: 'default/a-workspace' },
    });
    expect(events[0]).toMatchObject({ reason: 'NodeReserved', message: 'Uses node c, which was there already' });
  });

  it('puts one that comes later in the place of a claim that has no machine, and of no other', async () => {
    const server = new MemoryClient();
    const { tools } = toolsFor(server, new FakeClock());
    const two = aPlan({ count: 2 });
    await aProvisioning().ensure(observe(server), two, tools);
    const launchedAt = '2026-01-01T00:00:00Z';
    const kept = names[0];
    const seenNow = (): Observed => {
      const { claims, ...rest } = observe(server);
      return { ...rest, claims: claims.map(claim => (claim.name === kept ? { ...claim, launchedAt } : claim)) };
    };
    await server.create(nodeResource, aReadyNode('late'));
    await server.create(nodeResource, aReadyNode('later'));
    for (let pass = 0; pass < 3; pass++) {
      // oxlint-disable-next-line no-await-in-loop -- one pass after the other
      await aProvisioning().ensure(seenNow(), two, tools);
    }
    expect(observe(server).nodes.map(({ tie }) => tie)).toEqual(['reserved', 'free']);
    expect(server.all(machines).map(({ metadata }) => metadata.name)).toEqual([kept]);
  });

  it('passes over a node whose GPUs are taken, by whatever pod', async () => {
    const container = { name: 'x', resources: { limits: { 'nvidia.com/gpu': '1' } } };
    const taker = override(aPodOn('a'), { metadata: { name: 'taker', labels: {} }, spec: { containers: [container] } });
    const server = new MemoryClient([nodeResource, aReadyNode('a')], [podResource, taker]);
    const { tools } = toolsFor(server, new FakeClock());
    await aProvisioning().ensure(observe(server), aPlan(), tools);
    expect(writesOf(server, 'patch')).toEqual([]);
    expect(writesOf(server, 'create')).toHaveLength(1);
  });

  it('pays for no machine while a node is contended, and leaves it to whoever was quicker', async () => {
    const server = new MemoryClient([nodeResource, aReadyNode('a')]);
    const { tools } = toolsFor(server, new FakeClock());
    const observed = observe(server);
    server.beforePatch = () => {
      const taken = {
        labels: { ...owner, [labels.workspace]: 'rival' },
        annotations: { [annotations.reservedBy]: 'default/rival' },
      };
      server.put(nodeResource, override(aReadyNode('a'), { metadata: taken }));
    };
    await expect(aProvisioning().ensure(observed, aPlan(), tools)).resolves.toBe(1000);
    expect(writesOf(server, 'create')).toEqual([]);
    await aProvisioning().ensure(observe(server), aPlan(), tools);
    expect(writesOf(server, 'create')).toHaveLength(1);
    expect(server.all(nodeResource)[0]?.metadata.labels?.[labels.workspace]).toBe('rival');
  });

  it('gives a node back when fewer are wanted, as it was before', async () => {
    const server = new MemoryClient([nodeResource, aReadyNode('a')], [nodeResource, aReadyNode('b')]);
    const { tools } = toolsFor(server, new FakeClock());
    await aProvisioning().ensure(observe(server), aPlan({ count: 2 }), tools);
    await aProvisioning().ensure(observe(server, { pods: [aPodOn('b')] }), aPlan(), tools);
    const [a, b] = server.all(nodeResource).map(({ metadata }) => metadata);
    expect(a?.labels).toEqual(aReadyNode('a').metadata.labels);
    expect(a?.annotations ?? {}).not.toHaveProperty([annotations.reservedBy]);
    expect(b?.annotations).toHaveProperty([annotations.reservedBy]);
  });

  it('labels the nodes of claims that another provisioner made, so that pods find them', async () => {
    const karpenter = {
      [labels.karpenterWorkspaceName]: 'a-workspace',
      [labels.karpenterWorkspaceNamespace]: 'default',
    };
    const server = new MemoryClient([nodeResource, aReadyNode('made', { labels: karpenter })]);
    const claims = [aClaim('made', withNode('made'))];
    await aProvisioning().ensure(observe(server, { claims }), aPlan(), toolsFor(server, new FakeClock()).tools);
    expect(server.all(nodeResource)[0]?.metadata.labels).toMatchObject(owner);
  });
});

describe('ClaimProvisioning taking down', () => {
  it('gives everything back, of whichever provisioner, and names what is left', async () => {
    const server = new MemoryClient(
      [machines, { metadata: { name: 'ws1', labels: owner } }],
      [nodePools, renderNodePool(workspace, plan, { nodeClass, replicas: 1, holdDrift: false })],
      [
        nodeResource,
        aReadyNode('a', { labels: owner, annotations: { [annotations.reservedBy]: 'default/a-workspace' } }),
      ],
      [nodeResource, aNode()],
    );
    const { tools } = toolsFor(server, new FakeClock());
    const provisioning = aProvisioning();
    await expect(provisioning.takeDown(observe(server), tools)).resolves.toEqual(['ws1']);
    await expect(provisioning.takeDown(observe(server), tools)).resolves.toEqual([]);
    expect([server.all(machines), server.all(nodePools)]).toEqual([[], []]);
    expect(server.all(nodeResource).map(({ metadata }) => metadata.labels?.[labels.workspace])).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('does not take the word of a cache that shows nothing', async () => {
    const server = new MemoryClient([machines, { metadata: { name: 'ws1', labels: owner } }]);
    await expect(aProvisioning().takeDown(anObserved(), toolsFor(server, new FakeClock()).tools)).resolves.toEqual([
      'ws1',
    ]);
  });
});
