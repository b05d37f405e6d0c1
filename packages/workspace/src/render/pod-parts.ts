import type { StatefulSet } from '@kaito/kube';

/** A pod template, and the parts of it that are put together here. */
export type PodTemplateSpec = NonNullable<StatefulSet['spec']>['template'];
export type PodSpec = NonNullable<PodTemplateSpec['spec']>;
export type Container = PodSpec['containers'][number];
export type EnvVar = NonNullable<Container['env']>[number];
export type Probe = NonNullable<Container['livenessProbe']>;
export type Volume = NonNullable<PodSpec['volumes']>[number];
export type VolumeMount = NonNullable<Container['volumeMounts']>[number];
export type Affinity = NonNullable<PodSpec['affinity']>;
export type Toleration = NonNullable<PodSpec['tolerations']>[number];

/** A volume, and where the server finds it. */
export interface MountedVolume {
  readonly volume: Volume;
  readonly mount: VolumeMount;
}
