import { finalizers, labels, taints } from '@kaito/crds';
import {
  ignoreNotFound,
  isNotFound,
  isTooManyRequests,
  keyOf,
  nodes,
  parseKey,
  pods as podResource,
} from '@kaito/kube';
import type { Logger, Node, Pod } from '@kaito/kube';
import type { ClaimObject, Owner } from '../../claims/claim.ts';
import type { Operation } from '../../pools/operations.ts';
import { drainPlan } from './drain.ts';
import type { Services } from './pass.ts';
import { patchNode } from './node-patch.ts';
import { removePool } from './pool-removal.ts';
import { isSame } from './registration.ts';

/** What is to be taken down: the machine of a claim, or of a claim that is no more and left its node behind. */
export interface Teardown {
  readonly owner: Owner;
  readonly pool: string;
  readonly operation: Operation;
  /** Nodes that name the owner and carry our finalizer. */
  readonly nodes: readonly Node[];
  readonly podsOn: (node: string) => readonly Pod[];
  /** When the drain is forced, in epoch milliseconds. */
  readonly deadline: number | undefined;
  /** Where Events go: the claim, or what is left of it. */
  readonly subject: ClaimObject | Node;
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/** `gone`: nothing of the machine is left. Otherwise why not, and when to look again even if nothing changes. */
export type TeardownResult = { readonly gone: true } | { readonly gone: false; readonly requeueAfterMs?: number };

/** A budget that forbids evictions is asked again at this pace (Karpenter asks each second at first, then slower). */
const DRAIN_RECHECK_MS = 1000;
const DRAIN_RECHECK_MAX_MS = 10_000;

/** Takes a machine down, as far as it goes in one pass: nodes deleted, drained, the pool removed, then the nodes let go. */
export async function tearDown(target: Teardown, services: Services): Promise<TeardownResult> {
  await Promise.all(target.nodes.map(node => startLeaving(node, target, services)));
  const drained = await drainAll(target, services);
  if (!drained.gone) return drained;
  const removed = await removePool(target, services);
  if (!removed.gone) return removed;
  for (const node of target.nodes) {
    await patchNode(services.client, node, { removeFinalizer: finalizers.termination }, target.signal);
    target.logger.info('Node let go', { node: node.metadata.name, pool: target.pool });
  }
  return { gone: true };
}

/** Keeps new pods and balancers away from the node and deletes it; our finalizer holds it until the machine is gone. */
async function startLeaving(node: Node, target: Teardown, { client }: Services): Promise<void> {
  const { operation, signal, logger } = target;
  const { name, uid = '', deletionTimestamp } = node.metadata;
  const present = node.spec?.taints ?? [];
  const marked = present.some(taint => isSame(taint, taints.disrupted));
  const change = {
    labels: { [labels.excludeFromLoadBalancers]: 'karpenter' },
    taints: marked ? present : [...present, taints.disrupted],
  };
  await patchNode(client, node, change, signal);
  if (deletionTimestamp || operation.deletedNodes.has(uid)) return;
  await ignoreNotFound(client.delete(nodes, { name }, { uid, signal }));
  operation.deletedNodes.add(uid);
  logger.info('Node deleted', { node: name });
}

async function drainAll(target: Teardown, services: Services): Promise<TeardownResult> {
  const now = services.clock.now();
  const pods = target.nodes.flatMap(({ metadata }) => target.podsOn(metadata.name));
  const plan = drainPlan(pods, now, target.deadline);
  if (plan.waitingFor.length === 0) return { gone: true };
  const refusals = await Promise.all(plan.evict.map(pod => evict(pod, target, services)));
  await Promise.all(plan.remove.map(pod => remove(pod, now, target, services)));
  const blocked = refusals.filter(refusal => refusal !== undefined);
  if (blocked.length > 0) {
    const message = `Waiting for pods that may not be evicted now: ${blocked.join('; ')}`;
    services.events.record(target.subject, { type: 'Warning', reason: 'FailedDraining', message });
  }
  target.logger.debug('Draining', { pods: plan.waitingFor.map(keyOf) });
  const since = Math.min(...target.nodes.map(({ metadata }) => Date.parse(metadata.deletionTimestamp ?? '') || now));
  const pace = Math.min(DRAIN_RECHECK_MAX_MS, Math.max(DRAIN_RECHECK_MS, (now - since) / 10));
  return { gone: false, requeueAfterMs: pace };
}

/** @returns why the pod may not be evicted now; undefined when it leaves or is gone. */
async function evict(pod: Pod, { signal, logger }: Teardown, { client }: Services): Promise<string | undefined> {
  try {
    await client.evict(parseKey(keyOf(pod)), { uid: pod.metadata.uid, signal });
    logger.info('Pod evicted', { pod: keyOf(pod) });
    return undefined;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    if (isTooManyRequests(error)) return `${keyOf(pod)} (${error.message})`;
    throw error;
  }
}

async function remove(
  pod: Pod,
  now: number,
  { deadline, signal, logger }: Teardown,
  { client }: Services,
): Promise<void> {
  const gracePeriodSeconds = Math.max(0, Math.ceil(((deadline ?? now) - now) / 1000));
  const { uid } = pod.metadata;
  await ignoreNotFound(client.delete(podResource, parseKey(keyOf(pod)), { uid, gracePeriodSeconds, signal }));
  logger.warn('Pod removed at the end of the grace period', { pod: keyOf(pod), gracePeriodSeconds });
}
