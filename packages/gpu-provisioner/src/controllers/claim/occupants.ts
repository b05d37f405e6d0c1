import type { Pod, VolumeAttachment } from '@kaito/kube';

/** What stands on a node and hangs on it, by the node's name, as it is at the moment of the question. */
export interface Occupants {
  readonly podsOn: (node: string) => readonly Pod[];
  readonly attachmentsOn: (node: string) => readonly VolumeAttachment[];
}

/** Index over pods by the node that they are bound to. */
export const podIndexers = {
  node: (pod: Pod): string[] => (pod.spec?.nodeName ? [pod.spec.nodeName] : []),
} as const;

/** Keeps of a pod only what a drain reads: the cache holds every pod of the cluster. */
export function trimPod({ apiVersion, kind, metadata, spec, status }: Pod): Pod {
  const { phase, startTime } = status ?? {};
  return {
    ...(apiVersion && { apiVersion }),
    ...(kind && { kind }),
    metadata: { ...metadata, labels: {}, managedFields: [] },
    spec: { containers: [], ...placeOf(spec), ...volumesOf(spec) },
    status: { ...(phase && { phase }), ...(startTime && { startTime }) },
  };
}

type PodSpec = NonNullable<Pod['spec']>;
type PodVolume = NonNullable<PodSpec['volumes']>[number];

function placeOf(spec: Partial<PodSpec> = {}): Partial<PodSpec> {
  const { nodeName, tolerations, priority, priorityClassName, terminationGracePeriodSeconds } = spec;
  return {
    ...(nodeName && { nodeName }),
    ...(tolerations && { tolerations }),
    ...(priority !== undefined && { priority }),
    ...(priorityClassName && { priorityClassName }),
    ...(terminationGracePeriodSeconds !== undefined && { terminationGracePeriodSeconds }),
  };
}

/** Only which volumes have a PersistentVolumeClaim: one that the pod names, or one that is made for the pod. */
function volumesOf({ volumes = [] }: Partial<PodSpec> = {}): Partial<PodSpec> {
  const claimed = volumes.flatMap(({ name, persistentVolumeClaim, ephemeral }): PodVolume[] => {
    if (persistentVolumeClaim) return [{ name, persistentVolumeClaim }];
    return ephemeral ? [{ name, ephemeral: {} }] : [];
  });
  return claimed.length > 0 ? { volumes: claimed } : {};
}

/** Index over attachments of volumes by the node that they are attached to. */
export const attachmentIndexers = {
  node: ({ spec }: VolumeAttachment): string[] => [spec.nodeName],
} as const;

/** Keeps of an attachment only what is attached where. */
export function trimAttachment({ apiVersion, kind, metadata, spec }: VolumeAttachment): VolumeAttachment {
  const { name, uid, resourceVersion } = metadata;
  const { attacher, nodeName, source } = spec;
  const { persistentVolumeName } = source;
  return {
    ...(apiVersion && { apiVersion }),
    ...(kind && { kind }),
    metadata: { name, ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) },
    spec: { attacher, nodeName, source: persistentVolumeName ? { persistentVolumeName } : {} },
  };
}
