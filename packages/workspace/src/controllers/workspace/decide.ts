import { createHash } from 'node:crypto';
import type { Workspace } from '@kaito/crds';
import { canonicalJson, type ControllerRevision } from '@kaito/kube';
import {
  plan,
  type GpuSku,
  type Model,
  type ModelLookup,
  type PlanInput,
  type PlanResult,
  type PriceTable,
  type Problem,
  type RefusedOffering,
} from '@kaito/planner';
import { broughtNode } from '../../nodes/brought-node.ts';
import { configProblems, findOwnProblems } from '../../admission/find-problems.ts';
import { tokenKey } from '../../models/secret-token.ts';
import type { Observed, ObservedSecret } from '../../observed.ts';
import { nextRung } from '../../provisioning/next-rung.ts';
import type { Provisioning } from '../../provisioning/provisioning.ts';
import { nextRevision, storedModel, type RevisionStep } from '../../revisions/revision.ts';
import { revisionData, type RevisionData } from '../../revisions/revision-data.ts';
import { findNameConflicts } from '../../workload/name-conflicts.ts';

/** What is the same for all workspaces of an installation. */
export interface PlanningSettings {
  readonly skus: readonly GpuSku[];
  readonly prices: PriceTable | undefined;
  readonly features: NonNullable<PlanInput['features']>;
  /** Names that the annotation `kaito.sh/node-class-name` may choose from; undefined where node classes play no part. */
  readonly nodeClasses?: readonly string[] | undefined;
}

/** What a pass works towards. */
export interface Decision {
  readonly result: PlanResult;
  readonly revision: RevisionStep;
  /** What the revision holds. */
  readonly data: RevisionData;
  /** Digest of `resource`: with another one, the ladder begins anew. */
  readonly ladder: string;
  /** Why the rung is another one than before; undefined when it is not. */
  readonly moved: string | undefined;
}

/**
 * Decides what a workspace needs: the revision that it is at, the rung of its ladder, and the plan for it. Pure.
 * @param now milliseconds since the epoch
 */
export function decide(
  seen: Observed,
  revisions: readonly ControllerRevision[],
  provisioning: Pick<Provisioning, 'mode' | 'refusal'>,
  { settings, now }: { readonly settings: PlanningSettings; readonly now: number },
): Decision {
  const { workspace } = seen;
  const observed = { ...seen, model: knownModel(seen, revisions) };
  const ladder = ladderDigest(workspace);
  const shown = workspace.status?.plan;
  let rung = shown?.ladder === ladder ? shown.rung : 0;
  let moved: string | undefined;
  let result = plan(planInput(observed, provisioning, settings, rung));
  // Each turn takes the next rung, of which there are as many as the schema allows.
  while (result.ok) {
    const next = nextRung(observed, result.plan, now, provisioning.refusal?.(observed));
    if (!next) break;
    rung = next.rung;
    moved = next.reason;
    result = plan(planInput(observed, provisioning, settings, rung));
  }
  const data = revisionData(workspace, observed.config);
  const revision = nextRevision(workspace, data, revisions, modelToStore(observed));
  const obstacles = [
    ...findNameConflicts(observed),
    ...findOwnProblems(workspace, observed.config, settings.nodeClasses),
    ...missingInputs(observed),
    ...(hasBegun(observed) ? [] : missingToken(observed, result)),
    ...notYet(result),
  ];
  return {
    result: obstacles.length > 0 && result.ok ? { ok: false, problems: obstacles } : result,
    revision,
    data,
    ladder,
    moved,
  };
}

/** What the model was when the workspace was planned last stands in while nobody can say what it is. */
function knownModel({ workspace, model }: Observed, revisions: readonly ControllerRevision[]): ModelLookup | undefined {
  if (!model || model.state === 'known') return model;
  const stored = storedModel(workspace, revisions);
  return stored ? { state: 'known', model: stored } : model;
}

/** The catalogue comes with the controller, so that only what is not in it is worth keeping. */
function modelToStore({ model }: Observed): Model | undefined {
  return model?.state === 'known' && !model.model.catalogued ? model.model : undefined;
}

/** What a server could not start without is waited for before a node is paid for. One that runs is left alone. */
function missingInputs(observed: Observed): readonly Problem[] {
  const { workspace, config, secrets } = observed;
  if (hasBegun(observed)) return [];
  const absent = secrets.filter(({ keys }) => keys === undefined);
  return [
    ...configProblems(workspace, config),
    ...absent.map(({ name }) => ({
      code: 'SecretMissing' as const,
      field: 'inference',
      message: `Secret "${name}" does not exist in the namespace of the workspace: create it, or correct its name`,
    })),
  ];
}

/** A gated model cannot be downloaded without its token, so that a Secret without one is as good as none. */
function missingToken({ workspace, secrets }: Observed, result: PlanResult): readonly Problem[] {
  const name = workspace.inference?.preset?.presetOptions?.modelAccessSecret;
  const secret = secrets.find(found => found.name === name);
  if (!result.ok || result.plan.job !== 'inference' || !secret || !lacksToken(secret)) return [];
  const { gated, weights } = result.plan.model;
  if (!gated || weights !== 'download') return [];
  const field = 'inference.preset.presetOptions.modelAccessSecret';
  const message = `${field} names the Secret "${secret.name}", which has no key ${tokenKey}: put the token under that key`;
  return [{ code: 'SecretMissing', field, message }];
}

/** Whether a Secret is there and holds no token of Hugging Face. */
export function lacksToken({ keys }: ObservedSecret): boolean {
  return keys !== undefined && !keys.includes(tokenKey);
}

/** Whether something was made or reserved for a workspace already. */
export function hasBegun({ claims, nodePool, nodes, statefulSet }: Observed): boolean {
  const hasNodes = claims.length > 0 || nodePool !== undefined || nodes.some(({ tie }) => tie === 'reserved');
  return hasNodes || statefulSet !== undefined;
}

/** A node for a job that nobody would start must not be paid for. */
function notYet(result: PlanResult): readonly Problem[] {
  if (!result.ok || result.plan.job !== 'tuning') return [];
  return [{ code: 'TuningNotSupported', field: 'tuning', message: 'tuning is not supported by this version of Kaito' }];
}

/** What planning starts from, as far as it was observed. */
export function planInput(
  observed: Observed,
  { mode }: Pick<Provisioning, 'mode'>,
  { skus, prices, features }: PlanningSettings,
  rung: number,
): PlanInput {
  const { workspace, model, config, nodes } = observed;
  return {
    workspace,
    model,
    skus,
    prices,
    features,
    provisioning: mode === 'auto' ? { mode } : { mode, nodes: nodes.map(({ node }) => broughtNode(node)) },
    config: config.state === 'read' ? config.text : undefined,
    rung,
    refused: refusedOfferings(observed),
    chosen: chosenSize(workspace),
  };
}

function refusedOfferings({ claims }: Observed): readonly RefusedOffering[] {
  return claims.flatMap(({ instanceType, capacityType, refused }) =>
    instanceType !== undefined && refused !== undefined ? [{ instanceType, capacityType, reason: refused }] : [],
  );
}

function chosenSize({ status }: Workspace): PlanInput['chosen'] {
  const shown = status?.plan;
  if (!shown?.instanceType) return undefined;
  return { instanceType: shown.instanceType, capacityType: shown.capacityType === 'spot' ? 'spot' : 'on-demand' };
}

function ladderDigest({ resource }: Workspace): string {
  return createHash('sha256')
    .update(canonicalJson(resource ?? {}))
    .digest('hex')
    .slice(0, 16);
}
