import type { TSchema } from 'typebox';
import { Check } from 'typebox/value';
import { machineSchema } from './machine/machine-schema.ts';
import { machines, type Machine } from './machine/machine.ts';
import { nodeClaimSchema } from './node-claim/node-claim-schema.ts';
import { nodeClaims, type NodeClaim } from './node-claim/node-claim.ts';
import type { ApiObject, ResourceHandle } from './object.ts';
import type { Requirement, Taint } from './requirement.ts';
import { workspaceSchema, workspaceSchemaV1alpha1 } from './workspace/workspace-schema.ts';
import { workspaces, workspacesV1alpha1, type Workspace, type WorkspaceV1alpha1 } from './workspace/workspace.ts';

// The compiler checks the objects against the static types, Check against the schema from which those types come.

const metadata = { name: 'a' };
const requirements = [
  { key: 'node.kubernetes.io/instance-type', operator: 'In', values: ['Standard_NC6s_v3'] },
] as const;
const taints = [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }] as const;
const condition = {
  type: 'Ready',
  status: 'True',
  reason: 'Ready',
  message: '',
  lastTransitionTime: '2026-01-01T00:00:00Z',
} as const;
const observed = {
  nodeName: 'node-a',
  capacity: { 'nvidia.com/gpu': 1, memory: '112Gi' },
  conditions: [condition],
} as const;

const machine: Machine = {
  metadata,
  spec: {
    requirements,
    taints,
    resources: { requests: { storage: '50Gi' } },
    kubelet: { maxPods: 110, cpuCFSQuota: true },
  },
  status: { ...observed, conditions: [{ type: 'Ready', status: 'True', severity: 'Info' }] },
};

const nodeClaim: NodeClaim = {
  metadata,
  spec: {
    nodeClassRef: { group: 'kaito.sh', kind: 'KaitoNodeClass', name: 'default' },
    requirements,
    taints,
    expireAfter: 'Never',
  },
  status: { ...observed, imageID: 'image', lastPodEventTime: '2026-01-01T00:00:00Z' },
};

const resource = { instanceType: 'Standard_NC6s_v3', labelSelector: { matchLabels: { apps: 'phi-3' } }, count: 1 };
const inference = {
  preset: { name: 'phi-3-mini-4k-instruct' },
  adapters: [{ source: { name: 'a', image: 'b' }, strength: '1.0' }],
};

const workspace: Workspace = {
  metadata,
  resource: { ...resource, partition: { mode: 'mig', profile: '1g.10gb' } },
  inference,
  status: {
    state: 'Ready',
    targetNodeCount: 1,
    conditions: [condition],
    performance: { metrics: { a: { description: 'b', value: '1' } } },
  },
};

const workspaceV1alpha1: WorkspaceV1alpha1 = { metadata, resource, inference, status: { conditions: [condition] } };

function conforms(schema: TSchema, { metadata: _metadata, ...own }: ApiObject): boolean {
  return Check(schema, own);
}

test.each([
  ['Machine', machineSchema, machine],
  ['NodeClaim', nodeClaimSchema, nodeClaim],
  ['Workspace', workspaceSchema, workspace],
  ['Workspace v1alpha1', workspaceSchemaV1alpha1, workspaceV1alpha1],
])('an object of the type %s conforms to its schema', (_kind, schema, object) => {
  expect(conforms(schema, object)).toBe(true);
});

test('what the types forbid, the schema refuses', () => {
  const [requirement] = requirements;
  // @ts-expect-error a NodeClaim knows six operators
  const spec: NodeClaim['spec'] = { ...nodeClaim.spec, requirements: [{ ...requirement, operator: 'Near' }] };
  expect(conforms(nodeClaimSchema, { ...nodeClaim, spec } as ApiObject)).toBe(false);
  // @ts-expect-error a workspace needs a label selector
  const bare: Workspace['resource'] = { instanceType: 'Standard_NC6s_v3' };
  expect(conforms(workspaceSchema, { metadata, resource: bare } as ApiObject)).toBe(false);
});

test('objects are read-only all the way down, for the compiler', () => {
  const copy = structuredClone(machine);
  // @ts-expect-error the key of a requirement is read-only
  copy.spec!.requirements![0]!.key = 'other';
  expect(copy).not.toEqual(machine);
});

function requirementsAndTaints({ spec }: Machine | NodeClaim): readonly [readonly Requirement[], readonly Taint[]] {
  return [spec?.requirements ?? [], spec?.taints ?? []];
}

test('requirements and taints of both claim kinds can be handled alike', () => {
  expect(requirementsAndTaints(machine)).toEqual(requirementsAndTaints(nodeClaim));
});

test('the handles carry the type of their objects and nothing at run time', () => {
  const handles: readonly [ResourceHandle<Machine>, ResourceHandle<NodeClaim>, ResourceHandle<Workspace>] = [
    machines,
    nodeClaims,
    workspaces,
  ];
  expect(handles.map(({ group, version, plural, namespaced }) => [group, version, plural, namespaced])).toEqual([
    ['karpenter.sh', 'v1alpha5', 'machines', false],
    ['karpenter.sh', 'v1', 'nodeclaims', false],
    ['kaito.sh', 'v1beta1', 'workspaces', true],
  ]);
  expect([...handles, workspacesV1alpha1].some(handle => 'object' in handle)).toBe(false);
});
