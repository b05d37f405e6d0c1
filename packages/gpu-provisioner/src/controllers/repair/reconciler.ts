import type { Cluster } from '@kaito/azure';
import { isAzureError } from '@kaito/azure';
import { annotations } from '@kaito/crds';
import { ignoreNotFound, patchMetadata } from '@kaito/kube';
import type { Client, Clock, EventRecorder, Node, ReconcileContext, Result } from '@kaito/kube';
import { timeOf } from '../../claims/claim.ts';
import type { Claim, Dialect } from '../../claims/claim.ts';
import { dialects } from '../../claims/dialects.ts';
import type { PoolPoller } from '../../pools/pool-poller.ts';
import { ownersOf, poolOf } from '../claim/observed-nodes.ts';
import { clusterHold, clusterUnread } from '../garbage-collection/holds.ts';
import { hasServed } from '../fleet.ts';
import type { FleetCaches } from '../fleet.ts';
import { excuseOf } from '../../pools/pool-excuse.ts';
import { ailmentsOf, decideRepair } from './repair-decision.ts';
import type { Ailment, FleetHealth, RepairDecision, RepairTerms } from './repair-decision.ts';
import type { RepairMetrics } from './repair-metrics.ts';

export interface RepairServices {
  readonly client: Client;
  readonly caches: FleetCaches;
  readonly poller: Pick<PoolPoller, 'latest'>;
  readonly cluster: Cluster;
  readonly events: Pick<EventRecorder, 'record'>;
  readonly metrics: RepairMetrics;
  readonly clock: Clock;
}

/** How soon a blocked repair is looked at again (Karpenter). */
const BLOCKED_RECHECK_MS = 300_000;
/** How soon a repair is looked at again that Azure's own work stands against. */
const EXCUSED_RECHECK_MS = 60_000;

/** Replaces a node that stays unhealthy, by deleting its claim: the drain respects disruption budgets, the maker of the claim makes another. */
export class NodeRepair {
  readonly #services: RepairServices;
  readonly #terms: RepairTerms;
  readonly #startedAt: number;
  /** Names of nodes and when (epoch milliseconds) something excused their state last. */
  readonly #excusedAt = new Map<string, number>();

  constructor(services: RepairServices, terms: RepairTerms) {
    this.#services = services;
    this.#terms = terms;
    this.#startedAt = services.clock.now();
  }

  /** @throws ApiError of a write that failed */
  async reconcile(name: string, context: ReconcileContext): Promise<Result | void> {
    const node = this.#services.caches.nodes.get(name);
    const decision = this.#decide(node);
    if (decision.do === 'nothing') this.#excusedAt.delete(name);
    if (!node || decision.do === 'nothing') return undefined;
    if (decision.do === 'wait') return { requeueAfterMs: decision.ms };
    if (decision.do === 'block') return this.#block(node, decision, context);
    return await this.#repair(node, decision.ailment, context);
  }

  #decide(node: Node | undefined): RepairDecision {
    if (!node || !hasServed(node) || node.metadata.deletionTimestamp) return { do: 'nothing' };
    const patientSince = this.#excusedAt.get(node.metadata.name) ?? this.#startedAt;
    return decideRepair(node, this.#fleet(), this.#terms, { now: this.#services.clock.now(), patientSince });
  }

