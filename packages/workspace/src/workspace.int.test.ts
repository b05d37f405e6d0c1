import { jest } from '@jest/globals';
import { findCondition, labels, machines, nodeClaims, workspaces, type Workspace } from '@kaito/crds';
import { events, ignoreNotFound, nodes, pods, services, statefulSets, type KubeObject } from '@kaito/kube';
import {
  aMachine,
  applyManifest,
  aWorkspace,
  eventually,
  expectArmRequests,
  useStack,
  type Overrides,
} from '@kaito/testing';
import { claimName } from './claims/claim-name.ts';

jest.setTimeout(120_000);

// Without a lease, so that a controller that was killed goes on at once when it is started again.
const getStack = useStack({ env: { workspace: { LEADER_ELECT: 'false' } } });
const namespace = 'default';
const waiting = { timeoutMs: 60_000 };
const quick = { nodeRegisterMs: 100, deleteMs: 200 };
/** Long enough to be caught in the middle. */
const slow = { nodeRegisterMs: 1500, deleteMs: 1500 };

/** Waits until a condition of the workspace has the status, and gives the workspace. */
function untilCondition(name: string, type: string, status: 'True' | 'False', reason?: string): Promise<Workspace> {
  const { client, dump } = getStack();
  return eventually(
    async () => {
      const workspace = await client.get(workspaces, { name, namespace });
      const condition = findCondition(workspace, type);
      const isThere = condition?.status === status && (reason ?? condition.reason) === condition.reason;
      if (!isThere) throw new Error(`${type} is ${condition?.status} (${condition?.reason}): ${condition?.message}`);
      return workspace;
    },
    { ...waiting, describe: `${name} has ${type} ${status}`, dump },
  );
}

/** Names of the claims of a workspace, of either kind. */
async function claimsOf(workspace: string): Promise<readonly string[]> {
  const { client } = getStack();
  const selection = { labelSelector: `${labels.workspace}=${workspace}` };
  const lists = await Promise.all([client.list(machines, selection), client.list(nodeClaims, selection)]);
  return lists.flatMap(({ items }) => items.map(({ metadata }) => metadata.name));
}

/** Everything that exists for a workspace, in the cluster and in Azure. */
async function tracesOf(workspace: string): Promise<readonly string[]> {
  const { client, emulator } = getStack();
  const key = { name: workspace, namespace };
  const labelled = { labelSelector: `${labels.workspace}=${workspace}` };
  const sameName = [workspaces, statefulSets, services].map(async resource => {
    const object = await ignoreNotFound(client.get<KubeObject>(resource, key));
    return object ? [`${resource.kind} ${workspace}`] : [];
  });
  const listed = [pods, nodes].map(async resource => {
    const { items } = await client.list<KubeObject>(resource, labelled);
    return items.map(({ metadata }) => `${resource.kind} ${metadata.name}`);
  });
  const claims = (await claimsOf(workspace)).map(name => `claim ${name}`);
  const pools = (await emulator.state()).pools.filter(pool => pool.labels[labels.workspace] === workspace);
  return [
    ...(await Promise.all([...sameName, ...listed])).flat(),
    ...claims,
    ...pools.map(({ name }) => `pool ${name}`),
  ];
}

/** Deletes a workspace and waits until nothing is left of it. */
async function deleteAll(name: string): Promise<void> {
  await getStack().client.delete(workspaces, { name, namespace });
  await untilGone(name);
}

function untilGone(name: string): Promise<void> {
  return eventually(async () => expect(await tracesOf(name)).toEqual([]), { ...waiting, dump: getStack().dump });
}

afterEach(async () => {
  const { emulator } = getStack();
  await emulator.clearFaults();
  await emulator.configure({ timings: quick, quotas: { cores: 1_000_000 } });
});

