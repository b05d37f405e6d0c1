import { isAzureError } from '@kaito/azure';
import { isApiError } from '@kaito/kube';
import type { EventRecorder, KubeObject, Logger, Result } from '@kaito/kube';
import { collect } from './collect.ts';
import type { Collection } from './collect.ts';
import type { CollectionMetrics } from './collection-metrics.ts';
import { gather } from './evidence.ts';
import type { Evidence, EvidenceSources } from './evidence.ts';
import { HoldNotices } from './hold-notices.ts';
import type { Hold } from './holds.ts';
import { Sightings } from './sightings.ts';
import { confirmClaim, confirmPool, readCluster } from './strong-reads.ts';
import type { StrongSources } from './strong-reads.ts';
import type { ClaimSuspect, PoolSuspect } from './suspects.ts';
import { takeDownClaim, takeDownPool } from './take-down.ts';
import type { TakeDownContext, TakeDownServices } from './take-down.ts';
import type { CollectionTerms } from './terms.ts';

export type CollectorServices = EvidenceSources &
  StrongSources &
  TakeDownServices & { readonly events: Pick<EventRecorder, 'record'>; readonly metrics: CollectionMetrics };

type Suspect = PoolSuspect | ClaimSuspect;

/**
 * Finds agent pools whose claim is gone and claims whose machine is gone, and takes them down. The evidence at hand only
 * makes suspects; who has been one for long enough, with no hold in force, is asked about at the source before anything is
 * deleted. While there is no such suspect it sends no request.
 */
export class GarbageCollector {
  readonly #services: CollectorServices;
  readonly #terms: CollectionTerms;
  readonly #sightings = new Sightings();
  readonly #notices: HoldNotices;
  /** What the cluster's state, when it was last read, demanded. */
  #clusterHold: Hold | undefined;
  /** Keys of what was reported and is not to be reported again while it lasts. */
  #reported: ReadonlySet<string> = new Set();

  constructor(services: CollectorServices, terms: CollectionTerms) {
    this.#services = services;
    this.#terms = terms;
    this.#notices = new HoldNotices(services);
  }

