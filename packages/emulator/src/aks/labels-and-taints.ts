import { invalidParameter, labelNotAllowed } from './errors.ts';

/** Kubernetes docs, "Labels and selectors": an optional DNS prefix and a name of at most 63 characters. */
const NAME = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const PREFIX = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;
const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** Domains whose labels belong to Kubernetes or AKS (AKS docs, "Reserved system labels"). Keys under karpenter.sh are accepted. */
const RESERVED = ['kubernetes.io', 'k8s.io', 'kubernetes.azure.com'];
/** Label and taint of spot machines: the one reserved key that users of spot pools set themselves. */
export const SPOT_KEY = 'kubernetes.azure.com/scalesetpriority';

/** @throws ServiceError 400 for a key that Kubernetes refuses or AKS reserves, or a value that is no label value. */
export function checkLabels(labels: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(labels)) {
    if (!isQualifiedName(key)) throw invalidParameter('agentPoolProfile.nodeLabels', `'${key}' is not a label key.`);
    if (isReserved(key)) throw labelNotAllowed(key);
    if (typeof value !== 'string' || (value !== '' && !NAME.test(value))) {
      throw invalidParameter('agentPoolProfile.nodeLabels', `'${String(value)}' is not a value for label '${key}'.`);
    }
  }
}

function isReserved(key: string): boolean {
  if (key === SPOT_KEY || !key.includes('/')) return false;
  const prefix = key.slice(0, key.indexOf('/'));
  return RESERVED.some(domain => prefix === domain || prefix.endsWith(`.${domain}`));
}

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

/** @throws ServiceError 400 for a taint that is not `key[=value]:Effect`. */
export function checkTaints(taints: readonly unknown[], property: string): void {
  for (const taint of taints) {
    if (typeof taint !== 'string' || parseTaint(taint) === undefined) {
      throw invalidParameter(
        `agentPoolProfile.${property}`,
        `'${String(taint)}' is not a taint; expected key=value:Effect with effect ${EFFECTS.join(', ')}.`,
      );
    }
  }
}

/** Reads `key[=value]:Effect`; undefined when it is none. */
export function parseTaint(text: string): Taint | undefined {
  const { key, value, effect } = /^(?<key>[^=:]+)(=(?<value>[^:]*))?:(?<effect>\w+)$/.exec(text)?.groups ?? {};
  if (!key || !effect || !EFFECTS.includes(effect) || !isQualifiedName(key)) return undefined;
  if (!value) return { key, effect };
  return NAME.test(value) ? { key, value, effect } : undefined;
}

function isQualifiedName(key: string): boolean {
  const [first = '', second, ...rest] = key.split('/');
  if (rest.length > 0) return false;
  return second === undefined ? NAME.test(first) : PREFIX.test(first) && NAME.test(second);
}