describe('workspaces of the examples', () => {
  const examples = {
    'workspace-phi-3-mini': 'examples/inference/kaito_workspace_phi_3.yaml',
    'workspace-phi-3-mini-128k': 'examples/inference/kaito_workspace_phi_3_128k.yaml',
    'workspace-phi-3-mini-adapter': 'examples/inference/kaito_workspace_phi_3_with_adapters.yaml',
  };
  const names = Object.keys(examples);

  it('become ready side by side, each on a node of its own', async () => {
    const stack = getStack();
    for (const file of Object.values(examples)) await applyManifest(stack, file);
    const ready = await Promise.all(names.map(name => untilCondition(name, 'WorkspaceReady', 'True')));
    for (const { status } of ready) {
      expect(status).toMatchObject({ state: 'Ready', targetNodeCount: 1 });
      expect(status?.workerNodes).toHaveLength(1);
    }
    expect(new Set(ready.flatMap(({ status }) => status?.workerNodes ?? [])).size).toBe(names.length);
    for (const name of names) expect(await claimsOf(name)).toHaveLength(1);
  });

  it('are listed as the guide shows them', async () => {
    const table = await getStack().kubectl('get', 'workspace', 'workspace-phi-3-mini');
    const [header = '', row = ''] = table.split('\n');
    expect(header.split(/\s+/).slice(0, 5)).toEqual([
      'NAME',
      'INSTANCE',
      'RESOURCEREADY',
      'INFERENCEREADY',
      'WORKSPACEREADY',
    ]);
    expect(row.split(/\s+/).slice(0, 5)).toEqual(['workspace-phi-3-mini', 'Standard_NC6s_v3', 'True', 'True', 'True']);
  });

  it('are served on ports 80 and 29500 by the images of their preset', async () => {
    const { client } = getStack();
    const key = { name: 'workspace-phi-3-mini', namespace };
    const { spec } = await client.get(services, key);
    expect(spec?.type).toBe('ClusterIP');
    expect(spec?.ports?.map(({ port, targetPort }) => [port, targetPort])).toEqual([
      [80, 5000],
      [29_500, 29_500],
    ]);
    const workload = await client.get(statefulSets, key);
    expect(workload.spec?.template.spec?.containers[0]?.image).toBe(
      'mcr.microsoft.com/aks/kaito/kaito-phi-3-mini-4k-instruct:0.0.1',
    );
  });

  it('get back a child that somebody deleted', async () => {
    const stack = getStack();
    const key = { name: 'workspace-phi-3-mini', namespace };
    const before = await stack.client.get(services, key);
    await stack.client.delete(services, key);
    await eventually(async () => {
      const { metadata } = await stack.client.get(services, key);
      expect(metadata.uid).not.toBe(before.metadata.uid);
    });
  });

  it('get back a claim that somebody deleted, under the same name', async () => {
    const stack = getStack();
    const [claim = ''] = await claimsOf('workspace-phi-3-mini');
    const before = await stack.client.get(machines, { name: claim });
    await stack.client.delete(machines, { name: claim });
    await eventually(
      async () => {
        const { metadata } = await stack.client.get(machines, { name: claim });
        expect(metadata.uid).not.toBe(before.metadata.uid);
      },
      { ...waiting, dump: stack.dump },
    );
    await untilCondition('workspace-phi-3-mini', 'WorkspaceReady', 'True');
  });

  it('leave no pool, node, claim or child when they are deleted', async () => {
    await Promise.all(names.map(deleteAll));
    for (const name of names) expect(await tracesOf(name)).toEqual([]);
  });
});

describe('a controller that is killed', () => {
  it('makes one claim for each node, however often it dies while they come', async () => {
    const stack = getStack();
    await stack.emulator.configure({ timings: slow });
    await stack.emulator.resetRequests();
    await stack.client.create(workspaces, aWorkspace({ metadata: { name: 'killed' }, resource: { count: 3 } }));
    for (let deaths = 0; deaths < 4; deaths++) {
      await stack.workspace.kill('SIGKILL');
      await stack.workspace.start();
      await stack.workspace.ready();
    }
    const workspace = await untilCondition('killed', 'WorkspaceReady', 'True');
    expect(workspace.status?.workerNodes).toHaveLength(3);
    expect(await claimsOf('killed')).toHaveLength(3);
    await expectArmRequests(stack.emulator, { 'PUT agentPools': 3 });
  });

  it('finishes a deletion that it died in', async () => {
    const stack = getStack();
    await stack.emulator.configure({ timings: slow });
    await stack.client.delete(workspaces, { name: 'killed', namespace });
    await eventually(async () => {
      const [claim = ''] = await claimsOf('killed');
      expect((await stack.client.get(machines, { name: claim })).metadata.deletionTimestamp).toBeDefined();
    });
    await stack.workspace.kill('SIGKILL');
    await eventually(async () => expect(await claimsOf('killed')).toEqual([]), waiting);
    expect((await stack.client.get(workspaces, { name: 'killed', namespace })).metadata.finalizers).toEqual([
      'workspace.finalizer.kaito.sh',
    ]);
    await stack.workspace.start();
    await untilGone('killed');
  });
});

