import { taints, type Workspace } from '@kaito/crds';
import { apiVersionOf, deployments, type Deployment } from '@kaito/kube';
import type { Plan, PlannedAdapter, PlannedImage } from '@kaito/planner';
import { ownerReference, ownershipLabels, podLabels } from './ownership.ts';

type DeploymentSpec = NonNullable<Deployment['spec']>;
type PodSpec = NonNullable<DeploymentSpec['template']['spec']>;
type Container = PodSpec['containers'][number];
type Probe = NonNullable<Container['livenessProbe']>;

/** The resource that NVIDIA's device plugin announces on a node. */
const gpuResource = 'nvidia.com/gpu';
const probePeriodSeconds = 10;

interface PodVolume {
  readonly name: string;
  readonly mountPath: string;
  readonly emptyDir: { readonly medium?: string };
}

const sharedMemory: PodVolume = { name: 'dshm', mountPath: '/dev/shm', emptyDir: { medium: 'Memory' } };
/** KAITO v0.3: the server loads every folder below this path as an adapter. */
const adapterVolume: PodVolume = { name: 'adapter-volume', mountPath: '/mnt/adapter', emptyDir: {} };

/**
 * The Deployment that serves a preset, in the shape of KAITO v0.3.
 *
 * @param registry where the preset images are, e.g. `mcr.microsoft.com/aks/kaito`
 */
export function renderDeployment(workspace: Workspace, plan: Plan, registry: string): Deployment {
  return {
    apiVersion: apiVersionOf(deployments),
    kind: deployments.kind,
    metadata: {
      name: workspace.metadata.name,
      namespace: workspace.metadata.namespace ?? '',
      ownerReferences: [ownerReference(workspace)],
    },
    spec: {
      replicas: plan.replicas,
      selector: { matchLabels: podLabels(workspace) },
      // The GPUs of a node are all taken by the old pod, so a new one beside it could never be placed.
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
      progressDeadlineSeconds: plan.startTimeoutSeconds,
      template: { metadata: { labels: podLabels(workspace) }, spec: podSpec(workspace, plan, registry) },
    },
  };
}

function podSpec(workspace: Workspace, plan: Plan, registry: string): PodSpec {
  const volumes = volumesOf(plan);
  return {
    affinity: nodeAffinity({ ...plan.nodeLabels, ...ownershipLabels(workspace) }),
    tolerations: [
      { key: gpuResource, operator: 'Exists', effect: 'NoSchedule' },
      { key: taints.gpu.key, operator: 'Equal', value: taints.gpu.value, effect: taints.gpu.effect },
    ],
    ...(plan.adapters.length > 0 && { initContainers: plan.adapters.map(adapterContainer) }),
    containers: [container(workspace, plan, registry)],
    ...(plan.pullSecrets.length > 0 && { imagePullSecrets: plan.pullSecrets.map(name => ({ name })) }),
    ...(volumes.length > 0 && { volumes: volumes.map(({ name, emptyDir }) => ({ name, emptyDir })) }),
  };
}

function container(workspace: Workspace, plan: Plan, registry: string): Container {
  const gpus = { [gpuResource]: String(plan.gpusPerPod) };
  const volumes = volumesOf(plan);
  return {
    name: workspace.metadata.name,
    image: imageReference(plan.image, registry),
    command: plan.command,
    ports: [{ containerPort: plan.port, protocol: 'TCP' }],
    // The server of KAITO v0.3 reads the strength of an adapter from a variable of its name.
    ...(plan.adapters.length > 0 && { env: plan.adapters.map(({ name, strength }) => ({ name, value: strength })) }),
    resources: { requests: gpus, limits: gpus },
    readinessProbe: probe(plan, plan.probeDelays.readinessSeconds),
    livenessProbe: probe(plan, plan.probeDelays.livenessSeconds),
    ...(volumes.length > 0 && { volumeMounts: volumes.map(({ name, mountPath }) => ({ name, mountPath })) }),
  };
}

/** Copies the files of an adapter out of its image to where the server looks for adapters. */
function adapterContainer({ name, image }: PlannedAdapter): Container {
  const target = `${adapterVolume.mountPath}/${name}`;
  return {
    name,
    image,
    command: ['/bin/sh', '-c', `mkdir -p ${target} && cp -r /data/* ${target}`],
    volumeMounts: [{ name: adapterVolume.name, mountPath: adapterVolume.mountPath }],
  };
}

/** The volumes of a pod. KAITO v0.3 gives pods shared memory only where there are several of them. */
function volumesOf({ nodeCount, adapters }: Plan): readonly PodVolume[] {
  return [...(nodeCount > 1 ? [sharedMemory] : []), ...(adapters.length > 0 ? [adapterVolume] : [])];
}

function imageReference({ origin, reference }: PlannedImage, registry: string): string {
  return origin === 'user' ? reference : `${registry}/${reference}`;
}

function probe({ healthPath, port }: Plan, initialDelaySeconds: number): Probe {
  return { httpGet: { path: healthPath, port }, initialDelaySeconds, periodSeconds: probePeriodSeconds };
}

/** Ties the pods to the nodes that were made for this workspace: two workspaces never share one by accident. */
function nodeAffinity(nodeLabels: Readonly<Record<string, string>>): NonNullable<PodSpec['affinity']> {
  const matchExpressions = Object.entries(nodeLabels).map(([key, value]) => ({ key, operator: 'In', values: [value] }));
  return {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } },
  };
}
