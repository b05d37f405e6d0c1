import type { Pod } from '@kaito/kube';

/** What the downward API can tell beside what stands in the pod. */
export interface PodPlace {
  /** The address that processes of the pod bind to. */
  readonly address: string;
}

const KEYED = /^metadata\.(labels|annotations)\['(.+)'\]$/;

const fields: Readonly<Record<string, (pod: Pod, address: string) => string | undefined>> = {
  'metadata.name': ({ metadata }) => metadata.name,
  'metadata.namespace': ({ metadata }) => metadata.namespace,
  'metadata.uid': ({ metadata }) => metadata.uid,
  'metadata.labels': ({ metadata }) => pairs(metadata.labels),
  'metadata.annotations': ({ metadata }) => pairs(metadata.annotations),
  'spec.nodeName': ({ spec }) => spec?.nodeName,
  'spec.serviceAccountName': ({ spec }) => spec?.serviceAccountName,
  'status.podIP': (_pod, address) => address,
  'status.podIPs': (_pod, address) => address,
  'status.hostIP': () => '127.0.0.1',
};

/**
 * The value of a field of the downward API (Kubernetes docs, "Downward API").
 * @throws RangeError for a field that is not known here.
 */
export function podField(pod: Pod, fieldPath: string, { address }: PodPlace): string {
  const [, map, key = ''] = KEYED.exec(fieldPath) ?? [];
  if (map === 'labels') return pod.metadata.labels?.[key] ?? '';
  if (map === 'annotations') return pod.metadata.annotations?.[key] ?? '';
  const field = fields[fieldPath];
  if (!field) throw new RangeError(`field ${fieldPath} is not one that a pod can be told here`);
  return field(pod, address) ?? '';
}

/** As files of the downward API hold labels and annotations. */
function pairs(map: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries(map).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return lines.toSorted().join('\n');
}
