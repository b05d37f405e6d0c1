import { annotations, isFalse, findCondition, workspaceConditions, type Workspace } from '@kaito/crds';
import { keyOf, type Clock } from '@kaito/kube';
import type { Plan } from '@kaito/planner';
import type { Claim } from '../claims/claim.ts';
import { nodeClaimKind } from '../claims/claim-kind.ts';
import type { Observed } from '../observed.ts';
import { nodePoolName, type PoolShape } from '../render/node-pool.ts';
import { karpenterOwnershipLabels } from '../render/ownership.ts';
import { ChurnBreaker, sayingOpen } from './churn-breaker.ts';
import { claimVerdict } from './claim-verdict.ts';
import { deleteClaims, labelNodes } from './claim-writes.ts';
import { msToTurn, soonest } from './look-again.ts';
import { nodeClassOf, type NodeClasses } from './node-classes.ts';
import { nodeSteps, type NodeSteps } from './node-steps.ts';
import { applyPool, ownPool, sayingTaken } from './pool-writes.ts';
import type { LearntRefusal, Provisioning, ProvisioningTools, Verdict } from './provisioning.ts';
import { releaseNodes, reserveNodes } from './reservations.ts';
import { takeDown, type TakeDownScope } from './take-down.ts';

/** How soon to look again at a node that was changed while it was to be reserved. */
const conflictMs = 1000;

export interface KarpenterProvisioningOptions {
  readonly nodeClasses: NodeClasses;
  /** What may be left of an installation that had another provisioner. */
  readonly scope: TakeDownScope;
  readonly clock: Clock;
}

/**
 * Nodes by a NodePool of a fixed size for each workspace, as KAITO has it on Karpenter. While a workload moves to another size, the pool
 * holds the nodes of both; when it shrinks, Karpenter takes nodes without pods first (Karpenter, static NodePools).
 */
export class KarpenterProvisioning implements Provisioning {
  readonly name = 'karpenter';
  readonly mode = 'auto';
  readonly condition = workspaceConditions.nodeClaimReady;
  readonly #options: KarpenterProvisioningOptions;
  readonly #breaker: ChurnBreaker;

  constructor(options: KarpenterProvisioningOptions) {
    this.#options = options;
    this.#breaker = new ChurnBreaker(options.clock);
  }

  ownership(workspace: Workspace): Readonly<Record<string, string>> {
    return karpenterOwnershipLabels(workspace);
  }

