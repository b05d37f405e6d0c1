import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { isTrue, labels, machines, nodeClaims, workspaces, type Workspace } from '@kaito/crds';
import {
  ignoreNotFound,
  namespaces,
  nodes,
  persistentVolumeClaims,
  pods,
  secrets,
  validatingWebhookConfigurations,
  volumeAttachments,
  type KubeObject,
  type Resource,
} from '@kaito/kube';
import { auditLog, readAuditLog, type AuditedRequest } from '@kaito/local-stack';
import { aNodeClaim, aPod, aWorkspace, eventually, useStack, type Overrides } from '@kaito/testing';
import { applyObjects, isHook } from './apply.ts';
import { azureValues, render, type Rendered } from './helm.ts';
import { describePermission, isUsedBy, permissionsOf } from './permissions.ts';
import { rarelyUsed } from './rarely-used.ts';
import { actAs } from './service-account.ts';

jest.setTimeout(120_000);

// The controllers are started below, as the service accounts of the charts.
const stack = useStack({ provisioner: false, workspace: false, audit: true });
const waiting = { timeoutMs: 60_000 };
const namespace = 'default';

interface Installed {
  readonly chart: 'gpu-provisioner' | 'workspace';
  readonly namespace: string;
  readonly account: string;
  readonly objects: readonly Rendered[];
}

const kinds = ['ServiceAccount', 'Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'];

/** Applies the service account and the roles of a chart, but not its Deployment: its program is run here, as that account. */
async function install(chart: Installed['chart'], within: string, values: readonly string[]): Promise<Installed> {
  const objects = await render(chart, { namespace: within, values });
  const own = objects.filter(object => kinds.includes(object.kind) && !isHook(object));
  const { client } = stack();
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: within } });
  await applyObjects(stack(), own);
  const account = own.find(({ kind }) => kind === 'ServiceAccount')?.metadata.name ?? '';
  return { chart, namespace: within, account, objects };
}

/** Starts the program of a chart as its service account. */
async function start(installed: Installed, env: Readonly<Record<string, string | undefined>>): Promise<void> {
  const { client, kubeconfig, dataDir, provisioner, workspace } = stack();
  const file = join(dataDir, `${installed.account}.kubeconfig`);
  const app = installed.chart === 'workspace' ? workspace : provisioner;
  const account = { namespace: installed.namespace, name: installed.account, from: kubeconfig, file };
  const config = await actAs(client, account);
  await app.stop();
  await app.start({ env: { KUBECONFIG: config, LEADER_ELECTION_NAMESPACE: installed.namespace, ...env } });
  await app.ready();
}

/** What an account has asked for so far. */
function requestsOf(installed: Installed): readonly AuditedRequest[] {
  const user = `system:serviceaccount:${installed.namespace}:${installed.account}`;
  return readAuditLog(readFileSync(auditLog(stack().dataDir), 'utf8')).filter(request => request.user === user);
}

/** Requests that were refused. Looking whether a kind is installed (one object of it) may be: then it is not used. */
function refused(installed: Installed): readonly string[] {
  return requestsOf(installed)
    .filter(({ allowed, uri }) => !allowed && !uri.endsWith('?limit=1'))
    .map(({ verb, uri }) => `${verb} ${uri}`);
}

/** What its roles allow, nobody has used, and nobody says when it is. */
function spare(installed: Installed): readonly string[] {
  const requests = requestsOf(installed);
  const watched = requests.filter(({ verb }) => verb === 'watch').map(request => ({ ...request, verb: 'list' }));
  // What is watched is listed where the API server does not send what there is to a watch.
  const used = [...requests, ...watched];
  const unused = permissionsOf(installed.objects).filter(
    permission => !used.some(request => isUsedBy(permission, request)),
  );
  return unused
    .map(describePermission)
    .filter(permission => !rarelyUsed[installed.chart].has(permission))
    .toSorted();
}

async function untilReady(name: string): Promise<void> {
  const { client, dump } = stack();
  const check = async (): Promise<void> => {
    const workspace = await client.get(workspaces, { name, namespace });
    if (!isTrue(workspace, 'WorkspaceReady')) throw new Error(JSON.stringify(workspace.status?.conditions));
  };
  await eventually(check, { ...waiting, describe: `${name} is ready`, dump });
}

async function untilGone<T extends KubeObject>(
  resource: Resource<T>,
  key: { readonly name: string; readonly namespace?: string },
): Promise<void> {
  const { client, dump } = stack();
  const check = async (): Promise<void> => {
    if (await ignoreNotFound(client.get(resource, key))) throw new Error(`${key.name} is there`);
  };
  await eventually(check, { ...waiting, describe: `${key.name} is gone`, dump });
}

const edit = (name: string, patch: Overrides<Workspace>): Promise<Workspace> =>
  stack().client.patch(workspaces, { name, namespace }, patch);

async function remove(name: string): Promise<void> {
  await stack().client.delete(workspaces, { name, namespace });
  await untilGone(workspaces, { name, namespace });
}

/** The configuration of the webhook as the chart has it, with the address at which the program answers here. */
async function registerWebhook({ objects }: Installed): Promise<void> {
  const { client, workspace } = stack();
  const configuration = objects.find(({ kind }) => kind === validatingWebhookConfigurations.kind);
  if (!configuration) throw new Error('the chart has no configuration of a webhook');
  const clientConfig = { url: `${workspace.webhookUrl}/validate/workspace.kaito.sh` };
  const webhooks: readonly object[] =
    'webhooks' in configuration && Array.isArray(configuration.webhooks) ? configuration.webhooks : [];
  expect(webhooks).toHaveLength(1);
  await applyObjects(stack(), [{ ...configuration, webhooks: [{ ...webhooks[0], clientConfig }] }]);
  const { name } = configuration.metadata;
  await eventually(async () => {
    const live = await client.get(validatingWebhookConfigurations, { name });
    expect(live.webhooks?.[0]?.clientConfig.caBundle).toBeDefined();
  });
}

