import { createHash } from 'node:crypto';
import { labels, nodeClaims, workspaces, type NodeClaim, type Workspace } from '@kaito/crds';
import {
  controllerRevisions,
  patchStatus,
  services,
  statefulSets,
  type Client,
  type ControllerRevision,
  type Node,
  type Service,
  type StatefulSet,
} from '@kaito/kube';

/** KAITO's program, as a field manager. */
const fieldManager = 'manager';
const namespace = 'default';
const time = '2026-01-01T00:00:00Z';

/** A workspace as a user of KAITO v0.12 has it. */
export const kaitoWorkspace = (name: string): Workspace => ({
  apiVersion: 'kaito.sh/v1beta1',
  kind: 'Workspace',
  metadata: {
    name,
    namespace,
    finalizers: ['workspace.finalizer.kaito.sh'],
    annotations: { 'workspace.kaito.io/hash': 'a'.repeat(64), 'workspace.kaito.io/revision': '1' },
  },
  resource: {
    instanceType: 'Standard_NC24ads_A100_v4',
    labelSelector: { matchLabels: { apps: name } },
  },
  inference: { preset: { name: 'phi-4-mini-instruct' } },
});

/** A claim that KAITO makes for it on Azure. @param ordinal of its node; KAITO's names are random */
export const kaitoClaim = (name: string, ordinal = 0): NodeClaim => ({
  apiVersion: 'karpenter.sh/v1',
  kind: nodeClaims.kind,
  metadata: {
    name: `ws${createHash('sha256').update(`${name}/${ordinal}`).digest('hex').slice(0, 9)}`,
    annotations: { 'karpenter.sh/do-not-disrupt': 'true', 'kaito.sh/node-image-family': 'ubuntu' },
    labels: {
      [labels.nodePool]: 'kaito',
      [labels.workspace]: name,
      [labels.workspaceNamespace]: namespace,
      apps: name,
    },
  },
  spec: {
    nodeClassRef: { group: 'kaito.sh', kind: 'KaitoNodeClass', name: 'default' },
    taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }],
    requirements: [
      { key: labels.nodePool, operator: 'In', values: ['kaito'] },
      { key: labels.instanceType, operator: 'In', values: ['Standard_NC24ads_A100_v4'] },
      { key: labels.os, operator: 'In', values: ['linux'] },
      { key: 'karpenter.azure.com/sku-name', operator: 'In', values: ['Standard_NC24ads_A100_v4'] },
    ],
    resources: { requests: { storage: '87Gi' } },
  },
});

/** What KAITO v0.12 makes around a workspace whose nodes are ready. @param nodes as its claims have them */
export async function leaveWorkloadBehind(client: Client, name: string, nodes: readonly Node[]): Promise<void> {
  const made = await client.create(workspaces, kaitoWorkspace(name), { fieldManager });
  const ownerReferences = [
    {
      apiVersion: 'kaito.sh/v1beta1',
      kind: 'Workspace',
      name,
      uid: made.metadata.uid ?? '',
      controller: true,
      blockOwnerDeletion: true,
    },
  ];
  const metadata = { name, namespace, ownerReferences };
  await client.create(controllerRevisions, revisionOf(made, metadata), { fieldManager });
  await client.create(services, serviceOf(metadata), { fieldManager });
  await client.create(services, headlessOf(metadata), { fieldManager });
  await client.create(statefulSets, workloadOf(metadata, nodes.length), { fieldManager });
  const conditions = ['ResourceReady', 'InferenceReady', 'WorkspaceSucceeded', 'NodeClaimReady'].map(type => ({
    type,
    status: 'True' as const,
    reason: `${type}Success`,
    message: '',
    lastTransitionTime: time,
    observedGeneration: 1,
  }));
  const status = {
    conditions,
    workerNodes: nodes.map(node => node.metadata.name),
    targetNodeCount: nodes.length,
    state: 'Ready',
  };
  await patchStatus(client, workspaces, made, status);
}

type Metadata = Pick<NonNullable<StatefulSet['metadata']>, 'name' | 'namespace' | 'ownerReferences'>;

function revisionOf({ resource, inference }: Workspace, metadata: Metadata): ControllerRevision {
  const { name } = metadata;
  return {
    metadata: {
      ...metadata,
      name: `${name}-aaaaa`,
      labels: { 'workspace.kaito.io/name': name },
      annotations: { 'workspace.kaito.io/hash': 'a'.repeat(64) },
    },
    revision: 1,
    data: { resource, inference, tuning: null },
  };
}

function serviceOf(metadata: Metadata): Service {
  const { name } = metadata;
  return {
    metadata,
    spec: {
      type: 'ClusterIP',
      publishNotReadyAddresses: true,
      selector: { [labels.workspace]: name, 'statefulset.kubernetes.io/pod-name': `${name}-0` },
      ports: [
        { name: 'http', protocol: 'TCP', port: 80, targetPort: 5000 },
        { name: 'ray', protocol: 'TCP', port: 6379, targetPort: 6379 },
        { name: 'dashboard', protocol: 'TCP', port: 8265, targetPort: 8265 },
      ],
    },
  };
}

function headlessOf(metadata: Metadata): Service {
  const { name } = metadata;
  return {
    metadata: { ...metadata, name: `${name}-headless` },
    spec: { clusterIP: 'None', publishNotReadyAddresses: true, selector: { [labels.workspace]: name } },
  };
}

function workloadOf(metadata: Metadata, replicas: number): StatefulSet {
  const { name } = metadata;
  const health = { httpGet: { path: '/health', port: 5000 } };
  return {
    metadata: { ...metadata, annotations: { 'workspace.kaito.io/revision': '1' } },
    spec: {
      replicas,
      serviceName: `${name}-headless`,
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: { [labels.workspace]: name } },
      template: {
        metadata: { labels: { [labels.workspace]: name } },
        spec: {
          containers: [
            {
              name,
              image: 'mcr.microsoft.com/aks/kaito/kaito-base:0.5.0',
              command: ['/bin/sh', '-c', 'python3 /workspace/vllm/inference_api.py --trust-remote-code'],
              env: [{ name: 'KAITO_PROCESSOR', value: '/workspace/weights' }],
              resources: { requests: { 'nvidia.com/gpu': '1' }, limits: { 'nvidia.com/gpu': '1' } },
              ports: [{ name: 'http', containerPort: 5000 }],
              readinessProbe: health,
              livenessProbe: health,
              volumeMounts: [{ name: 'dshm', mountPath: '/dev/shm' }],
            },
          ],
          volumes: [{ name: 'dshm', emptyDir: { medium: 'Memory' } }],
          tolerations: [
            { key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' },
            { key: 'sku', operator: 'Equal', value: 'gpu', effect: 'NoSchedule' },
            { key: 'kubernetes.azure.com/scalesetpriority', operator: 'Equal', value: 'spot', effect: 'NoSchedule' },
          ],
        },
      },
    },
  };
}
