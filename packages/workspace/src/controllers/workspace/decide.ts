import type { Workspace } from '@kaito/crds';
import { canonicalDigest, type ControllerRevision } from '@kaito/kube';
import { checkWorkspace, plan, type Plan, type PlanInput, type PlanResult, type Problem } from '@kaito/planner';
import { planInput, type PlanningSettings, type ReviewFacts } from '../../admission/facts.ts';
import { eachOnce, findOwnProblems, findProblems } from '../../admission/find-problems.ts';
import { broughtNode } from '../../nodes/brought-node.ts';
import type { Observed, ObservedConfig } from '../../observed.ts';
import { missingInputs, missingToken } from '../../observe/missing-inputs.ts';
import { nextRung } from '../../provisioning/next-rung.ts';
import type { Provisioning } from '../../provisioning/provisioning.ts';
import { newestRevision, nextRevision, type RevisionStep, type StoredRevision } from '../../revisions/revision.ts';
import { revisionData, workspaceAt, type RevisionData } from '../../revisions/revision-data.ts';
import { hasEnded } from '../../status/tuning/ended.ts';
import { findNameConflicts } from '../../workload/name-conflicts.ts';
import { configOf, factsToKeep, knownConfig, knownModel } from './known-inputs.ts';

/** What a pass works towards. */
export interface Decision {
  /** The verdict on the workspace as it stands. */
  readonly result: PlanResult;
  readonly revision: RevisionStep;
  /** What the revision holds. */
  readonly data: RevisionData;
  /** What nodes and workload are brought to; undefined: nothing could ever be planned. */
  readonly target: Target | undefined;
}

/** What is worked towards: the workspace as it stands, or, while that is refused, its last good revision. */
export interface Target {
  readonly workspace: Workspace;
  readonly plan: Plan;
  /** SHA-256 of the configuration that it was planned with; undefined when it has none. */
  readonly configHash: string | undefined;
  /** Number of the revision. */
  readonly revision: number;
  /** Digest of `resource`: with another one, the ladder begins anew. */
  readonly ladder: string;
  /** Why the rung is another one than before; undefined when it is not. */
  readonly moved: string | undefined;
}