const tuning: NonNullable<Workspace['tuning']> = {
  preset: { name: 'phi-3-mini-4k-instruct' },
  method: 'qlora',
  input: { urls: ['https://example.com/data.parquet'] },
  output: { image: 'example.azurecr.io/out:1', imagePushSecret: 'push' },
};

/** What is wrong, the object, and the reason and words that every condition must show. */
const refused: readonly (readonly [string, Overrides<Workspace>, string, RegExp])[] = [
  [
    'unknown-preset',
    { inference: { preset: { name: 'phi-3-mini' } } },
    'PresetUnknown',
    /"phi-3-mini": it is not a model of the catalogue.*phi-3-mini-4k-instruct/,
  ],
  [
    'unknown-size',
    { resource: { instanceType: 'Standard_NC6_v9' } },
    'InstanceTypeUnknown',
    /"Standard_NC6_v9" is not a known GPU size.*Standard_NC6s_v3/,
  ],
  ['small-gpu', { resource: { instanceType: 'Standard_NV6' } }, 'GpuMemoryTooSmall', /8 GiB.*9 GiB/],
  [
    'tuning',
    { inference: undefined, tuning },
    'SecretMissing',
    /Secret "\S+" is not in namespace "default": create it/,
  ],
  [
    'platform-label',
    { resource: { labelSelector: { matchLabels: { 'kubernetes.azure.com/mode': 'user' } } } },
    'LabelSelectorInvalid',
    /set by the platform/,
  ],
];

describe('a workspace that cannot be', () => {
  it.each(refused)('says why and costs nothing: %s', async (name, change, reason, message) => {
    const stack = getStack();
    await stack.client.create(workspaces, aWorkspace({ ...change, metadata: { name } }));
    const workspace = await untilCondition(name, 'WorkspaceReady', 'False');
    for (const type of ['ResourceReady', 'WorkspaceReady']) {
      const condition = findCondition(workspace, type);
      expect(condition).toMatchObject({ status: 'False', reason });
      expect(condition?.message).toMatch(message);
    }
    expect(workspace.metadata.finalizers).toBeUndefined();
    expect(await claimsOf(name)).toEqual([]);
    await eventually(async () => {
      const { items } = await stack.client.list(events, { namespace, fieldSelector: `involvedObject.name=${name}` });
      expect(items.map(event => `${event.type} ${event.reason} ${event.count}`)).toEqual([`Warning ${reason} 1`]);
    });
  });

  it('is not tried again and again, and keeps nobody else from being served', async () => {
    const stack = getStack();
    await stack.emulator.resetRequests();
    await stack.client.create(workspaces, aWorkspace({ metadata: { name: 'good' } }));
    await untilCondition('good', 'WorkspaceReady', 'True');
    const logs = stack.workspace.logs();
    expect(logs).not.toContain('Reconcile failed');
    await expectArmRequests(stack.emulator, { 'PUT agentPools': 1 });
    const metrics = await (await fetch(stack.workspace.metricsUrl)).text();
    const total = [...metrics.matchAll(/^controller_runtime_reconcile_total\{.*\} (\d+)$/gm)].map(([, count]) =>
      Number(count),
    );
    // Each refusal takes a pass or two; what is left is for the one that is served.
    expect(total.reduce((sum, count) => sum + count, 0)).toBeLessThan(100);
  });
});

describe('a quota that is used up', () => {
  it('shows on the workspace, with its numbers', async () => {
    const stack = getStack();
    const { usage } = await stack.emulator.state();
    await stack.emulator.configure({ quotas: { cores: (usage['cores'] ?? 0) + 4 } });
    await stack.client.create(workspaces, aWorkspace({ metadata: { name: 'greedy' } }));
    const workspace = await eventually(
      async () => {
        const current = await stack.client.get(workspaces, { name: 'greedy', namespace });
        expect(findCondition(current, 'ResourceReady')?.message).toMatch(/quota/i);
        return current;
      },
      { dump: stack.dump },
    );
    const message = findCondition(workspace, 'ResourceReady')?.message;
    expect(message).toMatch(/left regional vcpu quota 4, requested quota 6/);
    expect(findCondition(workspace, 'WorkspaceReady')?.message).toContain(message);
    await deleteAll('greedy');
  });
});

