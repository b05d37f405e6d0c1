import { findCondition, workspaceConditions as types, workspaceReasons as reasons } from '@kaito/crds';
import type { Plan, TuningPlan } from '@kaito/planner';
import { nodeProgress, type NodeProgress } from '../nodes/node-progress.ts';
import { missingInputs } from '../observe/missing-inputs.ts';
import type { Verdict } from '../provisioning/provisioning.ts';
import { describeAdapter, failedAdapters } from './adapter-status.ts';
import { nodePressure } from './node-trouble.ts';
import { describeTrouble, podTroubles } from './pod-trouble.ts';
import { isServing, movedFrom, readyPods } from './serving.ts';
import type { StatusInput } from './status-input.ts';
import { releasesNodes } from './tuning/ended.ts';
import { trainingVerdicts } from './tuning/training-verdicts.ts';

/** The verdict on each condition that something is known of, in the order in which a workspace passes them. */
export type Verdicts = ReadonlyMap<string, Verdict>;

/** What the conditions of a workspace say, but for the ones that sum the others up. Pure. */
export function conditionVerdicts(input: StatusInput): Verdicts {
  const { result, kept } = input;
  if (result.ok) return planned(input, result.plan);
  const [first] = result.problems;
  if (!first) return pending(input);
  const message = result.problems.map(problem => problem.message).join('; ');
  const refusal = { ok: false, reason: first.code, message };
  return kept ? tended(input, kept, refusal) : refused(input, refusal);
}

/**
 * Whether nothing is known that would change what status says: the very same object was refused before, nothing was made for it, and its
 * model is looked up anew, as after a restart of the controller.
 */
export function standsRefused({ observed: { workspace, statefulSet }, result }: StatusInput): boolean {
  if (result.ok || result.problems.length > 0 || statefulSet) return false;
  const told = findCondition(workspace, types.planned);
  const isSameObject = told?.observedGeneration === workspace.metadata.generation;
  return told?.status === 'False' && told.reason !== reasons.modelLookupPending && isSameObject;
}

/** The last good revision is looked after and told about as ever; what it is not is said beside. */
function tended(input: StatusInput, kept: Plan, refusal: Verdict): Verdicts {
  const verdicts = planned(input, kept);
  const noted = [types.resourceReady, workloadCondition(input)].flatMap(type => {
    const verdict = verdicts.get(type);
    const message = `${verdict?.message}; this is revision ${input.observed.workspace.status?.revision ?? 1}, the change is refused: ${refusal.message}`;
    return verdict ? [[type, { ...verdict, message }] as const] : [];
  });
  return new Map([...verdicts, [types.planned, refusal], ...noted]);
}

/** The condition that tells of the workload. */
function workloadCondition({ observed: { workspace } }: StatusInput): string {
  return workspace.tuning ? types.jobStarted : types.inferenceReady;
}

/** What was refused is not created; what serves already goes on, and is said to. */
function refused(input: StatusInput, refusal: Verdict): Verdicts {
  const serves = isServing(input.observed);
  const message = `what was there before the change is still being served; the change is refused: ${refusal.message}`;
  return new Map([
    [types.planned, refusal],
    [types.resourceReady, refusal],
    [workloadCondition(input), serves ? { ok: true, reason: reasons.inferenceReady, message } : refusal],
  ]);
}

/** While a model is looked up nothing new is known of nodes; after a restart of ours that must not look like an outage. */
function pending(input: StatusInput): Verdicts {
  const { workspace } = input.observed;
  const waiting: Verdict = {
    ok: false,
    reason: reasons.modelLookupPending,
    message: 'the model is being looked up at Hugging Face',
  };
  const known = workspace.status?.plan && findCondition(workspace, types.resourceReady);
  if (!known) {
    const affected = [types.planned, types.resourceReady, workloadCondition(input)];
    return new Map(affected.map(type => [type, waiting]));
  }
  const resource = { ok: known.status === 'True', reason: known.reason, message: known.message };
  return new Map([
    [types.resourceReady, resource],
    [workloadCondition(input), inferenceVerdict(input, resource)],
  ]);
}

function planned(input: StatusInput, plan: Plan): Verdicts {
  const progress = nodeProgress(input.observed.nodes, plan);
  const claims = claimsVerdict(input);
  const nodes = nodesVerdict(input, plan, progress);
  const resource = resourceVerdict(input, plan, { claims, nodes });
  const { condition } = input.provisioning;
  if (plan.job === 'tuning' && releasesNodes(input.observed, plan)) return released(input, plan);
  return new Map([
    [types.planned, { ok: true, reason: reasons.planned, message: describePlan(plan) }],
    ...(condition && claims ? [[condition, claims] as const] : []),
    [types.nodesReady, nodes],
    [types.resourceReady, resource],
    ...workloadVerdicts(input, plan, resource),
  ]);
}

function workloadVerdicts(input: StatusInput, plan: Plan, resource: Verdict): readonly (readonly [string, Verdict])[] {
  if (plan.job !== 'tuning') return [[types.inferenceReady, inferenceVerdict(input, resource)]];
  const { started, succeeded } = trainingVerdicts(input, plan, resource);
  return [
    [types.jobStarted, started],
    [types.succeeded, succeeded],
  ];
}

