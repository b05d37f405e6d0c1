import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { jest } from '@jest/globals';
import { findCondition, isTrue, machines, workspaces, type Workspace } from '@kaito/crds';
import { nodes, pods, services, type Client } from '@kaito/kube';
import { aGpuNode, aNode, applyManifest, eventually, useStack } from '@kaito/testing';
import { parseAllDocuments } from 'yaml';

jest.setTimeout(240_000);

const folder = 'examples/inference';
const root = fileURLToPath(new URL('../../../', import.meta.url));
const files = readdirSync(`${root}${folder}`).filter(file => file.endsWith('.yaml'));
const ownNodes = 'kaito_workspace_own_nodes.yaml';

/** The workspaces that a manifest makes. */
function workspacesIn(file: string): readonly Workspace[] {
  const documents = parseAllDocuments(readFileSync(`${root}${folder}/${file}`, 'utf8'));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- files of our own
  return documents.map(document => document.toJS() as Workspace).filter(({ kind }) => kind === 'Workspace');
}

/** Says how far a workspace is that is not ready. */
function expectReady(workspace: Workspace): void {
  if (isTrue(workspace, 'WorkspaceReady')) return;
  const { name } = workspace.metadata;
  throw new Error(`${name}: ${findCondition(workspace, 'WorkspaceReady')?.message ?? 'nothing is said of it yet'}`);
}

/** Its nodes are those of its plan, and its Service names only pods that answer. */
async function expectServed(client: Client, { metadata, status }: Workspace): Promise<void> {
  expect(status?.workerNodes).toHaveLength(status?.plan?.nodeCount ?? -1);
  expect(status?.plan?.instanceType).toMatch(/^Standard_(N|B2ms)/);
  const { spec } = await client.get(services, { name: metadata.name, namespace: metadata.namespace });
  expect(spec?.ports?.map(({ port }) => port)).toContain(80);
  expect(spec?.publishNotReadyAddresses ?? false).toBe(false);
}

/** Nothing of it has or wants a GPU: plan, claim, node, pod. */
async function expectNoGpus(client: Client, { metadata: { name }, status }: Workspace): Promise<void> {
  const skipped = expect.objectContaining({ name: 'GpusReady', state: 'Skipped' });
  expect(status).toMatchObject({
    plan: { runtime: 'cpu', gpusPerNode: 0, instanceType: 'Standard_B2ms' },
    startup: { phases: expect.arrayContaining([skipped]) },
  });
  const options = { labelSelector: `kaito.sh/workspace=${name}` };
  const [claims, made, running] = await Promise.all([
    client.list(machines, options),
    client.list(nodes, options),
    client.list(pods, options),
  ]);
  const all = [...claims.items, ...made.items, ...running.items];
  expect(all).toHaveLength(3);
  expect(JSON.stringify(all.map(({ spec }) => spec))).not.toMatch(/nvidia|"sku"/);
  expect(made.items[0]?.metadata.labels).toMatchObject({ 'kaito.sh/machine-type': 'cpu' });
  expect(running.items[0]?.spec?.nodeName).toBe(made.items[0]?.metadata.name);
}

describe('the examples, on nodes that are made', () => {
  // Azure's limit of pools is out of the way: all examples run side by side.
  const getStack = useStack({ webhook: true, settings: { poolCap: 1000, quotas: {} } });

  test('are applied as they are, and each is served', async () => {
    const stack = getStack();
    const made = files.filter(file => file !== ownNodes);
    // Those of models with a licence say in their first lines that they need it.
    await stack.kubectl('create', 'secret', 'generic', 'hugging-face', '--from-literal=HF_TOKEN=hf_example');
    for (const file of made) expect(await applyManifest(stack, `${folder}/${file}`)).toMatch(/created|unchanged/);
    const names = new Set(made.flatMap(file => workspacesIn(file).map(({ metadata }) => metadata.name)));
    await eventually(
      async () => {
        const { items } = await stack.client.list(workspaces);
        expect(items.map(({ metadata }) => metadata.name).toSorted()).toEqual([...names].toSorted());
        for (const workspace of items) expectReady(workspace);
      },
      { timeoutMs: 180_000, describe: 'all examples are ready', dump: stack.dump },
    );
    const { items } = await stack.client.list(workspaces);
    for (const workspace of items) await expectServed(stack.client, workspace);
    const small = items.find(({ metadata }) => metadata.name === 'workspace-smollm2-cpu');
    if (!small) throw new Error('the example on CPUs is not there');
    await expectNoGpus(stack.client, small);
    // One that is too large for a node has as many pods as nodes, and one address that answers.
    const large = items.find(({ metadata }) => metadata.name === 'workspace-deepseek-v3');
    expect(large?.status?.plan?.nodeCount).toBeGreaterThan(1);
  });
});

describe('the example on own nodes', () => {
  const getStack = useStack({
    emulator: false,
    provisioner: false,
    env: { workspace: { KAITO_NODE_PROVISIONER: 'byo' } },
  });

  test('is served on the node that the user labelled', async () => {
    const { client, dump } = getStack();
    await applyManifest(getStack(), `${folder}/${ownNodes}`);
    await eventually(async () => {
      const workspace = await client.get(workspaces, { name: 'workspace-own-nodes', namespace: 'default' });
      expect(findCondition(workspace, 'WorkspaceReady')?.message).toMatch(/apps|node/);
    });
    const gpus = { 'nvidia.com/gpu': '1' };
    const node = aGpuNode('own', {
      metadata: {
        labels: {
          apps: 'own-nodes',
          'nvidia.com/gpu.product': 'NVIDIA-A100-SXM4-80GB',
          'nvidia.com/gpu.count': '1',
          'nvidia.com/gpu.memory': '81920',
          'nvidia.com/cuda.compute.major': '8',
          'nvidia.com/cuda.compute.minor': '0',
        },
      },
      status: { capacity: gpus, allocatable: gpus },
    });
    await client.create(nodes, node);
    await eventually(
      async () => expectReady(await client.get(workspaces, { name: 'workspace-own-nodes', namespace: 'default' })),
      { timeoutMs: 60_000, describe: 'the workspace is ready', dump },
    );
    const { items } = await client.list(pods, { labelSelector: 'kaito.sh/workspace=workspace-own-nodes' });
    expect(items.map(({ spec }) => spec?.nodeName)).toEqual([node.metadata.name]);
    // Whose node it is stays the user's business.
    const after = await client.get(nodes, { name: node.metadata.name });
    expect(after.metadata.labels).not.toHaveProperty(['kaito.sh/workspace']);
  });

  test('is served without GPUs where the model runs on CPUs', async () => {
    const { client, dump } = getStack();
    const name = 'workspace-smollm2-cpu';
    await applyManifest(getStack(), `${folder}/kaito_workspace_smollm2_cpu.yaml`);
    const plain = aNode({ metadata: { name: 'plain', labels: { apps: 'smollm2-cpu' } } });
    await client.create(nodes, plain);
    await eventually(async () => expectReady(await client.get(workspaces, { name, namespace: 'default' })), {
      timeoutMs: 60_000,
      describe: 'the workspace on CPUs is ready',
      dump,
    });
    const { items } = await client.list(pods, { labelSelector: `kaito.sh/workspace=${name}` });
    expect(items.map(({ spec }) => spec?.nodeName)).toEqual([plain.metadata.name]);
  });
});
