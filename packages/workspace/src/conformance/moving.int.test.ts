import { jest } from '@jest/globals';
import { findCondition, labels, machines, nodeClaims, workspaces, type NodeClaim } from '@kaito/crds';
import { ignoreNotFound, nodes, services } from '@kaito/kube';
import { aNodeClaim, eventually, useStack, type StackOptions } from '@kaito/testing';
import { nodePools } from '../render/node-pool.ts';
import { namespace, WorkspaceBench } from '../workspace-bench.test-data.ts';
import { karpenterPoolsEnvironment, kwokNodeClasses } from './target.test-data.ts';

jest.setTimeout(300_000);

type Environment = NonNullable<NonNullable<StackOptions['env']>['workspace']>;

const quick = { LEADER_ELECT: 'false', GC_INTERVAL: '1s', GC_GRACE: '1s', POLL_IDLE: '1s' };
const stack = useStack({ karpenter: true, env: { provisioner: quick, workspace: { LEADER_ELECT: 'false' } } });
const bench = new WorkspaceBench(stack);

/** Restarts the controller in an installation that has another provisioner. */
async function moveTo(env: Environment): Promise<void> {
  const { workspace } = stack();
  await workspace.stop();
  await workspace.start({ env });
  await workspace.ready();
}

const claimOf = (kind: string, name: string): NodeClaim =>
  aNodeClaim({
    metadata: { name, labels: { [labels.workspace]: 'w', [labels.workspaceNamespace]: 'nobody' } },
    spec: {
      nodeClassRef:
        kind === kwokNodeClasses.kind
          ? { group: kwokNodeClasses.group, kind, name: 'default' }
          : { group: 'kaito.sh', kind, name: 'default' },
    },
  });

/** Who has written to an object, by the names of field managers. */
function managersOf(claim: NodeClaim | undefined): readonly unknown[] {
  const managers = (claim?.metadata.managedFields ?? []).map(entry =>
    typeof entry === 'object' && entry !== null && 'manager' in entry ? entry.manager : undefined,
  );
  return [...new Set(managers)];
}

/** The pods, the service and the claims of a workspace, as far as one of them could have been made anew. */
async function identity(name: string) {
  const { client } = stack();
  const [pods, service, claims, workspace] = await Promise.all([
    bench.pods(name),
    client.get(services, { name, namespace }),
    bench.claims(name),
    bench.get(name),
  ]);
  return {
    pods: pods.map(({ metadata, spec }) => `${metadata.uid} on ${spec?.nodeName}`).toSorted(),
    address: [service.metadata.uid, service.spec?.clusterIP],
    claims,
    workerNodes: workspace.status?.workerNodes,
  };
}

/** Has the controller look at a workspace, and waits until it tells of its nodes by the condition of the provisioner that it has now. */
async function looked(name: string, condition: 'MachineReady' | 'NodeClaimReady'): Promise<void> {
  const other = condition === 'MachineReady' ? 'NodeClaimReady' : 'MachineReady';
  const seen = { metadata: { annotations: { 'example.com/seen': condition } } };
  await stack().client.patch(workspaces, { name, namespace }, seen);
  await bench.until(name, `has ${condition} alone`, workspace => {
    expect(findCondition(workspace, condition)?.status).toBe('True');
    expect(findCondition(workspace, other)).toBeUndefined();
    expect(findCondition(workspace, 'WorkspaceReady')?.status).toBe('True');
  });
}