  /**
   * One round. A refusal of Azure or of the API server is logged, and tried again in the next round.
   * @returns when the next round is due
   */
  async sweep(context: TakeDownContext): Promise<Result> {
    const evidence = gather(this.#services);
    const collection = this.#judge(evidence);
    const holds = await this.#holdsOn(collection, context.signal);
    this.#notices.report(holds, concernedBy(collection, evidence), context.logger);
    this.#reportStrays(evidence.strays, context.logger);
    const inPeaceMs = await this.#settleAll(allowedBy(holds, collection), context);
    return {
      requeueAfterMs: Math.max(this.#terms.intervalMs, inPeaceMs, ...holds.map(hold => hold.retryAfterMs ?? 0)),
    };
  }

  /** One after the other, until Azure says that it is enough. @returns how long it wants to be left in peace, in milliseconds */
  async #settleAll(suspects: readonly Suspect[], context: TakeDownContext): Promise<number> {
    for (const suspect of suspects) {
      const inPeaceMs = await this.#settle(suspect, context);
      if (inPeaceMs > 0) return inPeaceMs;
    }
    return 0;
  }

  #judge(evidence: Evidence): Collection {
    const { metrics } = this.#services;
    const collection = collect(evidence, key => this.#sightings.of(key), this.#terms);
    const { pools, claims } = collection;
    metrics.candidates('pool', pools.length);
    metrics.candidates('claim', claims.length);
    metrics.candidates('untagged_pool', evidence.strays.length);
    const keys = [...pools, ...claims].map(({ key }) => key);
    const { snapshot, monotonic } = evidence;
    if (snapshot) this.#sightings.update(keys, { at: monotonic, askedAt: snapshot.askedAt });
    this.#reported = new Set([...this.#reported].filter(key => keys.includes(key) || evidence.strays.includes(key)));
    return collection;
  }

  /** All holds in force. The cluster is asked only when something would be deleted, or to see whether its hold still stands. */
  async #holdsOn({ holds, ripe, pools, claims }: Collection, signal: AbortSignal): Promise<readonly Hold[]> {
    if (holds.some(({ stops }) => stops === 'everything')) return holds;
    const suspects = pools.length + claims.length;
    const inQuestion = ripe.pools.length + ripe.claims.length > 0 || (this.#clusterHold && suspects > 0);
    const { caches } = this.#services;
    const providerIds = caches.nodes.list().flatMap(({ spec }) => spec?.providerID ?? []);
    this.#clusterHold = inQuestion ? await readCluster(this.#services, providerIds, signal) : undefined;
    if (!this.#clusterHold) return holds;
    // What was seen while the cluster was not in order proves nothing afterwards.
    if (this.#clusterHold.reason !== 'ClusterUnread') this.#sightings.forget();
    return [...holds, this.#clusterHold];
  }

  /** @returns how long Azure, or the API server, wants to be left in peace, in milliseconds */
  async #settle(suspect: Suspect, context: TakeDownContext): Promise<number> {
    const { signal, logger } = context;
    try {
      if (suspect.object === 'pool') await this.#settlePool(suspect, context);
      else await this.#settleClaim(suspect, context);
      return 0;
    } catch (error) {
      if (signal.aborted || !(isAzureError(error) || isApiError(error))) throw error;
      const about = { object: suspect.object, name: nameOf(suspect) };
      logger.warn('Garbage collection failed and is tried again', { ...about, error });
      for (const object of subjectsOf(suspect)) {
        const message = `Removing what is left over failed: ${error.message}`;
        this.#services.events.record(object, { type: 'Warning', reason: 'GarbageCollectionFailed', message });
      }
      return error.retryAfterMs ?? 0;
    }
  }

  async #settlePool(suspect: PoolSuspect, context: TakeDownContext): Promise<void> {
    const pool = await confirmPool(suspect, this.#services, context.signal);
    if (!pool || this.#isRehearsal(suspect, context.logger)) return;
    await takeDownPool(suspect, pool, this.#services, context);
  }

  async #settleClaim(suspect: ClaimSuspect, context: TakeDownContext): Promise<void> {
    const confirmed = await confirmClaim(suspect, this.#services, context.signal);
    if (!confirmed || this.#isRehearsal(suspect, context.logger)) return;
    await takeDownClaim(suspect, this.#services, context);
  }

  #isRehearsal(suspect: Suspect, logger: Logger): boolean {
    if (!this.#terms.dryRun) return false;
    if (this.#isNews(suspect.key)) {
      const about = { object: suspect.object, name: nameOf(suspect) };
      logger.warn('Garbage collection would remove this; it is set to a dry run', about);
    }
    return true;
  }

  /** Nothing proves that a pool without tags was made by a provisioner: people decide about it. */
  #reportStrays(strays: readonly string[], logger: Logger): void {
    for (const pool of strays.filter(name => this.#isNews(name))) {
      logger.warn('Agent pool looks like one of KAITO without a claim, and is left alone as it has no tags of ours', {
        pool,
      });
    }
  }

  #isNews(key: string): boolean {
    const news = !this.#reported.has(key);
    this.#reported = new Set([...this.#reported, key]);
    return news;
  }
}

/** Of the suspects that are ripe, those about which no hold says otherwise. */
function allowedBy(holds: readonly Hold[], { ripe }: Collection): readonly Suspect[] {
  if (holds.some(({ stops }) => stops === 'everything')) return [];
  return holds.length > 0 ? ripe.pools : [...ripe.pools, ...ripe.claims];
}

function nameOf(suspect: Suspect): string {
  return suspect.object === 'pool' ? suspect.pool.name : suspect.claim.name;
}

/** Where Events about a suspect go; a pool has only its nodes. */
function subjectsOf(suspect: Suspect): readonly KubeObject[] {
  return suspect.object === 'pool' ? suspect.nodes : [suspect.claim.object];
}

/** What stays as it is because of a hold. */
function concernedBy({ pools, claims }: Collection, { claims: launched }: Evidence): readonly KubeObject[] {
  const vanished = launched.filter(({ sighting }) => sighting.state === 'absent').map(({ claim }) => claim.object);
  return [...new Set([...[...pools, ...claims].flatMap(subjectsOf), ...vanished])];
}
