import { findCondition } from '@kaito/crds';
import type { Node, Pod } from '@kaito/kube';
import type { Plan } from '@kaito/planner';
import type { Claim } from '../claims/claim.ts';
import { isSameSize } from '../claims/size.ts';
import { nodeFacts } from '../nodes/node-progress.ts';
import { isPlannedSize } from '../nodes/planned-size.ts';
import type { Observed, ObservedNode } from '../observed.ts';

/**
 * A reserved node that is not ready keeps its place for this long: a kubelet that restarts must not make anybody buy a machine. After
 * that it counts as lost.
 */
export const lostAfterMs = 10 * 60_000;

/** Something that stands for one node of a workspace: a claim with the node that it became, or a reserved node. */
export interface Stand {
  readonly name: string;
  readonly source: { readonly claim: Claim } | { readonly reserved: ObservedNode };
  readonly nodeName: string | undefined;
  /** Its node can take pods of the plan. */
  readonly ready: boolean;
  /** Pods of the workspace are on its node. */
  readonly busy: boolean;
}

/** What stands for the nodes of a workspace, by name; nothing that is on its way out. */
export interface Stands {
  /** Claims by themselves, of the plan's size. */
  readonly claims: readonly Stand[];
  /** Claims of the workspace's NodePool, of the plan's size. */
  readonly pooled: readonly Stand[];
  /** Nodes that were found and reserved, and fit the plan. */
  readonly reserved: readonly Stand[];
  /** Whatever is of another size: of an earlier plan, or of a rung that was left behind; and reserved nodes that were lost. */
  readonly former: readonly Stand[];
}

/** Sorts what there is of a workspace by what it stands for. A claim that names no instance type is nobody's concern here. */
export function standsOf(observed: Observed, plan: Plan, now: number): Stands {
  const occupied = occupiedNodes(observed);
  const nodes = new Map(observed.nodes.map(({ node }) => [node.metadata.name, node]));
  const alive = observed.claims.filter(({ deleting, instanceType }) => !deleting && instanceType !== undefined);
  const stands = alive.map(claim => ({
    claim,
    stand: standOf(claim, nodes.get(claim.nodeName ?? ''), plan, occupied),
  }));
  const isCurrent = ({ claim }: { readonly claim: Claim }): boolean => isSameSize(claim, plan.nodes);
  const current = stands.filter(isCurrent);
  const found = observed.nodes.filter(({ tie }) => tie === 'reserved');
  const keeps = (entry: ObservedNode): boolean => isPlannedSize(entry.node, plan) && !isLost(entry.node, now);
  const reservedStand = (entry: ObservedNode): Stand => reservedStandOf(entry, plan, occupied);
  return {
    claims: current.filter(({ claim }) => claim.nodePool === undefined).map(({ stand }) => stand),
    pooled: current.filter(({ claim }) => claim.nodePool !== undefined).map(({ stand }) => stand),
    reserved: found.filter(keeps).map(reservedStand),
    former: [
      ...stands.filter(entry => !isCurrent(entry)).map(({ stand }) => stand),
      ...found.filter(entry => !keeps(entry)).map(reservedStand),
    ],
  };
}

/** Milliseconds until a reserved node that is not ready counts as lost; 0 when none is on its way there. */
export function msToLoss({ nodes }: Observed, now: number): number {
  const waits = nodes
    .filter(({ node, tie }) => tie === 'reserved' && !isLost(node, now))
    .flatMap(({ node }) => unreadySince(node) ?? [])
    .map(since => since + lostAfterMs - now);
  return waits.length > 0 ? Math.max(1, Math.min(...waits)) : 0;
}

/** The names of the nodes on which pods of the workspace are. A pod that is going and whose node no longer answers is not there. */
export function occupiedNodes({ pods, nodes }: Observed): ReadonlySet<string> {
  const silent = new Set(
    nodes.filter(({ node }) => unreadySince(node) !== undefined).map(({ node }) => node.metadata.name),
  );
  return new Set(pods.flatMap(pod => (isThere(pod, silent) ? (pod.spec?.nodeName ?? []) : [])));
}

function isThere({ metadata, spec, status }: Pod, silent: ReadonlySet<string>): boolean {
  const hasEnded = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return !hasEnded && !(metadata.deletionTimestamp !== undefined && silent.has(spec?.nodeName ?? ''));
}

function standOf(claim: Claim, node: Node | undefined, plan: Plan, occupied: ReadonlySet<string>): Stand {
  const { name, nodeName } = claim;
  const ready = claim.ready && node !== undefined && canWork(node, plan);
  return { name, source: { claim }, nodeName, ready, busy: occupied.has(nodeName ?? '') };
}

function reservedStandOf(reserved: ObservedNode, plan: Plan, occupied: ReadonlySet<string>): Stand {
  const { name } = reserved.node.metadata;
  const ready = canWork(reserved.node, plan);
  return { name, source: { reserved }, nodeName: name, ready, busy: occupied.has(name) };
}

function canWork(node: Node, plan: Plan): boolean {
  const { ready, gpus } = nodeFacts(node, plan);
  return ready && gpus >= plan.nodes.gpus;
}

function isLost(node: Node, now: number): boolean {
  const since = unreadySince(node);
  return node.metadata.deletionTimestamp !== undefined || (since !== undefined && now - since >= lostAfterMs);
}

/** When a node ceased to be ready, in milliseconds since the epoch; undefined while it is. */
function unreadySince(node: Node): number | undefined {
  const condition = findCondition(node, 'Ready');
  if (condition?.status === 'True') return undefined;
  const since = Date.parse(condition?.lastTransitionTime ?? node.metadata.creationTimestamp ?? '');
  return Number.isNaN(since) ? 0 : since;
}
