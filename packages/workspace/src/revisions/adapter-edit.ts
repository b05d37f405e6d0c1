import { canonicalJson } from '@kaito/kube';
import type { RevisionData } from './revision-data.ts';

type Source = NonNullable<NonNullable<NonNullable<RevisionData['inference']>['adapters']>[number]['source']>;

/**
 * Whether an edit of adapters changes nothing of pods whose servers load adapters from images while they run: there are some before and
 * after, and neither the volumes of adapters nor the Secrets to pull with are others. All of that is part of a pod.
 */
export function changesAdaptersLive(before: RevisionData, after: RevisionData): boolean {
  const [was, is] = [sourcesOf(before), sourcesOf(after)];
  return was.some(isImage) && is.some(isImage) && canonicalJson(partOfPods(was)) === canonicalJson(partOfPods(is));
}

function sourcesOf({ inference }: RevisionData): readonly Source[] {
  return (inference?.adapters ?? []).map(({ source = {} }) => source);
}

function isImage({ volumeSource }: Source): boolean {
  return volumeSource === undefined;
}

function partOfPods(sources: readonly Source[]): unknown {
  const volumes = sources.filter(source => !isImage(source)).map(({ name, volumeSource }) => [name, volumeSource]);
  return { volumes, secrets: secretsOf(sources), ofImages: secretsOf(sources.filter(isImage)) };
}

function secretsOf(sources: readonly Source[]): readonly string[] {
  return [...new Set(sources.flatMap(({ imagePullSecrets = [] }) => imagePullSecrets))].toSorted();
}
