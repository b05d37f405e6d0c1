import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { workspaces, type Workspace } from '@kaito/crds';
import {
  Cache,
  configMaps,
  connect,
  createLogger,
  nodes,
  statefulSets,
  validatingWebhookConfigurations,
  WebhookServer,
  type Client,
  type Node,
  type ValidatingWebhookConfiguration,
} from '@kaito/kube';
import { catalogue, checkWorkspace, findModel, skusOf } from '@kaito/planner';
import { aNode, aWorkspace, eventually, useStack } from '@kaito/testing';
import { jest } from '@jest/globals';
import { createInformers, type Informers } from '../observe/informers.ts';
import { settings } from '../render/plans.test-data.ts';
import { rehearsal } from './rehearsal.ts';
import { workspaceWebhook, workspaceWebhookPath, type WorkspaceWebhookParts } from './webhook.ts';

jest.setTimeout(90_000);

const stack = useStack({
  kwok: false,
  emulator: false,
  controllerManager: false,
  provisioner: false,
  workspace: false,
});

const namespace = 'default';
const name = 'validation.workspace.kaito.sh';
/** Where a second webhook answers, as in an installation whose users bring their nodes, for workspaces with the label `byo`. */
const broughtPath = '/brought';

const stop = new AbortController();
let client: Client;
let informers: Informers;
let running: Promise<unknown>;

beforeAll(async () => {
  client = connect({ kubeconfig: stack().kubeconfig, userAgent: 'kaito-admission-test' });
  const logger = createLogger({ level: 'error', name: 'admission-test' });
  const cache = new Cache({ client, logger });
  informers = createInformers(cache, { claimKinds: [], withNodePools: false });
  const parts: Omit<WorkspaceWebhookParts, 'facts'> = {
    client: cache.client,
    informers,
    synced: signal => cache.synced(signal),
  };
  const facts = { check: checkWorkspace, mode: 'auto', skus: skusOf('azure'), model: lookup } as const;
  const provisioning = { mode: 'auto', ownership: () => ({}) } as const;
  const rehearse = rehearsal({
    client,
    provisioning,
    rendering: { ...settings, registry: 'example.com' },
  });
  const server = new WebhookServer({
    cache,
    listen: { port: 0, host: '127.0.0.1' },
    webhooks: {
      [workspaceWebhookPath]: workspaceWebhook({ ...parts, facts, rehearse }),
      [broughtPath]: workspaceWebhook({ ...parts, facts: { ...facts, mode: 'brought' } }),
    },
    secret: { namespace, name: 'workspace-webhook-cert' },
    hosts: ['127.0.0.1'],
    configuration: { name },
    logger,
  });
  running = Promise.all([cache.start(stop.signal), cache.synced(stop.signal).then(() => server.start(stop.signal))]);
  await register(server);
});

/** Makes the API server ask about workspaces; it hears of a new webhook by a watch of its own. */
async function register(server: WebhookServer): Promise<void> {
  await eventually(() => expect(server.port).toBeGreaterThan(0));
  const desired = registration(`https://127.0.0.1:${server.port}`);
  await client.apply(validatingWebhookConfigurations, desired, { fieldManager: 'test', force: true });
  await eventually(() => expect(server.ready()).toBe(true));
  const bad = aWorkspace({ metadata: { name: '7b' } });
  await eventually(() => expect(create(bad)).rejects.toThrow('cannot name a Service'));
}

afterAll(async () => {
  stop.abort();
  await running;
  await client.close();
});

function lookup({ inference }: Workspace): ReturnType<WorkspaceWebhookParts['facts']['model']> {
  const model = findModel(catalogue, inference?.preset?.name ?? '');
  return model && { state: 'known', model };
}

