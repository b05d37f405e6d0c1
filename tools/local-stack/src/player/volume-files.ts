import type { Pod } from '@kaito/kube';
import { configMapData, MissingObjectError, secretData, type Objects } from './objects.ts';
import { podField, type PodPlace } from './pod-fields.ts';
import type { Volume } from './pod-parts.ts';

/** Content by path, from the volume's root. */
export type Files = ReadonlyMap<string, Buffer>;

export interface VolumeContext extends PodPlace {
  readonly objects: Objects;
}

/** The sources of a volume that hold a part of what is in the cluster; those of a projected volume have the same shape. */
type Source = NonNullable<NonNullable<Volume['projected']>['sources']>[number];

/**
 * The files of a volume that shows something of the cluster.
 * @returns undefined for volumes of another kind.
 * @throws MissingObjectError when something that it needs is not there.
 */
export function volumeFiles(volume: Volume, pod: Pod, context: VolumeContext): Files | undefined {
  const { configMap, secret, downwardAPI, projected } = volume;
  if (configMap) return sourceFiles({ configMap }, pod, context);
  if (secret) return sourceFiles({ secret: { ...secret, name: secret.secretName ?? '' } }, pod, context);
  if (downwardAPI) return sourceFiles({ downwardAPI }, pod, context);
  if (!projected) return undefined;
  return new Map((projected.sources ?? []).flatMap(source => [...sourceFiles(source, pod, context)]));
}

function sourceFiles({ configMap, secret, downwardAPI }: Source, pod: Pod, context: VolumeContext): Files {
  const namespace = pod.metadata.namespace ?? '';
  if (configMap) return picked(configMapData(context.objects, namespace, configMap), configMap);
  if (secret) return picked(secretData(context.objects, namespace, secret), secret);
  const items = (downwardAPI?.items ?? []).map(({ path, fieldRef }) => {
    const value = fieldRef ? podField(pod, fieldRef.fieldPath, context) : '0';
    return [path, Buffer.from(value)] as const;
  });
  return new Map(items); // Of service account tokens there are none: played pods do not talk to the API server.
}

type Items = readonly { readonly key: string; readonly path: string }[];

/** All keys, or those that are named, under the paths that they are to have. */
function picked(
  data: ReadonlyMap<string, Buffer>,
  { items, optional, name }: { readonly items?: Items; readonly optional?: boolean; readonly name?: string },
): Files {
  if (!items) return data;
  return new Map(
    items.flatMap(({ key, path }) => {
      const content = data.get(key);
      if (content) return [[path, content] as const];
      if (optional === true) return [];
      throw new MissingObjectError(`references non-existent config key: ${key} of ${name ?? ''}`);
    }),
  );
}
