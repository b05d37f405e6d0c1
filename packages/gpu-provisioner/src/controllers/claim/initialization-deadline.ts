import { isPositive, labels, nodeClaimReasons } from '@kaito/crds';
import type { Node } from '@kaito/kube';
import { timeOf } from '../../claims/claim.ts';
import type { Claim, Dialect, Step } from '../../claims/claim.ts';
import type { InstanceTypeLookup } from '../../instance-types/instance-type.ts';
import type { Blocker } from './initialization.ts';
import { minutes } from './launch-deadline.ts';

/** Of a claim whose node has come up without the GPUs that its machine has. */
export const GPU_NEVER_APPEARED = 'GPUNeverAppeared';
/** Of a claim whose node cannot take pods for another cause. */
export const INITIALIZATION_TIMEOUT = 'InitializationTimeout';

/** Resources under which device plugins report GPUs, whole or in parts (NVIDIA and AMD device plugins, resource names). */
const GPU_RESOURCE = /^(?:nvidia|amd)\.com\/(?:gpu|mig-)/;

/** By what time is told: `limitMs` after the node was registered, now in epoch milliseconds. */
export interface InitializationTime {
  readonly limitMs: number;
  readonly now: number;
}

/** What an uninitialized claim reports, and in how many milliseconds that changes by itself. */
export interface Blocked {
  readonly step: Step;
  readonly requeueAfterMs?: number;
}

/**
 * Judges what keeps a node from taking pods: in time it is waited for, later it is a failure, which a change on the node still
 * ends. The machine stays: it runs, and what is missing is mostly a driver or a device plugin that somebody can install.
 */
export function blockedBy(blocker: Blocker, claim: Claim, dialect: Dialect, time: InitializationTime): Blocked {
  const dueInMs = registeredAt(claim, dialect, time.now) + time.limitMs - time.now;
  if (dueInMs > 0) return { step: { state: 'waiting', ...blocker }, requeueAfterMs: dueInMs };
  const gpus = blocker.reason === nodeClaimReasons.resourceNotRegistered && wantsGpus(claim);
  const reason = gpus ? GPU_NEVER_APPEARED : INITIALIZATION_TIMEOUT;
  const next = gpus ? '; check the GPU driver and that the device plugin runs on the node' : '';
  return {
    step: { state: 'failed', reason, message: `after ${minutes(time.limitMs)} still: ${blocker.message}${next}` },
  };
}

/** Whether a node in service shows no GPUs though its machine has some. Claims of KAITO ask for none, so nothing else waits for them. */
export function lacksGpus(node: Node, lookup: (name: string) => InstanceTypeLookup): boolean {
  const found = lookup(node.metadata.labels?.[labels.instanceType] ?? '');
  if (found.found !== 'yes' || !found.type.gpus) return false;
  const shown = Object.entries(node.status?.allocatable ?? {});
  return !shown.some(([resource, amount]) => GPU_RESOURCE.test(resource) && isPositive(amount));
}

/** When the claim's node was taken in, in epoch milliseconds; `now` when that is just happening. */
export function registeredAt({ status }: Claim, { conditionTypes }: Dialect, now: number): number {
  const registered = status.conditions?.find(({ type }) => type === conditionTypes.registered);
  return (registered?.status === 'True' ? timeOf(registered.lastTransitionTime) : undefined) ?? now;
}

function wantsGpus({ requests }: Claim): boolean {
  return Object.entries(requests).some(([resource, amount]) => GPU_RESOURCE.test(resource) && isPositive(amount));
}