/** Nodes that were given back are not missing. */
function released(input: StatusInput, plan: TuningPlan): Verdicts {
  const message = 'the nodes are given back: the training has ended';
  const given: Verdict = { ok: true, reason: reasons.resourceReady, message };
  const { condition } = input.provisioning;
  return new Map([
    [types.planned, { ok: true, reason: reasons.planned, message: describePlan(plan) }],
    ...(condition ? [[condition, given] as const] : []),
    [types.nodesReady, given],
    [types.resourceReady, given],
    ...workloadVerdicts(input, plan, given),
  ]);
}

/** The plan in one line. */
export function describePlan(plan: Plan): string {
  const { rung, candidates } = plan;
  const step = rung > 0 ? `alternative ${rung}: ` : '';
  const why = candidates[0]?.reason;
  return `${step}${sizeOf(plan)}${why ? `: ${why}` : ''}`;
}

function sizeOf({ nodes: { count, instanceType, capacityType } }: Plan): string {
  return `${count} × ${instanceType ? `${instanceType} (${capacityType})` : 'nodes that are brought'}`;
}

/** A failure to make claims is told where claims are, unless all are ready. */
function claimsVerdict({ claims, failure }: StatusInput): Verdict | undefined {
  if (failure?.step !== 'claims' || claims?.ok) return claims;
  return { ok: false, reason: failure.reason, message: failure.message };
}

function nodesVerdict({ observed }: StatusInput, { nodes }: Plan, progress: NodeProgress): Verdict {
  const { ready, withoutGpus, names } = progress;
  const size = nodes.instanceType ? `${nodes.instanceType} ` : '';
  const counted = `${ready.length} of ${nodes.count} ${size}nodes are ready`;
  const pressure = nodePressure(observed.nodes).map(text => `; ${text}`);
  const withPressure = (text: string): string => [text, ...pressure].join('');
  if (ready.length >= nodes.count) return { ok: true, reason: reasons.nodesReady, message: withPressure(counted) };
  if (withoutGpus.length > 0) {
    const waiting = withoutGpus.map(({ name }) => name).join(', ');
    const message = withPressure(`${counted}; GPUs are not announced yet on ${waiting} (NVIDIA device plugin)`);
    return { ok: false, reason: reasons.nodePluginsNotReady, message };
  }
  const joined = names.length > 0 ? `; joined: ${names.join(', ')}` : '';
  return { ok: false, reason: reasons.nodeNotReady, message: withPressure(`${counted}${joined}`) };
}

/** Nodes that serve are there, though those of another size are still to come. */
function resourceVerdict(
  { observed, provisioning }: StatusInput,
  plan: Plan,
  { claims, nodes }: { readonly claims: Verdict | undefined; readonly nodes: Verdict },
): Verdict {
  const missing = [claims, nodes].find(verdict => verdict?.ok === false);
  if (!missing) return { ok: true, reason: reasons.resourceReady, message: nodes.message };
  const left = movedFrom(observed, plan);
  if (left.length > 0) {
    const message = `served from ${left.join(', ')} until the move to ${sizeOf(plan)}: ${missing.message}`;
    return { ok: true, reason: reasons.resourceReady, message };
  }
  return provisioning.mode === 'brought' ? { ...missing, reason: reasons.resourceNotReady } : missing;
}

function inferenceVerdict(input: StatusInput, resource: Verdict): Verdict {
  const { observed, failure, rollout } = input;
  const held = rollout && !rollout.go ? rollout : undefined;
  const [failedAdapter] = failedAdapters(input);
  if (isServing(observed)) {
    const [missing] = missingInputs(observed);
    const lost = missing ? `; pods made anew would not start: ${missing.message}` : '';
    const failed = failedAdapter ? `; but ${describeAdapter(failedAdapter)}` : lost;
    const note = held ? `; the last change waits: ${held.message}` : failed;
    return { ok: true, reason: reasons.inferenceReady, message: `the model is being served${note}` };
  }
  if (failure && failure.step !== 'claims') return { ok: false, reason: failure.reason, message: failure.message };
  if (failedAdapter) {
    return { ok: false, reason: reasons.adapterFailed, message: describeAdapter(failedAdapter) };
  }
  const [trouble, ...others] = podTroubles(observed.pods);
  if (trouble) {
    const more = others.length > 0 ? ` (and ${others.length} more)` : '';
    return { ok: false, reason: trouble.reason, message: `${describeTrouble(trouble)}${more}` };
  }
  return { ok: false, reason: reasons.inferencePending, message: pendingMessage(input, resource) };
}

function pendingMessage({ observed, rollout }: StatusInput, resource: Verdict): string {
  const pods = readyPods(observed);
  const held = rollout && !rollout.go ? `waiting until pods can be placed: ${rollout.message}` : undefined;
  if (pods) return [`${pods.ready} of ${pods.wanted} pods are ready`, held].filter(Boolean).join('; ');
  if (!resource.ok) return 'waiting for the nodes';
  return held ?? 'the workload is being created';
}
