/** A node taint, in the shape in which Kubernetes writes it. */
export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

/**
 * Writes a taint as AKS takes it in `nodeTaints`: `key=value:Effect`, and `key:Effect` when there is no value
 * (the form of kubelet's `--register-with-taints`).
 */
export function formatTaint(taint: Taint): string {
  return taint.value ? `${taint.key}=${taint.value}:${taint.effect}` : `${taint.key}:${taint.effect}`;
}

/** Reads a taint as AKS writes it. A text of another shape comes back whole in `key`, with an empty effect. */
export function parseTaint(text: string): Taint {
  const match = /^([^=:]+)(?:=([^:]*))?:(\w+)$/.exec(text);
  if (match === null) return { key: text, effect: '' };
  const [, key = '', value, effect = ''] = match;
  return { key, ...(value ? { value } : {}), effect };
}