describe('a name that is taken', () => {
  it('is not taken over, and the workspace goes on when it is free', async () => {
    const stack = getStack();
    const service = {
      metadata: { name: 'taken', namespace },
      spec: { ports: [{ port: 1 }], selector: { app: 'other' } },
    };
    const before = await stack.client.create(services, { apiVersion: 'v1', kind: 'Service', ...service });
    await stack.client.create(workspaces, aWorkspace({ metadata: { name: 'taken' } }));
    const refusal = await untilCondition('taken', 'WorkspaceReady', 'False');
    expect(findCondition(refusal, 'WorkspaceReady')?.reason).toBe('NameTaken');
    expect(await claimsOf('taken')).toEqual([]);
    const after = await stack.client.get(services, { name: 'taken', namespace });
    expect(after.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
    await stack.client.delete(services, { name: 'taken', namespace });
    await untilCondition('taken', 'WorkspaceReady', 'True');
    await deleteAll('taken');
  });
});

const templateOf = (container: object) => ({ preset: undefined, template: { spec: { containers: [container] } } });

describe('a template that pods cannot be made of', () => {
  it('costs no node, and runs once it is mended', async () => {
    const { client } = getStack();
    const metadata = { name: 'malformed' };
    await client.create(workspaces, aWorkspace({ metadata, inference: templateOf({ name: 'main', prots: [] }) }));
    const held = await untilCondition('malformed', 'Planned', 'False', 'TemplateInvalid');
    expect(held.status?.diagnosis).toMatchObject({ cause: 'TemplateInvalid', mover: 'user' });
    expect(await claimsOf('malformed')).toEqual([]);
    const key = { ...metadata, namespace };
    await client.patch(workspaces, key, { inference: templateOf({ name: 'main', image: 'example.com/a:1' }) });
    await untilCondition('malformed', 'WorkspaceReady', 'True');
    await deleteAll('malformed');
  });
});

describe('a claim name that is taken', () => {
  it('is not taken over, and the workspace goes on when it is free', async () => {
    const stack = getStack();
    await stack.workspace.stop();
    const workspace = await stack.client.create(workspaces, aWorkspace({ metadata: { name: 'unlucky' } }));
    const name = claimName(workspace, 0, { instanceType: 'Standard_NC6s_v3', capacityType: 'on-demand' });
    const foreign = await stack.client.create(
      machines,
      aMachine({
        metadata: { name, labels: { [labels.workspace]: undefined, [labels.workspaceNamespace]: undefined } },
      }),
    );
    await stack.workspace.start();
    const unlucky = await untilCondition('unlucky', 'MachineReady', 'False', 'NameTaken');
    expect(findCondition(unlucky, 'WorkspaceReady')?.message).toContain(name);
    const after = await stack.client.get(machines, { name });
    expect(after.metadata.resourceVersion).toBe(foreign.metadata.resourceVersion);
    await stack.client.delete(machines, { name });
    await untilCondition('unlucky', 'WorkspaceReady', 'True');
    await deleteAll('unlucky');
  });
});

describe('the other kind of claim', () => {
  it('serves new workspaces and leaves those alone that have their nodes', async () => {
    const stack = getStack();
    const before = await claimsOf('good');
    await stack.workspace.stop();
    await stack.workspace.start({ env: { KAITO_CLAIM_KIND: 'nodeclaim' } });
    await stack.client.create(workspaces, aWorkspace({ metadata: { name: 'modern' } }));
    const modern = await untilCondition('modern', 'WorkspaceReady', 'True');
    expect(findCondition(modern, 'NodeClaimReady')?.status).toBe('True');
    const { items } = await stack.client.list(nodeClaims);
    expect(items.map(({ metadata }) => metadata.name)).toEqual(await claimsOf('modern'));
    await untilCondition('good', 'NodeClaimReady', 'True');
    expect(await claimsOf('good')).toEqual(before);
    for (const name of ['modern', 'good']) await deleteAll(name);
  });
});
