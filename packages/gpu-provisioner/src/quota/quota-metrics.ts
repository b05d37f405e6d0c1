import type { Metrics } from '@kaito/kube';
import type { Headroom } from './room.ts';

/** How the quota stands at the moment of a scrape. */
export interface QuotaStanding {
  /** Of the counters of cores that our claims use. */
  readonly counters: readonly Headroom[];
  /** The provisioning state of each agent pool of the cluster. */
  readonly poolStates: readonly string[];
  readonly poolsLimit: number;
  readonly waitingClaims: number;
}

/** What the preflight of quota knows, as gauges that are computed when they are scraped. */
export class QuotaMetrics {
  readonly #limit;
  readonly #free;
  readonly #pools;
  readonly #poolsLimit;
  readonly #waiting;
  readonly #failures;
  #shownCounters: readonly string[] = [];
  #shownStates: readonly string[] = [];

  constructor(metrics: Metrics, standing: () => QuotaStanding) {
    this.#limit = metrics.gauge<'counter'>({
      name: 'kaito_quota_limit_cores',
      help: 'Limit of vCPUs of a usage counter of the location, for the counters that claims use.',
      labels: ['counter'],
    });
    this.#free = metrics.gauge<'counter'>({
      name: 'kaito_quota_free_cores',
      help: 'vCPUs left of a usage counter, without those that claims are about to take.',
      labels: ['counter'],
    });
    this.#pools = metrics.gauge<'state'>({
      name: 'kaito_agent_pools',
      help: 'Agent pools of the cluster by provisioning state.',
      labels: ['state'],
    });
    this.#poolsLimit = metrics.gauge({
      name: 'kaito_agent_pools_limit',
      help: 'How many agent pools the cluster may have.',
    });
    this.#waiting = metrics.gauge({
      name: 'kaito_quota_waiting_claims',
      help: 'Claims that wait for quota.',
    });
    this.#failures = metrics.counter({
      name: 'kaito_quota_read_failures_total',
      help: 'Attempts to read the usage counters that failed.',
    });
    metrics.onCollect(() => this.#show(standing()));
  }

  readFailed(): void {
    this.#failures.inc({});
  }

  #show({ counters, poolStates, poolsLimit, waitingClaims }: QuotaStanding): void {
    const shown = counters.map(({ counter }) => counter);
    for (const counter of this.#shownCounters.filter(known => !shown.includes(known))) {
      this.#limit.remove({ counter });
      this.#free.remove({ counter });
    }
    for (const { counter, limit, free } of counters) {
      this.#limit.set({ counter }, limit);
      this.#free.set({ counter }, free);
    }
    this.#shownCounters = shown;
    this.#showPools(poolStates);
    this.#poolsLimit.set({}, poolsLimit);
    this.#waiting.set({}, waitingClaims);
  }

  #showPools(states: readonly string[]): void {
    const distinct = [...new Set(states)];
    for (const state of this.#shownStates.filter(known => !distinct.includes(known))) this.#pools.remove({ state });
    for (const state of distinct) this.#pools.set({ state }, states.filter(other => other === state).length);
    this.#shownStates = distinct;
  }
}