let provisioner: Installed;
let workspace: Installed;
beforeAll(async () => {
  provisioner = await install('gpu-provisioner', 'gpu-provisioner', azureValues);
  workspace = await install('workspace', 'kaito-workspace', []);
  await start(provisioner, {});
  await start(workspace, {
    KAITO_CLAIM_KIND: undefined,
    KAITO_NODE_PROVISIONER: 'machine',
    WEBHOOK_ENABLED: 'true',
    WEBHOOK_HOSTS: '127.0.0.1',
  });
  await registerWebhook(workspace);
}, 90_000);

test('a workspace from its first to its last day, with a token and a configuration', async () => {
  const { client, kubectl } = stack();
  const token = Buffer.from('hf_example').toString('base64');
  await client.create(secrets, { metadata: { name: 'hf-token', namespace }, data: { HF_TOKEN: token } });
  await kubectl('create', 'configmap', 'settings', '--from-literal=inference_config.yaml=vllm: {}');
  const presetOptions = { modelAccessSecret: 'hf-token' };
  await client.create(
    workspaces,
    aWorkspace({
      metadata: { name: 'one' },
      resource: { instanceType: 'Standard_NC24ads_A100_v4' },
      inference: { config: 'settings', preset: { name: 'llama-3.1-8b-instruct', presetOptions } },
    }),
  );
  await untilReady('one');
  await edit('one', { metadata: { annotations: { 'kaito.sh/enable-lb': 'True' } } });
  await remove('one');
  expect([...refused(provisioner), ...refused(workspace)]).toEqual([]);
});

test('a training, with settings that are made for it and credentials', async () => {
  const { client } = stack();
  const stringData = { '.dockerconfigjson': '{"auths":{}}' };
  const metadata = { name: 'push', namespace };
  await client.create(secrets, { metadata, type: 'kubernetes.io/dockerconfigjson', stringData });
  const { inference: _, ...rest } = aWorkspace({ metadata: { name: 'tuned' } });
  const tuning = {
    preset: { name: 'phi-3-mini-4k-instruct' },
    method: 'qlora',
    input: { image: 'example.com/data:1' },
    output: { image: 'example.com/adapter:1', imagePushSecret: 'push' },
  };
  await client.create(workspaces, { ...rest, tuning });
  await untilReady('tuned');
  await remove('tuned');
  expect([...refused(provisioner), ...refused(workspace)]).toEqual([]);
});

test('a machine whose node is gone, and one whose pods must be driven off', async () => {
  const { client } = stack();
  const readyNode = (pool: string): Promise<string> =>
    eventually(async () => {
      const { items } = await client.list(nodes, {
        labelSelector: `${labels.agentPool}=${pool},karpenter.sh/initialized=true`,
      });
      const name = items[0]?.metadata.name;
      if (name === undefined) throw new Error(`${pool} has no node`);
      return name;
    }, waiting);
  await client.create(workspaces, aWorkspace({ metadata: { name: 'two' } }));
  await untilReady('two');
  const [machine] = (await client.list(machines)).items;
  await client.delete(nodes, { name: await readyNode(machine?.metadata.name ?? '') });
  // Another one comes at once, under the same name.
  await eventually(async () => {
    const live = await ignoreNotFound(client.get(machines, { name: machine?.metadata.name ?? '' }));
    expect(live?.metadata.uid).not.toBe(machine?.metadata.uid);
  }, waiting);
  await remove('two');

  for (const name of ['lost', 'drained']) {
    const terminationGracePeriod = name === 'drained' ? '5s' : '1h';
    await client.create(nodeClaims, aNodeClaim({ metadata: { name }, spec: { terminationGracePeriod } }));
  }
  await client.delete(nodes, { name: await readyNode('lost') });
  await untilGone(nodeClaims, { name: 'lost' });
  const nodeName = await readyNode('drained');
  await client.create(persistentVolumeClaims, {
    metadata: { name: 'disk', namespace },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  });
  const volumes = [{ name: 'disk', persistentVolumeClaim: { claimName: 'disk' } }];
  await client.create(pods, aPod({ metadata: { name: 'polite' }, spec: { nodeName } }));
  const stubborn = { name: 'stubborn', annotations: { 'karpenter.sh/do-not-disrupt': 'true' } };
  await client.create(
    pods,
    aPod({ metadata: stubborn, spec: { nodeName, volumes, tolerations: [{ operator: 'Exists' }] } }),
  );
  await client.create(volumeAttachments, {
    metadata: { name: 'attached' },
    spec: { attacher: 'disk.csi.azure.com', nodeName, source: { persistentVolumeName: 'a-disk' } },
  });
  await client.delete(nodeClaims, { name: 'drained' });
  await untilGone(nodeClaims, { name: 'drained' });
  expect([...refused(provisioner), ...refused(workspace)]).toEqual([]);
});

test('the roles allow nothing that nobody uses', () => {
  expect({ provisioner: spare(provisioner), workspace: spare(workspace) }).toEqual({ provisioner: [], workspace: [] });
});
