import { canonicalDigest, patchMetadata, statefulSets, wasApplied, type Client, type StatefulSet } from '@kaito/kube';
import type { Plan } from '@kaito/planner';

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
  return mark === undefined || mark === canonicalDigest(desired.spec);
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
    { annotations: { [standsForAnnotation]: canonicalDigest(desired.spec) } },
    { signal },
  );
  return true;
}

/**
 * The plan for as many nodes as a workload of KAITO's has, which counts them otherwise: to take it over must neither buy a node nor give
 * one up. Undefined where both count the same, or the workload is none of KAITO's.
 */
export function planAsServed(live: StatefulSet | undefined, plan: Plan): Plan | undefined {
  const count = live?.spec?.replicas;
  if (!live || wasApplied(live) || !count || count === plan.nodes.count) return undefined;
  const warning = `KAITO made ${count} nodes for it, where ${plan.nodes.count} are planned; nothing is changed until the workspace is edited`;
  return { ...plan, nodes: { ...plan.nodes, count }, warnings: [...plan.warnings, warning] };
}
