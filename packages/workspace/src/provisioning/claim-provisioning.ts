import type { Workspace } from '@kaito/crds';
import { keyOf, type Clock } from '@kaito/kube';
import type { Plan } from '@kaito/planner';
import type { Claim } from '../claims/claim.ts';
import type { ClaimKind } from '../claims/claim-kind.ts';
import { RecreationBackoff } from '../claims/recreation-backoff.ts';
import { isSameSize } from '../claims/size.ts';
import type { Observed } from '../observed.ts';
import type { NodeClassRef } from '../render/node-class.ts';
import { ownershipLabels } from '../render/ownership.ts';
import { ChurnBreaker, sayingOpen } from './churn-breaker.ts';
import { ClaimStock } from './claim-stock.ts';
import { claimVerdict } from './claim-verdict.ts';
import { createClaims, deleteClaims, labelNodes } from './claim-writes.ts';
import { msToTurn, soonest } from './look-again.ts';
import { nodeSteps } from './node-steps.ts';
import { shrinkPool } from './pool-writes.ts';
import type { LearntRefusal, Provisioning, ProvisioningTools, Verdict } from './provisioning.ts';
import { releaseNodes, reserveNodes, type Found } from './reservations.ts';
import { areClaimsOurs, takeDown, type TakeDownScope } from './take-down.ts';

/** How soon to look again at a node that was changed while it was to be reserved. */
const conflictMs = 1000;
const nothingFound: Found = { reserved: 0, undecided: 0 };

export interface ClaimProvisioningOptions {
  /** The kind of which claims are made. */
  readonly kind: ClaimKind;
  /** For NodeClaims; gpu-provisioner's class when absent. */
  readonly nodeClass?: NodeClassRef | undefined;
  /** What may be left of an installation that had another provisioner. */
  readonly scope: TakeDownScope;
  readonly clock: Clock;
}

/** Nodes by one claim each, as Machine or NodeClaim: gpu-provisioner's way, and Karpenter's where the class is one of its own. */
export class ClaimProvisioning implements Provisioning {
  readonly name: 'machine' | 'nodeclaim';
  readonly mode = 'auto';
  readonly condition: string;
  readonly #options: ClaimProvisioningOptions;
  readonly #backoff: RecreationBackoff;
  readonly #breaker: ChurnBreaker;
  /** Undefined where others make claims as well. */
  readonly #stock: ClaimStock | undefined;

  constructor(options: ClaimProvisioningOptions) {
    this.name = options.kind.option;
    this.condition = options.kind.workspaceCondition;
    this.#options = options;
    this.#backoff = new RecreationBackoff(options.clock);
    this.#breaker = new ChurnBreaker(options.clock);
    this.#stock = areClaimsOurs(options.scope) ? new ClaimStock(options.scope.kinds) : undefined;
  }

  ownership(workspace: Workspace): Readonly<Record<string, string>> {
    return ownershipLabels(workspace);
  }

  async ensure(observed: Observed, plan: Plan, tools: ProvisioningTools): Promise<number> {
    try {
      return await this.#ensure(observed, plan, tools);
    } catch (error) {
      this.#stock?.doubt();
      throw error;
    }
  }

  async #ensure(observed: Observed, plan: Plan, tools: ProvisioningTools): Promise<number> {
    const { workspace } = observed;
    const key = keyOf(workspace);
    const now = tools.clock.now();
    this.#breaker.observe(key, plan.nodes, ownOfSize(observed, plan));
    const steps = nodeSteps(observed, plan, 'claims', now);
    await labelNodes(observed, this.ownership(workspace), tools);
    const search = { wanted: steps.missing + steps.unlaunched, extraLabels: {} };
    const found = search.wanted > 0 ? await reserveNodes(observed, plan, search, tools) : nothingFound;
    const names = steps.names.slice(0, Math.max(0, steps.missing - found.reserved - found.undecided));
    const backoffMs = await this.#create(observed, plan, names, tools);
    this.#breaker.forgive(
      key,
      steps.remove.map(({ uid }) => uid),
    );
    await deleteClaims(workspace, steps.remove, tools);
    await releaseNodes(workspace, steps.release, tools);
    await shrinkPool(observed, steps.pool.replicas, tools);
    return soonest(backoffMs, found.undecided > 0 ? conflictMs : 0, msToTurn(observed, plan, now));
  }

  refusal({ workspace }: Observed): LearntRefusal | undefined {
    const open = this.#breaker.open(keyOf(workspace));
    return open && { size: open.size, reason: sayingOpen(open) };
  }

  verdict(observed: Observed, plan: Plan): Verdict {
    const { kind, clock } = this.#options;
    const verdict = claimVerdict(observed, plan, kind, clock.now());
    const refusal = verdict.ok ? undefined : this.refusal(observed);
    return refusal === undefined ? verdict : { ...verdict, message: `${verdict.message}; ${refusal.reason}` };
  }

  async beforeTakeDown(tools: ProvisioningTools): Promise<void> {
    await this.#stock?.take(tools);
  }

  async takeDown(observed: Observed, tools: ProvisioningTools): Promise<readonly string[]> {
    const scope = { ...this.#options.scope, caughtUp: this.#stock !== undefined };
    const left = await takeDown(observed, scope, tools);
    if (left.length > 0) return left;
    const key = keyOf(observed.workspace);
    this.#backoff.forget(key);
    this.#breaker.forget(key);
    return left;
  }

  /** @returns milliseconds until a claim may be made that has to wait, because it keeps vanishing; 0 for none */
  async #create(observed: Observed, plan: Plan, names: readonly string[], tools: ProvisioningTools): Promise<number> {
    const { kind, nodeClass } = this.#options;
    const { workspace } = observed;
    const key = keyOf(workspace);
    const waits = names.map(name => this.#backoff.delayMs(key, name));
    const claims = names
      .filter((_, index) => waits[index] === 0)
      .map(name => kind.render(workspace, plan, name, nodeClass));
    await createClaims(workspace, { kind, claims }, tools, name => this.#backoff.created(key, name));
    return soonest(...waits);
  }
}

function ownOfSize({ claims }: Observed, plan: Plan): readonly Claim[] {
  return claims.filter(claim => claim.nodePool === undefined && isSameSize(claim, plan.nodes));
}
