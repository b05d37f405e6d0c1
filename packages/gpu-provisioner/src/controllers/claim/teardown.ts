import { finalizers, labels, nodeClaimReasons, taints } from '@kaito/crds';
import { ignoreNotFound, nodes } from '@kaito/kube';
import type { Node } from '@kaito/kube';
import { timeOf } from '../../claims/claim.ts';
import type { Ending, Step } from '../../claims/claim.ts';
import { sightPool } from '../../pools/pool-sighting.ts';
import type { PoolSighting } from '../../pools/pool-sighting.ts';
import { drain } from './eviction.ts';
import { patchNode } from './node-patch.ts';
import { hasFinalizer } from './observed-nodes.ts';
import type { Occupants } from './occupants.ts';
import type { Services } from './pass.ts';
import { removePool } from './pool-removal.ts';
import type { Removal } from './pool-removal.ts';
import { awaitVolumes } from './volumes.ts';

/** What is to be taken down: the machine of a claim, or of a claim that is no more and left its node behind. */
export interface Teardown extends Removal, Occupants {
  /** The nodes of the machine. Those with our finalizer are deleted and held until it is gone; others are only drained. */
  readonly nodes: readonly Node[];
  /** When the drain is forced, in epoch milliseconds. */
  readonly deadline: number | undefined;
}

/** `gone`: nothing of the machine is left. Otherwise when to look again even if nothing changes. */
export interface TeardownResult {
  readonly gone: boolean;
  readonly requeueAfterMs?: number;
  readonly ending: Ending;
}

/** A kubelet that is silent for so long is not waited for: Kubernetes itself gives up its pods then (DefaultTolerationSeconds). */
const SILENT_MS = 300_000;

const done: Step = { state: 'done' };
const unchanged: Step = { state: 'unchanged' };
const unstarted: Step = { state: 'unstarted' };

/**
 * Takes a machine down, as far as it goes in one pass: nodes deleted, drained, volumes detached, the pool removed, then the
 * nodes let go. Each step is taken again from what is observed, so it may be cut short anywhere.
 * @throws ApiError of the first call to the API server that failed
 */
export async function tearDown(target: Teardown, services: Services): Promise<TeardownResult> {
  const { poller, clock } = services;
  const sighting = sightPool(poller.latest, target, clock.monotonic());
  const past = isPastDraining(target, sighting, clock.now());
  await Promise.all(target.nodes.map(node => startLeaving(node, target, services)));
  const emptied = past || target.nodes.length === 0 ? passed(past) : await empty(target, services);
  if (!emptied.over) return { gone: false, ...emptied };
  const removed = await removePool(target, services);
  const instanceTerminating = removed.gone || isGoing(target, sighting) ? done : unchanged;
  const ending = { ...emptied.ending, instanceTerminating };
  if (!removed.gone) return { ...removed, ending };
  for (const node of target.nodes.filter(hasFinalizer)) await letGo(node, target, services);
  return { gone: true, ending };
}

/**
 * Whether pods cannot be asked to leave any more: the machine goes already, or is gone. A node that is Ready still has a
 * kubelet, whatever Azure says of its pool (the Kubernetes node lifecycle controller judges likewise).
 */
function isPastDraining(
  { nodes: standing, operation }: Pick<Teardown, 'nodes' | 'operation'>,
  sighting: PoolSighting,
  now: number,
): boolean {
  if (isGoing({ operation }, sighting)) return true;
  const poolIsGone = sighting.state === 'absent' || sighting.state === 'foreign';
  return standing.every(node => (poolIsGone && readiness(node)?.status !== 'True') || isSilent(node, now));
}

/** Whether a deletion of the pool has been accepted, by this process or before it. */
function isGoing({ operation }: Pick<Teardown, 'operation'>, sighting: PoolSighting): boolean {
  if (operation.deleted) return true;
  return sighting.state === 'ours' && sighting.pool.provisioningState === 'Deleting';
}

function isSilent(node: Node, now: number): boolean {
  const ready = readiness(node);
  return ready?.status === 'Unknown' && now - (timeOf(ready.lastTransitionTime) ?? now) > SILENT_MS;
}

type NodeCondition = NonNullable<NonNullable<Node['status']>['conditions']>[number];

function readiness({ status }: Node): NodeCondition | undefined {
  return status?.conditions?.find(({ type }) => type === 'Ready');
}

/** How far the nodes are from being empty. */
type Emptied = { readonly over: boolean; readonly requeueAfterMs?: number; readonly ending: Ending };

/** What was drained before the machine began to go has been reported; where nothing stood there is nothing to report. */
function passed(leaving: boolean): Emptied {
  const step = leaving ? unchanged : unstarted;
  return { over: true, ending: { drained: step, volumesDetached: step, instanceTerminating: step } };
}

/** Drains the nodes, then waits for their volumes. */
async function empty(target: Teardown, services: Services): Promise<Emptied> {
  const ahead: Ending = { drained: done, volumesDetached: unstarted, instanceTerminating: unstarted };
  const outcome = await drain(target, services);
  if (!outcome.drained) {
    const { message, requeueAfterMs } = outcome;
    const drained: Step = { state: 'waiting', reason: nodeClaimReasons.draining, message };
    return { over: false, requeueAfterMs, ending: { ...ahead, drained } };
  }
  const { step, requeueAfterMs } = await awaitVolumes(target, services);
  const ending = { ...ahead, volumesDetached: step };
  const waits = requeueAfterMs !== undefined && { requeueAfterMs };
  return { over: step.state !== 'waiting', ...waits, ending };
}

/** Keeps new pods and balancers away from the node, and deletes it if our finalizer holds it until the machine is gone. */
async function startLeaving(node: Node, target: Teardown, { client, events }: Services): Promise<void> {
  const { owner, operation, subject, signal, logger } = target;
  const { name, uid = '', deletionTimestamp } = node.metadata;
  const kept = (node.spec?.taints ?? []).filter(({ key }) => key !== taints.disrupted.key);
  const change = {
    labels: { [labels.excludeFromLoadBalancers]: 'karpenter' },
    taints: isTainted(node) ? (node.spec?.taints ?? []) : [...kept, taints.disrupted],
  };
  await patchNode(client, node, change, signal);
  if (deletionTimestamp || !hasFinalizer(node) || operation.deletedNodes.has(uid)) return;
  await ignoreNotFound(client.delete(nodes, { name }, { uid, signal }));
  operation.deletedNodes.add(uid);
  const message = `Node ${name} is drained and goes with ${owner.kind} ${owner.name}`;
  events.record(subject, { type: 'Normal', reason: 'Draining', message });
  logger.info('Node deleted', { node: name });
}

function isTainted({ spec }: Node): boolean {
  const { key, effect } = taints.disrupted;
  return (spec?.taints ?? []).some(taint => taint.key === key && taint.effect === effect);
}

/** The machine is gone: nothing keeps its node any more. */
async function letGo(node: Node, { pool, signal, logger }: Teardown, services: Services): Promise<void> {
  const left = await patchNode(services.client, node, { removeFinalizer: finalizers.termination }, signal);
  if (left !== undefined) services.metrics.termination.nodeTerminated(node, services.clock.now());
  logger.info('Node let go', { node: node.metadata.name, pool });
}
