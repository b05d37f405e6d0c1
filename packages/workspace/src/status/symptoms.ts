import type { Plan, Symptom } from '@kaito/planner';
import { isSameSize } from '../claims/size.ts';
import { tokenKey } from '../models/secret-token.ts';
import { isForGpus } from '../nodes/for-gpus.ts';
import { nodeProgress } from '../nodes/node-progress.ts';
import type { Observed } from '../observed.ts';
import { missingInputs } from '../observe/missing-inputs.ts';
import type { Verdict } from '../provisioning/provisioning.ts';
import { describeAdapter, failedAdapters } from './adapter-status.ts';
import { nodePressure, unreadyNodes } from './node-trouble.ts';
import { podSigns } from './pod-signs.ts';
import { readyPods } from './serving.ts';
import type { StatusInput } from './status-input.ts';
import type { PhaseName } from './startup/phases.ts';
import { trainingProgress, trainingSigns } from './tuning/training-signs.ts';

/** A symptom and the phase of the start that it belongs to. */
export interface Sign {
  readonly phase: PhaseName;
  readonly symptom: Symptom;
  /** Says something only if the table knows it; a vaguer sign of the same trouble follows. */
  readonly onlyIfKnown?: true;
  /** Text of a program that is better evidence than the symptom's own words when nothing better is known. */
  readonly lastWords?: string | undefined;
  /** When what is told happened, in milliseconds since the epoch: a wait that the words tell of counts from there. */
  readonly at?: number | undefined;
}

/** Everything that may be wrong with a workspace that is not ready, in the order of the steps: the earliest broken one is the cause. */
export function signsOf(input: StatusInput): readonly Sign[] {
  if (!input.result.ok) {
    const { problems } = input.result;
    if (problems.length === 0)
      return [sign('Planned', { place: 'progress', code: 'Planning', text: 'looking up the model' })];
    return problems.map(({ code, field, message }) => sign('Planned', { place: 'spec', code, field, text: message }));
  }
  const { plan } = input.result;
  return [
    ...nodeSignsOf(input, plan),
    ...inputSigns(input.observed),
    ...failureSigns(input),
    ...adapterSigns(input),
    ...podSigns(input.observed),
    ...(plan.job === 'tuning' ? trainingSigns(input.observed, plan) : []),
    ...nodePressure(input.observed.nodes).map(text => sign('ModelLoaded', { place: 'node', text })),
    progressSign(input, plan),
  ];
}

/** What keeps the nodes of a plan from being there. */
export function nodeSignsOf(input: StatusInput, plan: Plan): readonly Sign[] {
  return [...claimSigns(input, plan), ...nodeSigns(input, plan)];
}

function sign(phase: PhaseName, symptom: Symptom): Sign {
  return { phase, symptom };
}

function claimSigns({ observed, claims, failure }: StatusInput, plan: Plan): readonly Sign[] {
  if (claims?.ok) return [];
  if (failure?.step === 'claims') {
    return [sign('Claimed', { place: 'api', code: failure.reason, text: failure.message })];
  }
  const told = observed.claims
    .filter(claim => !claim.ready && !claim.deleting && isSameSize(claim, plan.nodes))
    .flatMap(({ obstacle, refused, registeredAt }) => {
      if (!obstacle) return [];
      const text = refused ?? (obstacle.message || obstacle.reason);
      return [
        sign(registeredAt && isForGpus(plan) ? 'GpusReady' : 'NodeJoined', {
          place: 'claim',
          code: obstacle.reason,
          text,
        }),
      ];
    });
  return claims && isSaidByProvisioning(claims, told)
    ? [...told, sign('NodeJoined', { place: 'claim', code: claims.reason, text: claims.message })]
    : told;
}

/** Whether the provisioning has something to say that no claim says: with Karpenter, for one, the pool as a whole may pause. */
function isSaidByProvisioning({ reason }: Verdict, told: readonly Sign[]): boolean {
  return !reason.endsWith('NotReady') && !told.some(({ symptom }) => symptom.code === reason);
}

