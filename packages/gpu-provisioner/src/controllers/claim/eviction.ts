import { annotations } from '@kaito/crds';
import { backoffDelay, isApiError, isConflict, isNotFound, keyOf, parseKey, pods } from '@kaito/kube';
import type { Pod } from '@kaito/kube';
import type { TriedEviction } from '../../pools/operations.ts';
import { drainPlan, graceAtRemoval } from './drain.ts';
import type { DrainPlan } from './drain.ts';
import type { Services } from './pass.ts';
import type { Teardown } from './teardown.ts';

/** What a drain acts through. */
export type DrainServices = Pick<Services, 'client' | 'clock' | 'random' | 'events' | 'metrics'>;

/** Where a drain stands after a pass. */
export type DrainOutcome =
  | { readonly drained: true }
  | {
      readonly drained: false;
      /** What it waits for, in words. */
      readonly message: string;
      /** When to look again even if nothing changes, in milliseconds. */
      readonly requeueAfterMs: number;
    };

/** The pace at which an eviction that was refused is tried again, as Karpenter's. */
const REFUSED = { baseMs: 100, maxMs: 10_000 };
/** By then the watch has shown what an accepted eviction did, or it did nothing. */
const ACCEPTED_MS = 10_000;
/** How long a drain goes without a look when nothing is known to happen. */
const RECHECK_MS = 10_000;
/** How many of the things that are waited for a message names. */
const NAMED = 5;
/** The API server's words, with code 500, for a pod that two budgets select. */
const SEVERAL_BUDGETS = 'more than one PodDisruptionBudget';

/** Asks the pods on the nodes to leave, as far as it is their turn, and removes those whose time is up. */
export async function drain(target: Teardown, services: DrainServices): Promise<DrainOutcome> {
  const { clock } = services;
  const now = clock.now();
  const standing = target.nodes.flatMap(({ metadata }) => target.podsOn(metadata.name));
  const plan = drainPlan(standing, now, target.deadline);
  if (plan.waitingFor.length === 0) return { drained: true };
  const due = plan.evict.filter(pod => (triedOf(target, pod)?.heldUntil ?? 0) <= clock.monotonic());
  await all([
    ...due.map(pod => evict(pod, target, services)),
    ...plan.remove.map(pod => remove(pod, now, target, services)),
  ]);
  report(plan, target, services);
  return { drained: false, message: wording(plan), requeueAfterMs: nextLook(plan, now, target, services) };
}

/** Waits for all, then throws the first failure: one pod in trouble does not keep the others from being asked. */
async function all(work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find(result => result.status === 'rejected');
  if (failed) throw failed.reason;
}

async function evict(pod: Pod, target: Teardown, services: DrainServices): Promise<void> {
  const { client, clock, events, metrics } = services;
  const { uid } = pod.metadata;
  try {
    await client.evict(parseKey(keyOf(pod)), { uid, signal: target.signal });
  } catch (error) {
    noteRefusal(error, pod, target, services);
    return;
  }
  metrics.termination.evicted(200);
  target.operation.evictions?.set(uid ?? '', { refusals: 0, heldUntil: clock.monotonic() + ACCEPTED_MS });
  const message = `Evicted: node ${pod.spec?.nodeName ?? ''} goes with ${target.owner.kind} ${target.owner.name}`;
  events.record(pod, { type: 'Normal', reason: 'Evicted', message });
  target.logger.info('Pod evicted', { pod: keyOf(pod) });
}

/** Has the pod asked again later when a budget refused. @throws the error when it is no answer about the pod. */
function noteRefusal(error: unknown, pod: Pod, target: Teardown, { clock, metrics, random }: DrainServices): void {
  if (!isApiError(error) || error.code === 0) throw error;
  metrics.termination.evicted(error.code);
  if (isNotFound(error) || isConflict(error)) return; // gone, or its name belongs to another pod
  const reason = refusalOf(error);
  if (reason === undefined) throw error;
  const refusals = (triedOf(target, pod)?.refusals ?? 0) + 1;
  const heldUntil = clock.monotonic() + backoffDelay(refusals, { ...REFUSED, random });
  target.operation.evictions?.set(pod.metadata.uid ?? '', { refusals, heldUntil, reason });
}

/** Why the pod may not be evicted now; undefined when the error is no answer to that. */
function refusalOf(error: {
  readonly code: number;
  readonly message: string;
  readonly causes: Causes;
}): string | undefined {
  if (error.code === 429) return error.causes.map(({ message }) => message).join('; ') || error.message;
  if (!error.message.includes(SEVERAL_BUDGETS)) return undefined;
  return 'several PodDisruptionBudgets select it, with which Kubernetes evicts no pod; leave it one';
}

type Causes = readonly { readonly message?: string }[];

async function remove(pod: Pod, now: number, target: Teardown, { client, events }: DrainServices): Promise<void> {
  const { owner, deadline, signal, logger } = target;
  const gracePeriodSeconds = graceAtRemoval(now, deadline);
  const { uid } = pod.metadata;
  try {
    await client.delete(pods, parseKey(keyOf(pod)), { uid, gracePeriodSeconds, signal });
  } catch (error) {
    if (isNotFound(error) || isConflict(error)) return; // as above
    throw error;
  }
  const message = `Deleted with ${gracePeriodSeconds} s of grace, whatever its budget and annotations say: the termination grace period of ${owner.kind} ${owner.name} ends`;
  events.record(pod, { type: 'Normal', reason: 'Disrupted', message, dedupe: [] });
  logger.warn('Pod removed at the end of the grace period', { pod: keyOf(pod), gracePeriodSeconds });
}

/** Says on the claim which pods hold up the drain, and why. */
function report(plan: DrainPlan, target: Teardown, services: DrainServices): void {
  const blocked = [
    ...plan.evict.map(pod => [keyOf(pod), triedOf(target, pod)?.reason] as const),
    ...plan.spared.map(pod => [keyOf(pod), `it has the annotation ${annotations.doNotDisrupt}`] as const),
  ].filter(([, reason]) => reason !== undefined);
  if (blocked.length === 0) return;
  const message = `Waiting for pods that may not be evicted now: ${named(blocked.map(([key, why]) => `${key} (${why})`))}`;
  services.events.record(target.subject, { type: 'Warning', reason: 'FailedDraining', message });
  target.logger.debug('Drain is held up', { pods: blocked });
}

/** Without reasons: these change from pass to pass, and the message is written to the claim. */
function wording({ waitingFor }: DrainPlan): string {
  return `waiting for ${waitingFor.length} ${waitingFor.length === 1 ? 'pod' : 'pods'} to leave: ${named(waitingFor.map(keyOf))}`;
}

/** The first of the items by name, and how many more there are. */
export function named(items: readonly string[]): string {
  const sorted = items.toSorted((one, other) => one.localeCompare(other));
  const more = sorted.length - NAMED;
  return [...sorted.slice(0, NAMED), ...(more > 0 ? [`${more} more`] : [])].join('; ');
}

function nextLook(plan: DrainPlan, now: number, target: Teardown, { clock }: DrainServices): number {
  const held = plan.evict.map(pod => (triedOf(target, pod)?.heldUntil ?? 0) - clock.monotonic());
  const change = (plan.changesAt ?? Infinity) - now;
  return Math.max(1, Math.min(RECHECK_MS, change, ...held.filter(ms => ms > 0)));
}

function triedOf({ operation }: Teardown, { metadata }: Pod): TriedEviction | undefined {
  return operation.evictions?.get(metadata.uid ?? '');
}
