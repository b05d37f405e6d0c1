import type {
  CoreV1Event,
  V1ConfigMap,
  V1ControllerRevision,
  V1CustomResourceDefinition,
  V1DaemonSet,
  V1Deployment,
  V1Job,
  V1Lease,
  V1Namespace,
  V1Node,
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1Pod,
  V1PodDisruptionBudget,
  V1ReplicaSet,
  V1Secret,
  V1Service,
  V1ServiceAccount,
  V1StatefulSet,
  V1ValidatingWebhookConfiguration,
  V1VolumeAttachment,
} from '@kubernetes/client-node';
import type { Resource } from './resource.ts';
import type { WireObject } from './wire.ts';

export type ConfigMap = WireObject<V1ConfigMap>;
export type ControllerRevision = WireObject<V1ControllerRevision>;
export type CoreEvent = WireObject<CoreV1Event>;
export type CustomResourceDefinition = WireObject<V1CustomResourceDefinition>;
export type DaemonSet = WireObject<V1DaemonSet>;
export type Deployment = WireObject<V1Deployment>;
export type Job = WireObject<V1Job>;
export type Lease = WireObject<V1Lease>;
export type Namespace = WireObject<V1Namespace>;
export type Node = WireObject<V1Node>;
export type PersistentVolume = WireObject<V1PersistentVolume>;
export type PersistentVolumeClaim = WireObject<V1PersistentVolumeClaim>;
export type Pod = WireObject<V1Pod>;
export type PodDisruptionBudget = WireObject<V1PodDisruptionBudget>;
export type ReplicaSet = WireObject<V1ReplicaSet>;
export type Secret = WireObject<V1Secret>;
export type Service = WireObject<V1Service>;
export type ServiceAccount = WireObject<V1ServiceAccount>;
export type StatefulSet = WireObject<V1StatefulSet>;
export type ValidatingWebhookConfiguration = WireObject<V1ValidatingWebhookConfiguration>;
export type VolumeAttachment = WireObject<V1VolumeAttachment>;

const core = { group: '', version: 'v1', namespaced: true } as const;
const apps = { group: 'apps', version: 'v1', namespaced: true } as const;

export const configMaps: Resource<ConfigMap> = { ...core, plural: 'configmaps', kind: 'ConfigMap' };
export const events: Resource<CoreEvent> = { ...core, plural: 'events', kind: 'Event' };
export const namespaces: Resource<Namespace> = { ...core, plural: 'namespaces', kind: 'Namespace', namespaced: false };
export const nodes: Resource<Node> = { ...core, plural: 'nodes', kind: 'Node', namespaced: false };
export const persistentVolumeClaims: Resource<PersistentVolumeClaim> = {
  ...core,
  plural: 'persistentvolumeclaims',
  kind: 'PersistentVolumeClaim',
};
export const persistentVolumes: Resource<PersistentVolume> = {
  ...core,
  plural: 'persistentvolumes',
  kind: 'PersistentVolume',
  namespaced: false,
};
export const pods: Resource<Pod> = { ...core, plural: 'pods', kind: 'Pod' };
export const secrets: Resource<Secret> = { ...core, plural: 'secrets', kind: 'Secret' };
export const serviceAccounts: Resource<ServiceAccount> = {
  ...core,
  plural: 'serviceaccounts',
  kind: 'ServiceAccount',
};
export const services: Resource<Service> = { ...core, plural: 'services', kind: 'Service' };

export const controllerRevisions: Resource<ControllerRevision> = {
  ...apps,
  plural: 'controllerrevisions',
  kind: 'ControllerRevision',
};
export const daemonSets: Resource<DaemonSet> = { ...apps, plural: 'daemonsets', kind: 'DaemonSet' };
export const deployments: Resource<Deployment> = { ...apps, plural: 'deployments', kind: 'Deployment' };
export const replicaSets: Resource<ReplicaSet> = { ...apps, plural: 'replicasets', kind: 'ReplicaSet' };
export const statefulSets: Resource<StatefulSet> = { ...apps, plural: 'statefulsets', kind: 'StatefulSet' };

export const customResourceDefinitions: Resource<CustomResourceDefinition> = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
};
export const jobs: Resource<Job> = { group: 'batch', version: 'v1', plural: 'jobs', kind: 'Job', namespaced: true };
export const leases: Resource<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
};
export const podDisruptionBudgets: Resource<PodDisruptionBudget> = {
  group: 'policy',
  version: 'v1',
  plural: 'poddisruptionbudgets',
  kind: 'PodDisruptionBudget',
  namespaced: true,
};
export const validatingWebhookConfigurations: Resource<ValidatingWebhookConfiguration> = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  plural: 'validatingwebhookconfigurations',
  kind: 'ValidatingWebhookConfiguration',
  namespaced: false,
};
export const volumeAttachments: Resource<VolumeAttachment> = {
  group: 'storage.k8s.io',
  version: 'v1',
  plural: 'volumeattachments',
  kind: 'VolumeAttachment',
  namespaced: false,
};
