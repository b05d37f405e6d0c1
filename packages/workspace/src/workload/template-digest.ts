import type { ObjectMeta, StatefulSet } from '@kaito/kube';

/**
 * On a pod template, and so on its pods: digest of the template as it was rendered. By it a change is known before it is applied, and
 * pods are known to be of the template though the StatefulSet does not say so yet.
 */
export const templateDigestAnnotation = 'kaito.sh/template-digest';

/** The digest of a StatefulSet's template; undefined where it is not of this controller's making. */
export function templateDigest({ spec }: StatefulSet): string | undefined {
  return digestOf(spec?.template.metadata);
}

/** The digest that an object's metadata tell. */
export function digestOf(metadata: Pick<ObjectMeta, 'annotations'> | undefined): string | undefined {
  return metadata?.annotations?.[templateDigestAnnotation];
}