/** What a decision depends on beside what was observed. */
export interface Circumstances {
  readonly provisioning: Pick<Provisioning, 'mode' | 'refusal'>;
  readonly settings: PlanningSettings;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Decides what a workspace needs: the revision that it is at, the rung of its ladder, and the plan for it. Pure. */
export function decide(
  seen: Observed,
  revisions: readonly ControllerRevision[],
  circumstances: Circumstances,
): Decision {
  const { workspace } = seen;
  const newest = newestRevision(workspace, revisions);
  const observed = { ...seen, model: knownModel(seen, revisions), config: knownConfig(seen, newest) };
  const data = revisionData(workspace, observed.config);
  const revision = nextRevision(workspace, data, revisions, factsToKeep(observed));
  const climbed = climb(observed, circumstances);
  // What was good once is not asked about its other rungs again: what serves must not stop for a size that it may never come to.
  const unchecked = revision.write ? findProblems(workspace, factsOf(observed, circumstances)) : [];
  const result = judged(climbed.result, [...unchecked, ...obstacles(observed, climbed.result, circumstances)]);
  const target = result.ok
    ? targetOf(observed, { ...climbed, plan: result.plan, revision: revision.number })
    : lastGood(observed, newest, circumstances);
  return { result, revision, data, target };
}

/** The last good revision is looked after while the workspace as it stands is refused. */
function lastGood(
  observed: Observed,
  newest: StoredRevision | undefined,
  circumstances: Circumstances,
): Target | undefined {
  if (!newest) return undefined;
  const workspace = workspaceAt(observed.workspace, newest.data);
  const config = configOf(newest, nameOfConfig(workspace));
  if (!config) return undefined;
  const then = { ...observed, workspace, config };
  const climbed = climb(then, circumstances);
  const result = judged(climbed.result, obstacles(then, climbed.result, circumstances));
  return result.ok ? targetOf(then, { ...climbed, plan: result.plan, revision: newest.number }) : undefined;
}

function nameOfConfig({ inference, tuning }: Workspace): string | undefined {
  return inference?.config ?? tuning?.config;
}

function targetOf(
  { workspace, config }: { readonly workspace: Workspace; readonly config: ObservedConfig },
  { plan: wanted, revision, moved }: Pick<Target, 'plan' | 'revision' | 'moved'>,
): Target {
  const configHash = config.state === 'read' ? config.hash : undefined;
  return { workspace, plan: wanted, configHash, revision, ladder: ladderDigest(workspace), moved };
}

/** Plans for the rung that the workspace has come to, and for the next ones where it cannot stay. */
function climb(
  observed: Observed,
  circumstances: Circumstances,
): { readonly result: PlanResult; readonly moved: string | undefined } {
  const { workspace } = observed;
  const { provisioning, now } = circumstances;
  const shown = workspace.status?.plan;
  const rung = shown?.ladder === ladderDigest(workspace) ? shown.rung : 0;
  let moved: string | undefined;
  let result = planRung(observed, circumstances, rung);
  // Each turn takes the next rung, of which there are as many as the schema allows.
  while (result.ok && !hasEnded(observed, result.plan)) {
    const next = nextRung(observed, result.plan, now, provisioning.refusal?.(observed));
    if (!next) break;
    const below = planRung(observed, circumstances, next.rung);
    // A rung that was good once, and is no longer, is none to go to.
    if (!below.ok) break;
    result = below;
    moved = next.reason;
  }
  return { result, moved };
}

function planRung(observed: Observed, circumstances: Circumstances, rung: number): PlanResult {
  const { workspace, claims } = observed;
  const refused = claims.flatMap(claim =>
    claim.instanceType !== undefined && claim.refused !== undefined
      ? [{ instanceType: claim.instanceType, capacityType: claim.capacityType, reason: claim.refused }]
      : [],
  );
  const input = planInput(workspace, factsOf(observed, circumstances), rung);
  return plan({ ...input, refused, chosen: chosenSize(workspace) });
}

/** The same facts as admission has, from what was observed. */
function factsOf({ model, config, nodes }: Observed, { provisioning, settings }: Circumstances): ReviewFacts {
  return {
    ...settings,
    check: checkWorkspace,
    mode: provisioning.mode,
    model: () => model,
    config: () => config,
    nodes: () => nodes.map(({ node }) => broughtNode(node)),
  };
}

/** What keeps a workspace from being run, beside what planning says. */
function obstacles(observed: Observed, result: PlanResult, { settings }: Circumstances): readonly Problem[] {
  const { workspace, config } = observed;
  return [
    ...findNameConflicts(observed),
    ...findOwnProblems(workspace, config, settings.nodeClasses),
    // What a server could not start without is waited for before a node is paid for. One that runs is left alone.
    ...(hasBegun(observed) || (result.ok && hasEnded(observed, result.plan))
      ? []
      : [...missingInputs(observed), ...missingToken(observed, result)]),
  ];
}

/** Whether something was made or reserved for a workspace already. */
export function hasBegun({ claims, nodePool, nodes, statefulSet, job }: Observed): boolean {
  const hasNodes = claims.length > 0 || nodePool !== undefined || nodes.some(({ tie }) => tie === 'reserved');
  return hasNodes || statefulSet !== undefined || job !== undefined;
}

/** The result with all that is wrong, each problem once. While the model is looked up, nothing can be said yet. */
function judged(result: PlanResult, problems: readonly Problem[]): PlanResult {
  if (!result.ok && result.pending) return result;
  const all = [...(result.ok ? [] : result.problems), ...problems];
  if (result.ok && all.length === 0) return result;
  return { ok: false, problems: eachOnce(all) };
}

function chosenSize({ status }: Workspace): PlanInput['chosen'] {
  const shown = status?.plan;
  if (!shown?.instanceType) return undefined;
  return { instanceType: shown.instanceType, capacityType: shown.capacityType === 'spot' ? 'spot' : 'on-demand' };
}

function ladderDigest({ resource }: Workspace): string {
  return canonicalDigest(resource ?? {}).slice(0, 16);
}
