import { createHash } from 'node:crypto';
import { canonicalJson, patchMetadata, statefulSets, wasApplied, type Client, type StatefulSet } from '@kaito/kube';

/** What KAITO's controller is called as a field manager: its program's name (KAITO, docker/workspace/Dockerfile). */
export const predecessors = ['manager'];

/** On a StatefulSet that KAITO made: digest of what was wanted when it was found, for which it serves on. */
const standsForAnnotation = 'kaito.sh/stands-for';

/**
 * Whether the workload is one that KAITO made, and serves as it is: to take it over must not cost a restart. That ends with the first
 * change of what is wanted, by an edit or another size; then it is replaced like any other.
 */
export function servesOn(live: StatefulSet | undefined, desired: StatefulSet): boolean {
  if (!live || wasApplied(live)) return false;
  const mark = live.metadata.annotations?.[standsForAnnotation];
  return mark === undefined || mark === digestOf(desired);
}

/** Writes down on a workload of KAITO's what it stands for. @returns whether that was news */
export async function noteTakeOver(
  live: StatefulSet,
  desired: StatefulSet,
  { client, signal }: { readonly client: Client; readonly signal: AbortSignal },
): Promise<boolean> {
  if (live.metadata.annotations?.[standsForAnnotation] !== undefined) return false;
  await patchMetadata(
    client,
    statefulSets,
    live,
    { annotations: { [standsForAnnotation]: digestOf(desired) } },
    { signal },
  );
  return true;
}

function digestOf({ spec }: StatefulSet): string {
  return createHash('sha256').update(canonicalJson(spec)).digest('hex');
}
