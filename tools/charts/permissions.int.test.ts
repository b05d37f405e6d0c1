import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { isTrue, labels, machines, nodeClaims, workspaces } from '@kaito/crds';
import {
  ignoreNotFound,
  namespaces,
  nodes,
  persistentVolumeClaims,
  pods,
  secrets,
  volumeAttachments,
  type Client,
} from '@kaito/kube';
import { auditLog } from '@kaito/local-stack';
import { aNodeClaim, aPod, aWorkspace, eventually, useStack, type Overrides } from '@kaito/testing';
import type { Workspace } from '@kaito/crds';
import { stringify } from 'yaml';
import { azureValues, render, type Rendered } from './helm.ts';
import { describePermission, isUsedBy, permissionsOf, readAuditLog, type AuditedRequest } from './permissions.ts';
import { actAs } from './service-account.ts';

jest.setTimeout(120_000);

// The controllers are started below, as the service accounts of the charts.
const stack = useStack({ provisioner: false, workspace: false, audit: true });
const waiting = { timeoutMs: 60_000 };

interface Installed {
  readonly chart: 'gpu-provisioner' | 'workspace';
  readonly namespace: string;
  readonly account: string;
  readonly objects: readonly Rendered[];
}

const kinds = ['ServiceAccount', 'Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'];

/** Applies the service account and the roles of a chart, but not its Deployment: its program is run here, as that account. */
async function install(chart: Installed['chart'], values: readonly string[]): Promise<Installed> {
  const namespace = chart === 'workspace' ? 'kaito-workspace' : chart;
  const objects = await render(chart, { namespace, values });
  const own = objects.filter(({ kind, metadata }) => kinds.includes(kind) && !metadata.annotations?.['helm.sh/hook']);
  const { kubectl, client, dataDir } = stack();
  await ignoreExisting(client, namespace);
  const { writeFile } = await import('node:fs/promises');
  const file = join(dataDir, `${chart}.yaml`);
  await writeFile(file, own.map(object => stringify(object)).join('---\n'));
  await kubectl('apply', '-f', file);
  const account = own.find(({ kind }) => kind === 'ServiceAccount')?.metadata.name ?? '';
  return { chart, namespace, account, objects };
}

async function ignoreExisting(client: Client, name: string): Promise<void> {
  if (await ignoreNotFound(client.get(namespaces, { name }))) return;
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}

/** Starts the program of a chart as its service account. */
async function start({ chart, namespace, account }: Installed, env: Readonly<Record<string, string>>): Promise<void> {
  const { client, kubeconfig, dataDir, provisioner, workspace } = stack();
  const file = join(dataDir, `${chart}.kubeconfig`);
  const app = chart === 'workspace' ? workspace : provisioner;
  const config = await actAs(client, { namespace, name: account, from: kubeconfig, file });
  await app.stop();
  await app.start({ env: { KUBECONFIG: config, LEADER_ELECTION_NAMESPACE: namespace, ...env } });
  await app.ready();
}

/** What an account has asked for so far. */
function requestsOf({ namespace, account }: Installed): readonly AuditedRequest[] {
  const user = `system:serviceaccount:${namespace}:${account}`;
  return readAuditLog(readFileSync(auditLog(stack().dataDir), 'utf8')).filter(request => request.user === user);
}

/** Requests that were refused. Looking whether a kind is installed (one object of it) may be: then it is not used. */
function refused(installed: Installed): readonly string[] {
  return requestsOf(installed)
    .filter(({ allowed, uri }) => !allowed && !uri.endsWith('?limit=1'))
    .map(({ verb, uri }) => `${verb} ${uri}`);
}

/** What its roles allow and nobody has used. */
function spare(installed: Installed): readonly string[] {
  const requests = requestsOf(installed);
  return permissionsOf(installed.objects)
    .filter(permission => !requests.some(request => isUsedBy(permission, request)))
    .map(describePermission)
    .toSorted();
}

const namespace = 'default';

async function workspaceIsReady(name: string): Promise<void> {
  const { client, dump } = stack();
  await eventually(
    async () => {
      const workspace = await client.get(workspaces, { name, namespace });
      const { observedGeneration } = { observedGeneration: 0, ...workspace.status };
      if (!isTrue(workspace, 'WorkspaceReady')) throw new Error(JSON.stringify(workspace.status?.conditions));
      return observedGeneration;
    },
    { ...waiting, describe: `${name} is ready`, dump },
  );
}

async function isGone(name: string, resource: typeof workspaces | typeof nodeClaims): Promise<void> {
  const { client, dump } = stack();
  const key = resource === workspaces ? { name, namespace } : { name };
  await eventually(
    async () => expect(await ignoreNotFound(client.get<object & Workspace>(resource as never, key))).toBeUndefined(),
    {
      ...waiting,
      describe: `${name} is gone`,
      dump,
    },
  );
}

const edit = (name: string, patch: Overrides<Workspace>) =>
  stack().client.patch(workspaces, { name, namespace }, patch);

let provisioner: Installed;
let workspace: Installed;
beforeAll(async () => {
  provisioner = await install('gpu-provisioner', azureValues);
  workspace = await install('workspace', []);
  await start(provisioner, {});
  await start(workspace, { KAITO_NODE_PROVISIONER: 'machine', WEBHOOK_ENABLED: 'true', WEBHOOK_HOSTS: '127.0.0.1' });
}, 90_000);

test('the roles of both charts are enough for the life of a workspace', async () => {
  const { client } = stack();
  await client.create(secrets, { metadata: { name: 'pull', namespace }, data: { '.dockerconfigjson': 'e30=' } });
  const preset = { name: 'phi-3-mini-4k-instruct' };
  await client.create(workspaces, aWorkspace({ metadata: { name: 'one' }, inference: { preset } }));
  await workspaceIsReady('one');
  await edit('one', { metadata: { annotations: { 'kaito.sh/touched': 'yes' } } });
  await client.delete(workspaces, { name: 'one', namespace });
  await isGone('one', workspaces);
  expect([...refused(provisioner), ...refused(workspace)]).toEqual([]);
});

test('spares', () => {
  console.log(spare(provisioner), spare(workspace));
});
void [labels, machines, nodes, persistentVolumeClaims, pods, volumeAttachments, aNodeClaim, aPod];