function nodeSigns({ observed, provisioning, rollout }: StatusInput, plan: Plan): readonly Sign[] {
  const { ready, withoutGpus } = nodeProgress(observed.nodes, plan);
  if (ready.length < plan.nodes.count) {
    const plugins = withoutGpus.map(({ name }) =>
      sign('GpusReady', {
        place: 'node',
        code: 'NodePluginsNotReady',
        text: `node ${name} does not announce its GPUs`,
      }),
    );
    const unready = unreadyNodes(observed.nodes).map(text => sign('NodeJoined', { place: 'node', text }));
    return [...unready, ...plugins, ...(provisioning.mode === 'brought' ? [notBrought(plan, ready.length)] : [])];
  }
  // Pods that are there are told about by the scheduler.
  if (rollout?.go !== false || rollout.kind === 'rollout') return [];
  return ready.flatMap(({ name, taints, cordoned }) => [
    ...(cordoned ? [sign('PodScheduled', { place: 'node', text: `node ${name} is cordoned` })] : []),
    ...taints.map(taint => sign('PodScheduled', { place: 'node', text: `node ${name} has taint ${taint}` })),
  ]);
}

function notBrought(plan: Plan, ready: number): Sign {
  const { nodes } = plan;
  const labels = Object.entries(nodes.labels).map(([key, value]) => `${key}=${value}`);
  const which = labels.length > 0 ? ` with the labels ${labels.join(', ')}` : '';
  const text = `${ready} of ${nodes.count} nodes${which} are ready${isForGpus(plan) ? ' and show their GPUs' : ''}`;
  return sign('NodeJoined', { place: 'node', code: 'NodesNotBrought', text });
}

/** What the workspace names and is not there, or not as it should be. */
export function inputSigns(observed: Observed): readonly Sign[] {
  const { workspace, secrets } = observed;
  const preset = workspace.inference?.preset ?? workspace.tuning?.preset;
  const tokenSecret = preset?.presetOptions?.modelAccessSecret;
  const namespace = `namespace "${workspace.metadata.namespace ?? ''}"`;
  const keyless = secrets.filter(({ name, keys }) => name === tokenSecret && keys?.includes(tokenKey) === false);
  const texts = [
    ...missingInputs(observed).map(({ message }) => message),
    ...keyless.map(({ name }) => `Secret "${name}" of ${namespace} has no key ${tokenKey}`),
  ];
  return texts.map(text => sign('PodScheduled', { place: 'config', text }));
}

/** Adapters that cannot be had or loaded: of a pod that waits for them, or after a change that the servers could not follow. */
export function adapterSigns(input: StatusInput): readonly Sign[] {
  return failedAdapters(input).map(adapter =>
    sign('ModelLoaded', { place: 'adapter', code: adapter.state, text: describeAdapter(adapter) }),
  );
}

function failureSigns({ failure }: StatusInput): readonly Sign[] {
  if (!failure || failure.step === 'claims') return [];
  return [sign('PodScheduled', { place: 'api', code: failure.reason, text: failure.message })];
}

/** What goes on while nothing is wrong. */
function progressSign({ observed }: StatusInput, plan: Plan): Sign {
  const training = plan.job === 'tuning' ? trainingProgress(observed, plan) : undefined;
  if (training) return training;
  const { ready } = nodeProgress(observed.nodes, plan);
  const { count, instanceType } = plan.nodes;
  if (ready.length < count) {
    const text = `${ready.length} of ${count} ${instanceType ? `${instanceType} ` : ''}nodes are ready`;
    return sign('NodeJoined', { place: 'progress', code: 'Joining', text });
  }
  const pods = readyPods(observed);
  const text = pods ? `${pods.ready} of ${pods.wanted} pods are ready` : 'the workload is being created';
  const isRunning = observed.pods.some(({ status }) =>
    status?.containerStatuses?.some(({ state }) => state?.running !== undefined),
  );
  return isRunning
    ? sign('ModelLoaded', { place: 'progress', code: 'Loading', text })
    : sign('PodScheduled', { place: 'progress', code: 'Pulling', text });
}