  async ensure(observed: Observed, plan: Plan, tools: ProvisioningTools): Promise<number> {
    const { workspace } = observed;
    const nodeClass = nodeClassOf(workspace, this.#options.nodeClasses);
    // A pool that is on its way out cannot be changed; the watch tells when it is gone.
    const isGoing = observed.nodePool?.metadata.deletionTimestamp !== undefined;
    if (!nodeClass || isGoing || isTaken(observed)) return 0;
    const key = keyOf(workspace);
    const now = tools.clock.now();
    this.#watchOut(key, observed, plan, tools);
    const steps = nodeSteps(observed, plan, 'pool', now);
    const found = await this.#reserve(observed, plan, steps, tools);
    const wanted = steps.pool.replicas - found.reserved - found.undecided;
    const replicas = this.#withheld(observed, wanted);
    await labelNodes(observed, this.ownership(workspace), tools);
    await this.#resize(observed, plan, { nodeClass, replicas, holdDrift: steps.pool.former > 0 }, tools);
    await deleteClaims(workspace, steps.remove, tools);
    await releaseNodes(workspace, steps.release, tools);
    const openMs = this.#breaker.open(key)?.waitMs ?? 0;
    return soonest(openMs, found.undecided > 0 ? conflictMs : 0, msToTurn(observed, plan, now));
  }

  refusal({ workspace }: Observed): LearntRefusal | undefined {
    const open = this.#breaker.open(keyOf(workspace));
    return open && { size: open.size, reason: sayingOpen(open) };
  }

  verdict(observed: Observed, plan: Plan): Verdict {
    const { workspace } = observed;
    if (isTaken(observed)) {
      return { ok: false, reason: 'NameTaken', message: sayingTaken(nodePoolName(workspace)) };
    }
    if (!nodeClassOf(workspace, this.#options.nodeClasses)) return { ok: false, ...this.#unknownClass(workspace) };
    const verdict = claimVerdict(observed, plan, nodeClaimKind, this.#options.clock.now());
    if (verdict.ok) return verdict;
    const open = this.#breaker.open(keyOf(workspace));
    if (open)
      return { ok: false, reason: 'CapacityUnavailable', message: `${sayingOpen(open)}; tried again at ${open.until}` };
    return poolTrouble(observed) ?? verdict;
  }

  async takeDown(observed: Observed, tools: ProvisioningTools): Promise<readonly string[]> {
    const left = await takeDown(observed, this.#options.scope, tools);
    if (left.length === 0) this.#breaker.forget(keyOf(observed.workspace));
    return left;
  }

  /** Feeds the breaker, and tells once when it opens. */
  #watchOut(key: string, observed: Observed, plan: Plan, { events, logger }: ProvisioningTools): void {
    const before = this.#breaker.open(key);
    this.#breaker.observe(key, plan.nodes, pooledOf(observed));
    const open = this.#breaker.open(key);
    if (!open || before) return;
    const message = `${sayingOpen(open)}; no more are asked for until ${open.until}`;
    logger.warn('Paused NodePool', { nodePool: nodePoolName(observed.workspace), until: open.until });
    events.record(observed.workspace, { type: 'Warning', reason: 'CapacityUnavailable', message });
  }

  /** Only where the pool would have to grow: nodes that Karpenter has made already stay. */
  #reserve(
    observed: Observed,
    plan: Plan,
    steps: NodeSteps,
    tools: ProvisioningTools,
  ): ReturnType<typeof reserveNodes> {
    const growth = steps.pool.replicas - (ownPool(observed)?.spec?.replicas ?? 0);
    const wanted = Math.max(0, Math.min(growth, steps.missing));
    return reserveNodes(observed, plan, { wanted, extraLabels: this.ownership(observed.workspace) }, tools);
  }

  async #resize(observed: Observed, plan: Plan, shape: PoolShape, tools: ProvisioningTools): Promise<void> {
    const pool = ownPool(observed);
    if (!pool && shape.replicas === 0) return;
    if (shape.replicas < (pool?.spec?.replicas ?? 0)) {
      // Karpenter is about to delete claims because we say so: that is no sign of want.
      const uids = pooledOf(observed).map(({ uid }) => uid);
      this.#breaker.forgive(keyOf(observed.workspace), uids);
    }
    await applyPool(observed, plan, shape, tools);
  }

  /** The size that the pool gets: while the breaker is open no more than has been had. */
  #withheld(observed: Observed, wanted: number): number {
    if (!this.#breaker.open(keyOf(observed.workspace))) return wanted;
    const had = pooledOf(observed).filter(({ launchedAt, deleting }) => launchedAt !== undefined && !deleting);
    return Math.min(wanted, had.length);
  }

  #unknownClass({ metadata }: Workspace): Pick<Verdict, 'reason' | 'message'> {
    const key = annotations.nodeClassName;
    const known = this.#options.nodeClasses.classes.map(({ name }) => name).join(', ');
    const message = `annotation ${key} names "${metadata.annotations?.[key]}", which is not configured: use one of ${known}, or leave it out`;
    return { reason: 'NodeClassUnknown', message };
  }
}

function pooledOf({ claims }: Observed): readonly Claim[] {
  return claims.filter(({ nodePool }) => nodePool !== undefined);
}

/** Whether a pool of the workspace's name is somebody else's. */
function isTaken(observed: Observed): boolean {
  return (
    observed.nodePool?.metadata.deletionTimestamp === undefined && observed.nodePool !== undefined && !ownPool(observed)
  );
}

/** What Karpenter says about a pool for which it makes no claims, such as a node class that is not ready. */
function poolTrouble(observed: Observed): Verdict | undefined {
  const pool = ownPool(observed);
  if (!pool || pooledOf(observed).length > 0 || !isFalse(pool, 'Ready')) return undefined;
  const { reason, message } = findCondition(pool, 'Ready') ?? {};
  return {
    ok: false,
    reason: reason || 'NodePoolNotReady',
    message: `NodePool ${pool.metadata.name} is not ready: ${message || reason || 'Karpenter does not say why'}`,
  };
}