test('of two provisioners in one cluster neither touches what is the other’s', async () => {
  const { client, emulator } = stack();
  const [ours, theirs] = [claimOf('KaitoNodeClass', 'wsours'), claimOf(kwokNodeClasses.kind, 'wstheirs')];
  const made = await Promise.all([ours, theirs].map(claim => client.create(nodeClaims, claim)));
  const ready = async (name: string): Promise<NodeClaim> => {
    const claim = await client.get(nodeClaims, { name });
    expect(findCondition(claim, 'Ready')?.status).toBe('True');
    return claim;
  };
  const wait = { timeoutMs: 40_000, dump: stack().dump };
  const [a, b] = await Promise.all(['wsours', 'wstheirs'].map(name => eventually(() => ready(name), wait)));
  expect(a?.status?.providerID).toMatch(/^azure:\/\//);
  expect(b?.status?.providerID).toMatch(/^kwok:\/\//);
  // Whoever writes is entered in an object; beside the test that made both, nobody has written to both.
  expect(managersOf(a).filter(manager => managersOf(b).includes(manager))).toEqual(managersOf(made[0]));
  const { pools } = await emulator.state();
  expect(pools.map(({ name }) => name)).toContain('wsours');
  expect(pools.map(({ name }) => name)).not.toContain('wstheirs');

  await client.delete(nodeClaims, { name: 'wsours' });
  const goneOurs = async (): Promise<void> => {
    expect(await ignoreNotFound(client.get(nodeClaims, { name: 'wsours' }))).toBeUndefined();
    const left = (await client.list(nodes)).items.map(({ spec }) => spec?.providerID);
    expect(left).toEqual([b?.status?.providerID]);
  };
  await eventually(goneOurs, wait);
  expect((await client.get(nodeClaims, { name: 'wstheirs' })).metadata.uid).toBe(b?.metadata.uid);
  await client.delete(nodes, { name: b?.status?.nodeName ?? '' });
  await eventually(async () => expect((await client.list(nodeClaims)).items).toEqual([]), wait);
});

test('a cluster goes over to another provisioner, and back, while workspaces run', async () => {
  const { client } = stack();
  await bench.create('old');
  await bench.untilReady('old');
  const before = await identity('old');

  await moveTo({ KAITO_CLAIM_KIND: 'nodeclaim' });
  await looked('old', 'NodeClaimReady');
  expect(await identity('old')).toEqual(before);
  await bench.create('newer');
  await bench.untilReady('newer');
  const newer = await identity('newer');
  expect((await client.list(nodeClaims)).items.map(({ metadata }) => metadata.name)).toEqual(newer.claims);
  expect((await client.list(machines)).items.map(({ metadata }) => metadata.name)).toEqual(before.claims);

  await moveTo(karpenterPoolsEnvironment);
  await Promise.all(['old', 'newer'].map(name => looked(name, 'NodeClaimReady')));
  expect(await identity('old')).toEqual(before);
  expect(await identity('newer')).toEqual(newer);
  expect((await client.list(nodePools)).items).toEqual([]);
  await bench.create('newest');
  await client.patch(workspaces, { name: 'old', namespace }, { resource: { count: 2 } });
  await Promise.all([
    bench.untilReady('newest'),
    bench.until('old', 'serves from a node of each', async ({ status }) => {
      expect(status?.workerNodes).toHaveLength(2);
      expect(new Set(await bench.nodesOfPods('old')).size).toBe(2);
    }),
  ]);
  const grown = await identity('old');
  expect(grown.pods).toEqual(expect.arrayContaining(before.pods));
  expect(grown.claims).toEqual(expect.arrayContaining([...before.claims]));
  const pools = (await client.list(nodePools)).items.map(({ metadata, spec }) => `${metadata.name}: ${spec?.replicas}`);
  expect(pools.toSorted()).toEqual(['default-newest: 1', 'default-old: 1']);
  const newest = await identity('newest');

  await moveTo({ ...removed(karpenterPoolsEnvironment), KAITO_CLAIM_KIND: 'machine' });
  await Promise.all(['old', 'newer', 'newest'].map(name => looked(name, 'MachineReady')));
  expect(await identity('old')).toEqual(grown);
  expect(await identity('newer')).toEqual(newer);
  expect(await identity('newest')).toEqual(newest);

  // Where users bring the nodes, a workspace that names a size is refused; what serves goes on serving.
  await moveTo({ KAITO_CLAIM_KIND: undefined, KAITO_NODE_PROVISIONER: 'byo' });
  const refused = await bench.untilCondition('old', 'Planned', 'False');
  expect(findCondition(refused, 'Planned')?.message).toMatch(/instanceType/);
  expect(await identity('old')).toMatchObject({ pods: grown.pods, address: grown.address, claims: grown.claims });

  await Promise.all(['old', 'newer', 'newest'].map(name => bench.remove(name)));
  await eventually(
    async () => {
      expect((await client.list(nodes)).items).toEqual([]);
      expect((await client.list(nodePools)).items).toEqual([]);
    },
    { timeoutMs: 40_000, dump: stack().dump },
  );
});

/** The same variables, taken away. */
function removed(env: Environment): Environment {
  return Object.fromEntries(Object.keys(env).map(name => [name, undefined]));
}
