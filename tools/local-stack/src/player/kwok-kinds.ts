import {
  ignoreNotFound,
  isConflict,
  type Client,
  type CustomResourceDefinition,
  type KubeObject,
  type Pod,
  type Resource,
} from '@kaito/kube';
import { placedContainers } from './pod-parts.ts';

/** Kinds by which kwok learns of single pods while it runs (kwok docs, "Logs" and "PortForward"). */
export const KWOK_KINDS = ['Logs', 'PortForward'] as const;
type KwokKind = (typeof KWOK_KINDS)[number];

const PLURALS: Readonly<Record<KwokKind, string>> = { Logs: 'logs', PortForward: 'portforwards' };
/** Of which pod of the name it is: one of a StatefulSet is there again at once. */
const POD_UID = 'kaito.sh/pod-uid';
const API = { group: 'kwok.x-k8s.io', version: 'v1alpha1' } as const;

/** Their definitions; kwok reads what stands in them with types of its own. */
export function kwokDefinitions(): readonly CustomResourceDefinition[] {
  return KWOK_KINDS.map(kind => {
    const plural = PLURALS[kind];
    const names = { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` };
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    const version = { name: API.version, served: true, storage: true, schema };
    return {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${API.group}` },
      spec: { group: API.group, scope: 'Namespaced', names, versions: [version] },
    };
  });
}

export interface PlayedPodPorts {
  /** Where processes of the pod listen. */
  readonly address: string;
  readonly ports: readonly number[];
  /** The log of a container, and of its run before. */
  readonly logOf: (container: string) => { readonly file: string; readonly previousFile: string };
}

/** Tells kwok where the logs of a pod are and where its ports lead. */
export async function tellKwok(client: Client, pod: Pod, played: PlayedPodPorts, signal: AbortSignal): Promise<void> {
  if (!pod.spec) return;
  const logs = placedContainers(pod.spec).map(({ container: { name } }) => {
    const { file, previousFile } = played.logOf(name);
    return { containers: [name], logsFile: file, previousLogsFile: previousFile };
  });
  const forwards = played.ports.map(port => ({ ports: [port], target: { address: played.address, port } }));
  const options = { fieldManager: 'kaito-local-stack', force: true, signal };
  await Promise.all([
    client.apply(resourceOf('Logs'), object('Logs', pod, { logs }), options),
    client.apply(resourceOf('PortForward'), object('PortForward', pod, { forwards }), options),
  ]);
}

/** Has kwok forget a pod that is gone, unless another of its name is there already. */
export async function forgetAtKwok(client: Client, pod: Pod, signal: AbortSignal): Promise<void> {
  await Promise.all(KWOK_KINDS.map(kind => forget(client, kind, pod, signal)));
}

async function forget(client: Client, kind: KwokKind, { metadata }: Pod, signal: AbortSignal): Promise<void> {
  const resource = resourceOf(kind);
  const found = await ignoreNotFound(client.get(resource, metadata, { signal }));
  if (found?.metadata.annotations?.[POD_UID] !== metadata.uid) return;
  const { uid, resourceVersion } = found?.metadata ?? {};
  try {
    await ignoreNotFound(client.delete(resource, metadata, { signal, uid, resourceVersion }));
  } catch (error) {
    // It was made anew just now, or given to the next pod of the name.
    if (!isConflict(error)) throw error;
  }
}

function resourceOf(kind: KwokKind): Resource {
  return { ...API, kind, plural: PLURALS[kind], namespaced: true };
}

function object(kind: KwokKind, { metadata }: Pod, spec: object): KubeObject {
  const { name, namespace = 'default', uid = '' } = metadata;
  const named = { name, namespace, annotations: { [POD_UID]: uid } };
  const made = { apiVersion: `${API.group}/${API.version}`, kind, metadata: named, spec };
  return made;
}
