import type { Pod } from '@kaito/kube';

/** What the downward API can tell beside what stands in the pod. */
export interface PodPlace {
  /** The address that processes of the pod bind to. */
  readonly address: string;
}

const KEYED = /^metadata\.(labels|annotations)\['(.+)'\]$/;

/**
 * The value of a field of the downward API (Kubernetes docs, "Downward API").
 * @throws RangeError for a field that is not known here.
 */
export function podField(pod: Pod, fieldPath: string, { address }: PodPlace): string {
  const [, map, key = ''] = KEYED.exec(fieldPath) ?? [];
  if (map === 'labels') return pod.metadata.labels?.[key] ?? '';
  if (map === 'annotations') return pod.metadata.annotations?.[key] ?? '';
  const fields: Readonly<Record<string, string>> = {
    'metadata.name': pod.metadata.name,
    'metadata.namespace': pod.metadata.namespace ?? '',
    'metadata.uid': pod.metadata.uid ?? '',
    'metadata.labels': pairs(pod.metadata.labels),
    'metadata.annotations': pairs(pod.metadata.annotations),
    'spec.nodeName': pod.spec?.nodeName ?? '',
    'spec.serviceAccountName': pod.spec?.serviceAccountName ?? '',
    'status.podIP': address,
    'status.podIPs': address,
    'status.hostIP': '127.0.0.1',
  };
  const value = fields[fieldPath];
  if (value === undefined) throw new RangeError(`field ${fieldPath} is not one that a pod can be told here`);
  return value;
}

/** As files of the downward API hold labels and annotations. */
function pairs(map: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries(map).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return lines.toSorted().join('\n');
}
