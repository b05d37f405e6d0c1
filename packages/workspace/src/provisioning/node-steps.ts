import type { Plan } from '@kaito/planner';
import type { Claim } from '../claims/claim.ts';
import { claimNames } from '../claims/claim-name.ts';
import type { Observed, ObservedNode } from '../observed.ts';
import { releasable } from './releasable.ts';
import { standsOf, type Stand, type Stands } from './stand.ts';

/** How new nodes are asked for: by claims of our own, or by the size of a NodePool. */
export type Maker = 'claims' | 'pool';

/** What is to be done about the nodes of a workspace. */
export interface NodeSteps {
  /** New nodes that are wanted; nodes that are found count towards them first. */
  readonly missing: number;
  /** Claims that stay and for which there is no machine yet: nodes that are found may take their place. */
  readonly unlaunched: number;
  /** Names for as many new claims as may be made; where a pool makes the nodes there are none. */
  readonly names: readonly string[];
  /** Claims that stand for nothing any more. */
  readonly remove: readonly Claim[];
  /** Reserved nodes that are no longer needed. */
  readonly release: readonly ObservedNode[];
  readonly pool: {
    /** Nodes that the pool is to have, those of an earlier size included. */
    readonly replicas: number;
    /** Of these, nodes that have to stay until the workload has moved. */
    readonly former: number;
  };
}

/**
 * Compares what stands with what the plan wants. Pure and settling: when the steps have been taken, the next comparison asks for
 * nothing. Never more is asked for than the plan wants, beside what stands of an earlier size.
 *
 * What is too much goes only while no pod is there, so that no pod has to move for it: the workload gives the highest ordinals up first.
 */
export function nodeSteps(observed: Observed, plan: Plan, maker: Maker, now: number): NodeSteps {
  const stands = standsOf(observed, plan, now);
  const going = releasable(observed, plan, stands);
  const pooled = poolTarget(stands, plan, maker);
  const own = [...stands.claims, ...stands.reserved];
  const surplus = own.length + pooled - plan.nodes.count;
  const dropped = [...going, ...idleFirst(own).slice(0, Math.max(0, surplus))];
  const missing = missingNodes(stands, plan, maker, pooled);
  const former = stands.former.filter(stand => isPooled(stand) && !going.includes(stand)).length;
  return {
    missing,
    unlaunched: stands.claims.filter(stand => isUnlaunched(stand) && !dropped.includes(stand)).length,
    names: maker === 'claims' ? freeNames(observed, plan).slice(0, missing) : [],
    remove: dropped.flatMap(({ source }) =>
      'claim' in source && source.claim.nodePool === undefined ? [source.claim] : [],
    ),
    release: dropped.flatMap(({ source }) => ('reserved' in source ? [source.reserved] : [])),
    pool: { replicas: pooled + former, former },
  };
}

/** How many nodes of the plan's size the pool is to have: what the others leave over, and never fewer than have pods. */
function poolTarget({ claims, reserved, pooled }: Stands, plan: Plan, maker: Maker): number {
  const rest = Math.max(0, plan.nodes.count - claims.length - reserved.length);
  const target = Math.max(rest, pooled.filter(({ busy }) => busy).length);
  return maker === 'pool' ? target : Math.min(target, pooled.length);
}

function missingNodes({ claims, reserved, pooled }: Stands, plan: Plan, maker: Maker, target: number): number {
  const there = maker === 'pool' ? Math.min(target, pooled.length) : target;
  return Math.max(0, plan.nodes.count - claims.length - reserved.length - there);
}

/** A name whose claim is still being deleted is not free yet; the watch tells when it is. */
function freeNames({ workspace, claims }: Observed, { nodes }: Plan): readonly string[] {
  const taken = new Set(claims.map(({ name }) => name));
  return claimNames(workspace, nodes.count, nodes).filter(name => !taken.has(name));
}

/** Those without pods, in the order in which they may go: what has no machine first, then what is not ready, and claims before nodes that cost nothing more. */
function idleFirst(stands: readonly Stand[]): readonly Stand[] {
  return stands
    .filter(({ busy }) => !busy)
    .toSorted((a, b) => worth(a) - worth(b) || (youngest(a) < youngest(b) ? 1 : -1));
}

function worth(stand: Stand): number {
  if (isUnlaunched(stand)) return 0;
  return (stand.ready ? 4 : 0) + ('reserved' in stand.source ? 2 : 1);
}

function isUnlaunched({ ready, source }: Stand): boolean {
  return 'claim' in source && !ready && source.claim.launchedAt === undefined;
}

/** Of equals the youngest goes first: it has the least behind it. */
function youngest({ name, source }: Stand): string {
  return `${'claim' in source ? (source.claim.createdAt ?? '') : ''} ${name}`;
}

function isPooled({ source }: Stand): boolean {
  return 'claim' in source && source.claim.nodePool !== undefined;
}