function registration(url: string): ValidatingWebhookConfiguration {
  const rule = { apiGroups: ['kaito.sh'], apiVersions: ['v1alpha1', 'v1beta1'], resources: ['workspaces'] };
  const webhook = (of: string, path: string, operator: string) => ({
    name: of,
    clientConfig: { url: `${url}${path}` },
    rules: [{ ...rule, operations: ['CREATE', 'UPDATE'] }],
    objectSelector: { matchExpressions: [{ key: 'byo', operator }] },
    failurePolicy: 'Fail',
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    timeoutSeconds: 10,
  });
  const webhooks = [
    webhook(name, workspaceWebhookPath, 'DoesNotExist'),
    webhook('brought.workspace.kaito.sh', broughtPath, 'Exists'),
  ];
  return { metadata: { name }, webhooks };
}

let made = 0;
const newName = () => `w${(made += 1)}`;

function create(workspace: Workspace, version = 'v1beta1'): Promise<unknown> {
  const object = { ...workspace, apiVersion: `kaito.sh/${version}`, kind: 'Workspace' };
  return client.raw('POST', `/apis/kaito.sh/${version}/namespaces/${namespace}/workspaces`, object);
}

const config = (of: string, text: string) => ({
  metadata: { name: of, namespace },
  data: { 'inference_config.yaml': text },
});

test('a good workspace is stored; a bad one is refused with all that is wrong and what would do', async () => {
  await expect(create(aWorkspace({ metadata: { name: newName() } }))).resolves.toBeDefined();
  const bad = aWorkspace({
    metadata: { name: newName(), annotations: { 'kaito.sh/runtime': 'tgi' } },
    resource: { instanceType: 'Standard_NC6s_v4' },
  });
  const refusal = create(bad);
  await expect(refusal).rejects.toMatchObject({ code: 422, reason: 'Invalid' });
  await expect(refusal).rejects.toThrow(`admission webhook "${name}" denied the request: 2 problems: (1) `);
  await expect(refusal).rejects.toThrow('resource.instanceType "Standard_NC6s_v4" is not a known GPU size');
  await expect(refusal).rejects.toThrow('use vllm or transformers');
});

test('v1alpha1 is judged too, and by its own rules', async () => {
  const metadata = { name: newName(), annotations: { 'kaito.sh/node-image-family': 'windows' } };
  await expect(create(aWorkspace({ metadata }), 'v1alpha1')).resolves.toBeDefined();
  const unknown = aWorkspace({ metadata: { name: newName() }, inference: { preset: { name: 'nobody-knows' } } });
  await expect(create(unknown, 'v1alpha1')).rejects.toThrow('inference.preset.name "nobody-knows"');
});

test('pods that the API server would refuse are refused with the workspace, in its words', async () => {
  const of = newName();
  const custom = (container: object) =>
    aWorkspace({
      metadata: { name: of },
      inference: { preset: undefined, template: { spec: { containers: [container] } } },
    });
  await expect(create(custom({ name: 'a' }))).rejects.toThrow(
    'inference.template is not what pods can be made of: inference.template.spec.containers[0].image: Required value',
  );
  await expect(create(custom({ name: 'a', image: 'a', prots: [] }))).rejects.toThrow('prots: field not declared');
  await expect(create(custom({ name: 'a', image: 'a' }))).resolves.toBeDefined();
  // Nothing is left of having asked.
  expect((await client.list(statefulSets)).items).toEqual([]);
  const edit = (template: object) => client.patch(workspaces, { name: of, namespace }, { inference: { template } });
  await expect(edit({ spec: { containers: [{ name: 'A', image: 'a' }] } })).rejects.toThrow('lower');
  await expect(edit({ spec: { containers: [{ name: 'a', image: 'b' }] } })).resolves.toBeDefined();
});

/** A workspace of today's base image, which takes a configuration. */
const configured = (of: string, by: string) =>
  aWorkspace({
    metadata: { name: of },
    resource: { instanceType: 'Standard_NC24ads_A100_v4' },
    inference: { preset: { name: 'phi-4' }, config: by },
  });

