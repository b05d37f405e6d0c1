import type { Plan } from '@kaito/planner';
import { isForGpus } from '../../nodes/for-gpus.ts';
import type { PhaseName } from './phases.ts';

/**
 * What the parts of a start took, in seconds, and what was moved meanwhile: one measured start of a model of 51.75 GiB on
 * Standard_NC24ads_A100_v4 (kaito-project/kaito, issue 2325). A benchmark that KAITO runs before a workspace is ready is not among them.
 */
export const measured = {
  nodeProvisioning: 284,
  nodeInitialisation: 126,
  podPreparation: 7,
  imagePull: 101,
  imageGB: 5.6,
  containerStart: 3,
  serverBootstrap: 74,
  beforeWeights: 21,
  weights: 62,
  weightsGiB: 51.75,
  engineStart: 195,
  readiness: 1,
} as const;

/** The API server's answer to a write, and the controller's to a change. */
const atOnce = 1;

/**
 * How long a phase usually takes for a plan, in whole seconds; 0 for what is not waited for.
 * @param plan undefined while there is none: sizes count as small then
 */
export function expectedSeconds(phase: PhaseName, plan: Plan | undefined, isBrought: boolean): number {
  const ofNodes = (seconds: number): number => (isBrought ? 0 : seconds);
  const seconds: Readonly<Record<PhaseName, number>> = {
    Planned: atOnce,
    Claimed: ofNodes(atOnce),
    NodeJoined: ofNodes(measured.nodeProvisioning),
    GpusReady: plan && !isForGpus(plan) ? 0 : ofNodes(measured.nodeInitialisation),
    PodScheduled: measured.podPreparation,
    ImagesPulled: imageSeconds(plan),
    ModelLoaded: loadSeconds(plan),
    Ready: measured.readiness,
  };
  return Math.round(seconds[phase]);
}

/** Estimates for our server on CPUs: its image without the weights, and the seconds until it has loaded them. */
const onCpus = { imageGB: 0.2, load: 5 } as const;

/** Gigabytes in a GiB. */
const perGiB = 1.073741824;

/** An image with the weights in it is as much larger. */
function imageSeconds(plan: Plan | undefined): number {
  const { imagePull, imageGB, containerStart } = measured;
  const own = isOnCpus(plan) ? onCpus.imageGB : imageGB;
  const inImage = plan?.job === 'inference' && plan.model.weights === 'image' ? plan.model.weightsGiB * perGiB : 0;
  return (imagePull * (own + inImage)) / imageGB + containerStart;
}

function isOnCpus(plan: Plan | undefined): boolean {
  return plan?.job === 'inference' && plan.server.runtime === 'cpu';
}

function loadSeconds(plan: Plan | undefined): number {
  if (plan?.job !== 'inference') return 0;
  if (isOnCpus(plan)) return onCpus.load;
  const { serverBootstrap, beforeWeights, weights, weightsGiB, engineStart } = measured;
  const loading = (weights * plan.model.weightsGiB) / weightsGiB;
  const engine = plan.server.runtime === 'vllm' ? engineStart : 0;
  return serverBootstrap + beforeWeights + loading + engine;
}
