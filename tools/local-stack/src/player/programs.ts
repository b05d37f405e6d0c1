/**
 * What stands for an image: `oras` and `curl` are the real programs, `kaito` are stand-ins for what KAITO's images hold. `weights`: the
 * image has the weights of its model.
 */
export type ImageContent =
  { readonly kind: 'oras' | 'curl' } | { readonly kind: 'kaito'; readonly weights: boolean; readonly name: string };

/** Images of a model, tagged by a version: those of KAITO v0.3 hold the weights; the base image has those of no model. */
const KAITO_IMAGE = /(?:^|\/)kaito-([^/:@]+)(?::[^/@]*)?(?:@.*)?$/;

/** @returns what stands for an image; undefined when nothing does. */
export function contentOf(image: string): ImageContent | undefined {
  if (/(?:^|\/)oras(?:[:@][^/]*)?$/.test(image)) return { kind: 'oras' };
  if (/(?:^|\/)curl(?:[:@][^/]*)?$/.test(image)) return { kind: 'curl' };
  const name = KAITO_IMAGE.exec(image)?.[1];
  return name === undefined ? undefined : { kind: 'kaito', weights: name !== 'base', name };
}