test('a configuration counts as soon as it is stored', async () => {
  await expect(create(configured(newName(), 'not-there'))).rejects.toThrow(
    'the ConfigMap "not-there", which is not in namespace "default"',
  );
  for (let round = 0; round < 5; round += 1) {
    const of = newName();
    await client.create(configMaps, config(of, 'vllm: {}'));
    await expect(create(configured(of, of))).resolves.toBeDefined();
  }
  const wrong = newName();
  await client.create(configMaps, config(wrong, '- a'));
  await expect(create(configured(wrong, wrong))).rejects.toThrow(
    'inference_config.yaml of inference.config must be a map',
  );
});

test('an edit is refused for what it breaks, and an object that broke otherwise can be edited and deleted', async () => {
  const key = { name: newName(), namespace };
  const byo = { metadata: { name: key.name, labels: { byo: '' } }, inference: { preset: { name: 'phi-4' } } };
  const { resource: _, ...rest } = aWorkspace(byo);
  const workspace: Workspace = { ...rest, resource: { labelSelector: { matchLabels: { pool: key.name } } } };
  await expect(create(workspace)).rejects.toThrow('resource.labelSelector matches no node');
  const node = gpuNode({ pool: key.name });
  await client.create(nodes, node);
  await eventually(() => expect(informers.nodes.get(node.metadata.name)).toBeDefined());
  await expect(create(workspace)).resolves.toBeDefined();
  const edit = (patch: object) => client.patch(workspaces, key, patch);
  await expect(edit({ resource: { instanceType: 'Standard_NC24ads_A100_v4' } })).rejects.toThrow('makes no nodes');
  await client.delete(nodes, node.metadata);
  await eventually(() => expect(informers.nodes.get(node.metadata.name)).toBeUndefined());
  await expect(edit({ metadata: { annotations: { note: 'still mine' } } })).resolves.toBeDefined();
  await expect(client.delete(workspaces, key)).resolves.toBeUndefined();
});

function gpuNode(labels: Record<string, string>): Node {
  const gpu = { product: 'NVIDIA-A100-80GB', count: '1', memory: '81920' };
  const own = Object.entries(gpu).map(([key, value]) => [`nvidia.com/gpu.${key}`, value]);
  return aNode({ metadata: { name: newName(), labels: { ...Object.fromEntries(own), ...labels } } });
}

test('what a user should know is shown by kubectl as a warning', async () => {
  const metadata = { name: newName(), annotations: { 'kaito.sh/enablelb': 'true' } };
  await client.create(workspaces, aWorkspace({ metadata }));
  const annotate = stack().kubectl('annotate', '--warnings-as-errors', 'workspace', metadata.name, 'note=mine');
  const stderr: unknown = expect.stringContaining('Warning: kaito.sh/enablelb: "true" has no effect: write "True"');
  await expect(annotate).rejects.toMatchObject({ stderr });
});

test('kubectl says which workspace is refused, and which of its fields', async () => {
  const metadata = { name: newName() };
  await client.create(workspaces, aWorkspace({ metadata }));
  const edit = JSON.stringify({ metadata: { annotations: { 'kaito.sh/runtime': 'tgi' } } });
  const patch = stack().kubectl('patch', 'workspace', metadata.name, '--type=merge', '--patch', edit);
  const stderr: unknown = expect.stringMatching(
    new RegExp(`^The workspace "${metadata.name}" is invalid: .*kaito.sh/runtime.*use vllm or transformers`, 'ims'),
  );
  await expect(patch).rejects.toMatchObject({ stderr });
});

test('the examples are taken, a ConfigMap and what names it in one go', async () => {
  const examples = fileURLToPath(new URL('../../../../examples/inference/', import.meta.url));
  const files = readdirSync(examples).filter(file => file.endsWith('.yaml'));
  const applied = await stack().kubectl('apply', '-f', examples);
  expect(applied.match(/^workspace\.kaito\.sh\/.* created$/gm)).toHaveLength(files.length);
});
