import type { Pod } from '@kaito/kube';
import { configMapData, MissingObjectError, secretData, type Objects } from './objects.ts';
import { podField, type PodPlace } from './pod-fields.ts';
import type { Container, EnvVar } from './pod-parts.ts';
import { expandVariables } from './substitute.ts';

/**
 * The environment that a container asks for, as a kubelet makes it.
 * @throws MissingObjectError when a Secret, a ConfigMap or a key of one is needed and not there.
 */
export function containerEnvironment(
  pod: Pod,
  container: Container,
  context: PodPlace & { readonly objects: Objects },
): Readonly<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const source of container.envFrom ?? []) Object.assign(env, envFrom(source, pod, context.objects));
  for (const variable of container.env ?? []) {
    const value = variable.valueFrom
      ? referredValue(variable, pod, context)
      : expandVariables(variable.value ?? '', env);
    if (value !== undefined) env[variable.name] = value;
  }
  return env;
}

type EnvFrom = NonNullable<Container['envFrom']>[number];

function envFrom({ prefix = '', configMapRef, secretRef }: EnvFrom, pod: Pod, objects: Objects): object {
  const namespace = pod.metadata.namespace ?? '';
  const data = configMapRef
    ? configMapData(objects, namespace, configMapRef)
    : secretData(objects, namespace, secretRef ?? {});
  return Object.fromEntries([...data].map(([key, value]) => [`${prefix}${key}`, value.toString()]));
}

/** Undefined for something optional that is not there: then the variable is not set. */
function referredValue(
  { valueFrom }: EnvVar,
  pod: Pod,
  context: PodPlace & { readonly objects: Objects },
): string | undefined {
  const { fieldRef, secretKeyRef, configMapKeyRef } = valueFrom ?? {};
  if (fieldRef) return podField(pod, fieldRef.fieldPath, context);
  const namespace = pod.metadata.namespace ?? '';
  if (secretKeyRef) return keyOf(secretData(context.objects, namespace, secretKeyRef), 'Secret', secretKeyRef);
  if (configMapKeyRef)
    return keyOf(configMapData(context.objects, namespace, configMapKeyRef), 'ConfigMap', configMapKeyRef);
  return '0'; // A resourceFieldRef: nobody limits anything here.
}

function keyOf(
  data: ReadonlyMap<string, Buffer>,
  kind: string,
  { name, key, optional }: { readonly name?: string; readonly key: string; readonly optional?: boolean },
): string | undefined {
  const value = data.get(key);
  if (value === undefined && optional !== true)
    throw new MissingObjectError(`couldn't find key ${key} in ${kind} ${name ?? ''}`);
  return value?.toString();
}
