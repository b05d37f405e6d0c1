import { writeKind } from './write-kind.ts';

const pool = '/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/c/agentPools/p';
const machine = '/apis/karpenter.sh/v1alpha5/machines/m';
const claim = '/apis/karpenter.sh/v1/nodeclaims/n';
const node = '/api/v1/nodes/aks-p-0';
const ours = 'karpenter.sh/termination';
const namespaced = '/namespaces/default';
const workspace = `/apis/kaito.sh/v1beta1${namespaced}/workspaces/w`;
const workspaceFinalizer = 'workspace.finalizer.kaito.sh';
const json = (value: unknown): string => JSON.stringify(value);

test.each([
  ['PUT', `${pool}?api-version=2025-05-01`, '{}', 'PUT agentPools'],
  ['DELETE', `${pool}?api-version=2025-05-01`, '', 'DELETE agentPools'],
  ['GET', `${pool}?api-version=2025-05-01`, '', undefined],
  ['GET', pool.replace('/p', ''), '', undefined],
  ['POST', `${pool}/abort`, '', undefined],
  ['PATCH', machine, json({ metadata: { finalizers: [ours], labels: { a: 'b' } } }), 'hold claim'],
  ['PATCH', claim, json({ metadata: { labels: { a: 'b' } } }), 'label claim'],
  ['PATCH', `${claim}?fieldManager=x`, json({ metadata: { finalizers: [] } }), 'release claim'],
  ['PATCH', claim, json({ metadata: { finalizers: null } }), 'release claim'],
  ['PATCH', `${machine}/status`, json({ status: {} }), 'claim status'],
  ['DELETE', claim, '', 'delete claim'],
  ['GET', claim, '', undefined],
  ['GET', '/apis/karpenter.sh/v1/nodeclaims?watch=true', '', undefined],
  ['PATCH', node, json([{ op: 'add', path: '/metadata/finalizers', value: [ours] }]), 'hold node'],
  [
    'PATCH',
    node,
    json([
      { op: 'test', path: '/metadata/finalizers/0', value: ours },
      { op: 'remove', path: '/metadata/finalizers/0' },
    ]),
    'release node',
  ],
  ['PATCH', node, json([{ op: 'add', path: '/spec/taints', value: [] }]), 'change node'],
  ['PATCH', `${node}/status`, json({}), undefined],
  ['DELETE', node, '', 'delete node'],
  ['POST', '/api/v1/namespaces/default/events', '{}', undefined],
  ['PATCH', '/apis/coordination.k8s.io/v1/namespaces/kaito-system/leases/l', '{}', undefined],
  ['PATCH', claim, 'not JSON', 'label claim'],
  ['POST', '/apis/karpenter.sh/v1alpha5/machines?fieldManager=x', '{}', 'create claim'],
  ['GET', '/apis/karpenter.sh/v1alpha5/machines', '', undefined],
  ['PATCH', workspace, json({ metadata: { finalizers: [workspaceFinalizer] } }), 'hold workspace'],
  ['PATCH', workspace, json({ metadata: { finalizers: [] } }), 'release workspace'],
  ['PATCH', workspace, json({ metadata: { annotations: { a: 'b' } } }), 'change workspace'],
  ['PATCH', `${workspace}/status`, json({ status: {} }), 'workspace status'],
  ['PATCH', `${workspace}/status`, json({ status: { tuning: { outcome: 'Failed' } } }), 'training outcome'],
  ['PATCH', `/apis/batch/v1${namespaced}/jobs/w?fieldManager=x`, '{}', 'apply job'],
  ['DELETE', `/apis/batch/v1${namespaced}/jobs/w`, '', 'delete job'],
  ['PATCH', `/api/v1${namespaced}/configmaps/w-tuning?fieldManager=x`, '{}', 'apply settings'],
  ['PATCH', `/apis/apps/v1${namespaced}/statefulsets/w?fieldManager=x`, '{}', 'apply workload'],
  ['PATCH', `/apis/apps/v1${namespaced}/deployments/w?fieldManager=x`, '{}', 'apply workload'],
  ['DELETE', `/apis/apps/v1${namespaced}/statefulsets/w`, '', 'delete workload'],
  ['POST', `/apis/apps/v1${namespaced}/controllerrevisions`, '{}', 'write revision'],
  ['PATCH', `/api/v1${namespaced}/services/w?fieldManager=x`, '{}', 'apply service'],
  ['DELETE', `/api/v1${namespaced}/services/w`, '', 'delete service'],
  ['DELETE', `/api/v1${namespaced}/pods/w-0`, '', 'delete pod'],
  ['POST', `/api/v1${namespaced}/pods/w-0/eviction`, '{}', 'delete pod'],
  ['GET', `/api/v1${namespaced}/pods/w-0`, '', undefined],
])('%s %s %s is %s', (method, path, body, kind) => {
  expect(writeKind({ method, path, body })).toBe(kind);
});