  /** Nodes that are being repaired still count: they keep the next ones waiting. */
  #fleet(): FleetHealth {
    const ours = this.#services.caches.nodes.list().filter(hasServed);
    return { total: ours.length, unhealthy: ours.filter(node => ailmentsOf(node).length > 0).length };
  }

  #block(
    node: Node,
    { ailment, dueInMs, allowed }: Extract<RepairDecision, { do: 'block' }>,
    { logger }: ReconcileContext,
  ): Result {
    const { metrics, events } = this.#services;
    this.#excuse(node);
    if (dueInMs > 0) return { requeueAfterMs: Math.min(dueInMs, BLOCKED_RECHECK_MS) };
    const { unhealthy, total } = this.#fleet();
    const message = `${unhealthy} of ${total} nodes are unhealthy and at most ${allowed} may be: this looks like an outage, nothing is repaired`;
    metrics.blocked(ailment);
    events.record(node, { type: 'Warning', reason: 'NodeRepairBlocked', message, dedupe: [] });
    logger.warn('Node repair is blocked', { condition: ailment.condition, unhealthy, total, allowed });
    return { requeueAfterMs: BLOCKED_RECHECK_MS };
  }

  async #repair(node: Node, ailment: Ailment, context: ReconcileContext): Promise<Result | void> {
    const found = this.#claimOf(node);
    if (!found || found.claim.deletedAt !== undefined) return undefined;
    const excuse = excuseOf(this.#poolOf(node)) ?? (await this.#clusterExcuse(context.signal));
    if (excuse !== undefined) {
      this.#excuse(node);
      context.logger.info('Node repair waits', { excuse });
      return { requeueAfterMs: EXCUSED_RECHECK_MS };
    }
    await this.#replace(node, ailment, found, context);
    return undefined;
  }

  #poolOf(node: Node): ReturnType<NonNullable<PoolPoller['latest']>['pools']['get']> {
    return this.#services.poller.latest?.pools.get(poolOf(node) ?? '');
  }

  /** From now on the node has the whole toleration again. */
  #excuse({ metadata }: Node): void {
    this.#excusedAt.set(metadata.name, this.#services.clock.now());
  }

  #claimOf(node: Node): { readonly claim: Claim; readonly dialect: Dialect } | undefined {
    for (const { kind, name, uid } of ownersOf(node)) {
      const dialect = dialects[kind === 'Machine' ? 'Machine' : 'NodeClaim'];
      const object = this.#services.caches.claims[dialect.kind].get(name);
      if (object && object.metadata.uid === uid && dialect.isOurs(object))
        return { claim: dialect.view(object), dialect };
    }
    return undefined;
  }

  /** A node of a cluster that is stopped or starting is not ill. One read of the cluster for each repair. */
  async #clusterExcuse(signal: AbortSignal): Promise<string | undefined> {
    try {
      return clusterHold(await this.#services.cluster.get({ signal }), [])?.message;
    } catch (error) {
      if (signal.aborted || !isAzureError(error)) throw error;
      return clusterUnread(error).message;
    }
  }

  async #replace(
    node: Node,
    ailment: Ailment,
    { claim, dialect }: { readonly claim: Claim; readonly dialect: Dialect },
    { signal, logger }: ReconcileContext,
  ): Promise<void> {
    const { client, events, metrics } = this.#services;
    const { condition, status, reason, message } = ailment;
    const { name } = node.metadata;
    await this.#limitDrain(claim, dialect, signal);
    await ignoreNotFound(client.delete(dialect.resource, { name: claim.name }, { uid: claim.uid, signal }));
    const why = [reason, message].filter(Boolean).join(': ');
    const text = `Node ${name} has had ${condition}=${status} for too long${why && ` (${why})`}: it is replaced`;
    for (const object of [node, claim.object]) {
      events.record(object, { type: 'Warning', reason: 'NodeRepair', message: text });
    }
    metrics.repaired(claim, ailment);
    logger.warn('Claim of an unhealthy node deleted', {
      node: name,
      kind: claim.kind,
      claim: claim.name,
      condition,
      status,
    });
  }

  /** Writes down when the drain is forced, where that was asked for; never later than the claim's own terms say. */
  async #limitDrain(claim: Claim, dialect: Dialect, signal: AbortSignal): Promise<void> {
    const { drainTimeoutMs } = this.#terms;
    if (drainTimeoutMs === undefined) return;
    const now = this.#services.clock.now();
    const written = timeOf(claim.annotations[annotations.terminationTimestamp]) ?? Infinity;
    const end = Math.min(now + drainTimeoutMs, now + (claim.gracePeriodMs ?? Infinity), written);
    const timestamp = new Date(end).toISOString().replace(/\.\d+Z$/, 'Z');
    const change = { annotations: { [annotations.terminationTimestamp]: timestamp } };
    await ignoreNotFound(patchMetadata(this.#services.client, dialect.resource, claim.object, change, { signal }));
  }
}
