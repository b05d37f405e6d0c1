import type { Pod } from '@kaito/kube';
import type { PlannedServer } from '@kaito/planner';
import type { EnvVar } from './pod-parts.ts';

/** On each pod of a StatefulSet: its ordinal (Kubernetes docs, well-known labels). */
export const podIndexLabel = 'apps.kubernetes.io/pod-index';
/** Environment variable with the same. */
export const podIndexVariable = 'POD_INDEX';

export const podIndex: EnvVar = {
  name: podIndexVariable,
  valueFrom: { fieldRef: { fieldPath: `metadata.labels['${podIndexLabel}']` } },
};

/**
 * On the first pod of each copy of a model, where there are several copies of several pods each. A selector can name one index only, so
 * the controller puts it there.
 */
export const firstOfCopyLabel = 'kaito.sh/first-of-copy';

type Pods = Pick<PlannedServer, 'replicas' | 'podsPerCopy'>;

/** Whether there are several copies of the model, each on several pods. */
export function hasManyLeaders({ replicas, podsPerCopy }: Pods): boolean {
  return podsPerCopy > 1 && replicas > podsPerCopy;
}

/** What selects the pods that answer for a copy, beside the labels of the workspace. */
export function servingSelector(server: Pods): Readonly<Record<string, string>> {
  if (hasManyLeaders(server)) return { [firstOfCopyLabel]: 'true' };
  return server.podsPerCopy > 1 ? { [podIndexLabel]: '0' } : {};
}

/** The pods that must get `firstOfCopyLabel`, so that the Service finds them; pods that are going do not count. */
export function unmarkedLeaders(pods: readonly Pod[], server: Pods): readonly Pod[] {
  if (!hasManyLeaders(server)) return [];
  return pods.filter(({ metadata: { labels = {}, deletionTimestamp } }) => {
    const index = Number(labels[podIndexLabel] ?? Number.NaN);
    return deletionTimestamp === undefined && index % server.podsPerCopy === 0 && labels[firstOfCopyLabel] !== 'true';
  });
}
