import type { Azure } from './azure.ts';
import { controllerImage } from './images.ts';

/** Objects as kubectl takes them. */
export type Manifest = Readonly<Record<string, unknown>>;

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

interface Controller {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly clusterRules: readonly Rule[];
  readonly volumes?: readonly object[];
  readonly mounts?: readonly object[];
}

const REPLICAS = 2;
const READ = ['get', 'list', 'watch'];
const WRITE = [...READ, 'create', 'patch', 'delete'];
const TOKENS = '/var/run/secrets/azure/tokens';
const AUTHORITY = '/etc/azure-emulator';

function rule(group: string, resources: readonly string[], verbs: readonly string[]): Rule {
  return { apiGroups: [group], resources, verbs };
}

/** The gpu-provisioner: Azure's stand-in is its ARM and its Entra, and it signs in with its service account. */
export function provisionerManifests({ emulator: { cluster }, url, ca }: Azure, revision: string): readonly Manifest[] {
  const name = 'gpu-provisioner';
  const authority = { name: 'azure-emulator', configMap: { name: 'azure-emulator' } };
  const token = { path: 'token', audience: 'api://AzureADTokenExchange', expirationSeconds: 3600 };
  const identity = { name: 'identity', projected: { sources: [{ serviceAccountToken: token }] } };
  const controller: Controller = {
    name,
    env: {
      ARM_SUBSCRIPTION_ID: cluster.subscriptionId,
      ARM_RESOURCE_GROUP: cluster.resourceGroup,
      AZURE_CLUSTER_NAME: cluster.clusterName,
      LOCATION: cluster.location,
      AZURE_TENANT_ID: cluster.tenantId,
      AZURE_CLIENT_ID: cluster.clientId,
      AZURE_FEDERATED_TOKEN_FILE: `${TOKENS}/token`,
      AZURE_AUTHORITY_HOST: url,
      ARM_ENDPOINT: url,
      AZURE_CA_FILE: `${AUTHORITY}/ca.crt`,
      REVISION: revision,
    },
    clusterRules: [
      rule('karpenter.sh', ['machines', 'nodeclaims'], [...READ, 'patch', 'delete']),
      rule('karpenter.sh', ['machines/status', 'nodeclaims/status'], ['patch']),
      rule('', ['nodes'], [...READ, 'patch', 'delete']),
      rule('', ['pods'], ['list', 'watch', 'delete']),
      rule('', ['pods/eviction'], ['create']),
      rule('storage.k8s.io', ['volumeattachments'], ['list', 'watch']),
      rule('', ['persistentvolumeclaims'], ['get']),
      rule('', ['events'], ['create', 'patch']),
    ],
    volumes: [authority, identity],
    mounts: [
      { name: authority.name, mountPath: AUTHORITY, readOnly: true },
      { name: identity.name, mountPath: TOKENS, readOnly: true },
    ],
  };
  const metadata = { name: authority.name, namespace: name };
  return [...manifestsOf(controller), { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'ca.crt': ca } }];
}

/** The workspace controller. @param revision a change of it makes new pods. */
export function workspaceManifests(revision: string): readonly Manifest[] {
  return manifestsOf({
    name: 'workspace',
    env: { KAITO_CLAIM_KIND: 'machine', WEBHOOK_ENABLED: 'false', HF_ENDPOINT: 'off', REVISION: revision },
    clusterRules: [
      rule('kaito.sh', ['workspaces'], ['list', 'watch', 'patch']),
      rule('kaito.sh', ['workspaces/status'], ['patch']),
      rule('kaito.sh', ['workspaces/finalizers'], ['update']),
      rule('kaito.sh', ['kaitonodeclasses'], ['list']),
      rule('', ['services'], WRITE),
      rule('apps', ['statefulsets', 'controllerrevisions', 'deployments'], WRITE),
      rule('', ['nodes', 'pods'], ['list', 'watch', 'patch']),
      rule('', ['pods/log', 'secrets'], ['get']),
      rule('', ['configmaps'], READ),
      rule('', ['events'], ['list', 'create', 'patch']),
      rule('karpenter.sh', ['machines', 'nodeclaims'], [...READ, 'create', 'delete']),
    ],
  });
}

function manifestsOf(controller: Controller): readonly Manifest[] {
  const { name, clusterRules } = controller;
  const metadata = { name, namespace: name };
  const rbac = 'rbac.authorization.k8s.io';
  const role = (kind: string): object => ({ apiGroup: rbac, kind, name });
  const subjects = [{ kind: 'ServiceAccount', name, namespace: name }];
  const apiVersion = `${rbac}/v1`;
  const leases = [rule('coordination.k8s.io', ['leases'], ['get', 'create', 'patch', 'update'])];
  const restricted = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: restricted } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    { apiVersion, kind: 'ClusterRole', metadata: { name }, rules: clusterRules },
    { apiVersion, kind: 'ClusterRoleBinding', metadata: { name }, roleRef: role('ClusterRole'), subjects },
    { apiVersion, kind: 'Role', metadata, rules: leases },
    { apiVersion, kind: 'RoleBinding', metadata, roleRef: role('Role'), subjects },
    deployment(controller),
  ];
}

function probe(path: string): object {
  return { httpGet: { path, port: 8081 }, periodSeconds: 1, timeoutSeconds: 2 };
}

function deployment({ name, env, volumes = [], mounts = [] }: Controller): Manifest {
  const labels = { 'app.kubernetes.io/name': name };
  const container = {
    name: 'controller',
    image: controllerImage(name),
    imagePullPolicy: 'Never',
    env: [...Object.entries(env), ['LEADER_ELECTION_NAMESPACE', name]].map(([key, value]) => ({ name: key, value })),
    livenessProbe: { ...probe('/healthz'), failureThreshold: 30 },
    readinessProbe: probe('/readyz'),
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    volumeMounts: mounts,
  };
  const securityContext = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };
  const spec = { serviceAccountName: name, securityContext, containers: [container], volumes };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: name },
    spec: { replicas: REPLICAS, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}
