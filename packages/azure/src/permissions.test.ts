import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LocalAzure } from '@kaito/testing';
import { createAzure } from './azure.ts';
import type { Azure } from './azure.ts';

// The role definitions of the chart against what the client really sends: nothing is missing, nothing is too much.

const roleFiles = ['role-definition', 'role-definition-subscription', 'role-definition-subnet'] as const;
type RoleFile = (typeof roleFiles)[number];

interface RoleDefinition {
  readonly Actions: readonly string[];
  readonly NotActions: readonly string[];
  readonly DataActions: readonly string[];
  readonly AssignableScopes: readonly string[];
}

function readRole(file: RoleFile): RoleDefinition {
  const url = new URL(`../../../charts/gpu-provisioner/azure/${file}.json`, import.meta.url);
  return JSON.parse(readFileSync(fileURLToPath(url), 'utf8'));
}

const spec = { vmSize: 's', count: 1, osSku: 'Ubuntu', labels: {}, taints: [], tags: {} } as const;
const subnet = '/subscriptions/sub/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/nodes';
const clusterPath = '/subscriptions/sub/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/aks';

/** Every method that sends something, by its name. */
const methods: Readonly<Record<string, (azure: Azure, arm: LocalAzure) => Promise<unknown>>> = {
  'agentPools.create': azure => azure.agentPools.create('ws1', { ...spec, vnetSubnetId: subnet }),
  'agentPools.delete': azure => azure.agentPools.delete('ws1'),
  'agentPools.get': azure => azure.agentPools.get('ws1'),
  'agentPools.list': azure => azure.agentPools.list(),
  'agentPools.operation': (azure, arm) =>
    azure.agentPools.operation(
      `${arm.url}/subscriptions/sub/providers/Microsoft.ContainerService/locations/eastus/operations/1?api-version=1`,
    ),
  'cluster.get': azure => azure.cluster.get(),
  'skus.list': azure => azure.skus.list('eastus'),
  'usages.list': azure => azure.usages.list('eastus'),
};

const verbs: Readonly<Record<string, string>> = { GET: 'read', PUT: 'write', PATCH: 'write', DELETE: 'delete' };

/** The action that ARM checks for a request: provider, types without names, and the verb (Azure RBAC docs, "Control plane actions"). */
function actionOf({ method, path }: { readonly method: string; readonly path: string }): string {
  const [, provider = ''] = (path.split('?', 1)[0] ?? '').split('/providers/');
  const [namespace, ...parts] = provider.split('/');
  const types = parts.filter((_, index) => index % 2 === 0);
  return [namespace, ...types, verbs[method] ?? 'action'].join('/');
}

/** Subnets that the body names are checked for joining them. */
function linkedActionsOf(body: string): readonly string[] {
  return /"(?:vnet|pod)SubnetID"/.test(body) ? ['Microsoft.Network/virtualNetworks/subnets/join/action'] : [];
}

/** The methods of an object or of its class. */
function methodsOf(of: object): readonly string[] {
  const prototype: object = Object.getPrototypeOf(of);
  const inherited = prototype === Object.prototype ? [] : Object.getOwnPropertyNames(prototype);
  return [...Object.keys(of), ...inherited].filter(name => name !== 'constructor');
}

let arm: LocalAzure;

beforeAll(async () => {
  arm = await LocalAzure.start();
  arm.answer('GET /', { status: 200, body: { value: [], status: 'Succeeded', name: 'x', location: 'eastus' } });
  arm.answer(`PUT ${clusterPath}`, { status: 201, body: { name: 'ws1' } });
  arm.answer(`DELETE ${clusterPath}`, { status: 202 });
});
afterAll(() => arm.close());

async function actionsOf(method: string): Promise<readonly string[]> {
  arm.seen.length = 0;
  await methods[method]?.(createAzure(arm.config()), arm);
  return arm.armRequests().flatMap(request => [actionOf(request), ...linkedActionsOf(request.body)]);
}

test('every method of the client is known here', () => {
  const { agentPools, cluster, skus, usages } = createAzure(arm.config());
  const found = Object.entries({ agentPools, cluster, skus, usages }).flatMap(([part, of]) =>
    methodsOf(of).map(name => `${part}.${name}`),
  );
  expect(found.toSorted()).toEqual(Object.keys(methods).toSorted());
});

test('the roles grant exactly the actions that the client needs', async () => {
  const needed: string[] = [];
  for (const method of Object.keys(methods)) needed.push(...(await actionsOf(method)));
  const granted = roleFiles.flatMap(file => readRole(file).Actions);
  expect(granted.toSorted()).toEqual([...new Set(needed)].toSorted());
});

test.each<[RoleFile, RegExp]>([
  ['role-definition', /^Microsoft\.ContainerService\/managedClusters\//],
  ['role-definition-subscription', /^Microsoft\.\w+\/(?!managedClusters).*\/read$/],
  ['role-definition-subnet', /\/subnets\/join\/action$/],
])('%s grants only what its scope is for, without wildcards, and leaves the subscription open', (file, allowed) => {
  const { Actions, NotActions, DataActions, AssignableScopes } = readRole(file);
  expect(Actions.filter(action => !allowed.test(action) || action.includes('*'))).toEqual([]);
  expect([NotActions, DataActions, AssignableScopes]).toEqual([[], [], ['/subscriptions/SUBSCRIPTION_ID']]);
});

test('the page on permissions explains each action', () => {
  const page = readFileSync(fileURLToPath(new URL('../../../docs/azure-permissions.md', import.meta.url)), 'utf8');
  const explained = [...page.matchAll(/^\| `(Microsoft\.[\w/.]+)`/gm)].map(([, action = '']) => action);
  expect(explained.toSorted()).toEqual(roleFiles.flatMap(file => readRole(file).Actions).toSorted());
});
