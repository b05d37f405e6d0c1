import type { ConfigMap, Secret } from '@kaito/kube';

/** What pods refer to, as it is now. */
export interface Objects {
  configMap(namespace: string, name: string): ConfigMap | undefined;
  secret(namespace: string, name: string): Secret | undefined;
}

/** Something that a pod refers to is not there yet; a kubelet waits for it. */
export class MissingObjectError extends Error {
  override readonly name = 'MissingObjectError';
}

/** @returns the content of a ConfigMap's keys. @throws MissingObjectError when it is needed and not there. */
export function configMapData(
  objects: Objects,
  namespace: string,
  { name = '', optional = false }: { readonly name?: string; readonly optional?: boolean },
): ReadonlyMap<string, Buffer> {
  const object = objects.configMap(namespace, name);
  if (!object && !optional) throw new MissingObjectError(`configmap "${name}" not found`);
  const text = Object.entries(object?.data ?? {}).map(([key, value]) => [key, Buffer.from(value)] as const);
  const binary = Object.entries(object?.binaryData ?? {}).map(([key, value]) => [key, decode(value)] as const);
  return new Map([...text, ...binary]);
}

/** @returns the content of a Secret's keys. @throws MissingObjectError when it is needed and not there. */
export function secretData(
  objects: Objects,
  namespace: string,
  { name = '', optional = false }: { readonly name?: string; readonly optional?: boolean },
): ReadonlyMap<string, Buffer> {
  const object = objects.secret(namespace, name);
  if (!object && !optional) throw new MissingObjectError(`secret "${name}" not found`);
  return new Map(Object.entries(object?.data ?? {}).map(([key, value]) => [key, decode(value)]));
}

function decode(base64: string): Buffer {
  return Buffer.from(base64, 'base64');
}
