import type { Pod } from '@kaito/kube';

export type PodSpec = NonNullable<Pod['spec']>;
export type PodStatus = NonNullable<Pod['status']>;
export type Container = PodSpec['containers'][number];
export type ContainerStatus = NonNullable<PodStatus['containerStatuses']>[number];
export type Condition = NonNullable<PodStatus['conditions']>[number];
export type EnvVar = NonNullable<Container['env']>[number];
export type Probe = NonNullable<Container['startupProbe']>;
export type Volume = NonNullable<PodSpec['volumes']>[number];
export type VolumeMount = NonNullable<Container['volumeMounts']>[number];

/** A container with its place in the pod. `sidecar`: an init container that runs as long as the pod does (Kubernetes docs, "Sidecar Containers"). */
export interface PlacedContainer {
  readonly container: Container;
  readonly place: 'init' | 'sidecar' | 'main';
}

/** All containers of a pod in the order in which they start. */
export function placedContainers(spec: PodSpec): readonly PlacedContainer[] {
  const init = (spec.initContainers ?? []).map((container): PlacedContainer => ({
    container,
    place: container.restartPolicy === 'Always' ? 'sidecar' : 'init',
  }));
  return [...init, ...spec.containers.map((container): PlacedContainer => ({ container, place: 'main' }))];
}

/** What a pod is known by as long as it lives: another of the same name is another pod. */
export function uidOf({ metadata }: Pod): string {
  return metadata.uid ?? '';
}
