import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Cache } from '../cache/cache.ts';
import type { Client } from '../client/client.ts';
import { systemClock } from '../clock/clock.ts';
import type { Clock } from '../clock/clock.ts';
import { untilAborted } from '../clock/until-aborted.ts';
import type { EventRecorder } from '../events/event-recorder.ts';
import { LeaderElector } from '../leader/leader-elector.ts';
import type { LeaseTimings } from '../leader/leader-elector.ts';
import type { Logger } from '../log/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { HttpEndpoints } from './http-endpoints.ts';
import type { Answer, Listen } from './http-endpoints.ts';
import { RunnableGroup } from './runnable-group.ts';
import type { Runnable } from './runnable.ts';
import { within } from './within.ts';

export interface LeaderElectionOptions {
  readonly leaseName: string;
  readonly namespace: string;
  /** Unique to this process; host name and a random part when absent. */
  readonly identity?: string | undefined;
  readonly timings?: LeaseTimings | undefined;
}

export interface ManagerOptions {
  readonly name: string;
  readonly client: Client;
  readonly cache: Cache;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Serves `/healthz` and `/readyz`. */
  readonly health: Listen;
  /** Serves `/metrics`; the same port as `health` makes one server of both. */
  readonly metricsServer: Listen;
  readonly leaderElection?: LeaderElectionOptions | false | undefined;
  /** Flushed while stopping. */
  readonly events?: EventRecorder | undefined;
  /** Time for a graceful stop in milliseconds; 25 s when absent, which is within Kubernetes' default of 30 s. */
  readonly gracePeriodMs?: number | undefined;
  readonly clock?: Clock | undefined;
  /** Gives numbers in [0, 1) for jitter; Math.random when absent. */
  readonly random?: (() => number) | undefined;
}

const DEFAULT_GRACE_MS = 25_000;
/** The end of the grace period that is kept for flushing events, giving back the lease and closing. */
const CLOSING_SHARE = 0.2;

/**
 * Runs the parts of a controller process in order: servers (probes answer at once), caches, the runnables that need no
 * lease, the lease, the others. On stop it goes back: no new work, running work finishes, events are written, the
 * lease is given back, caches, servers and connections are closed.
 */
export class Manager {
  readonly #options: ManagerOptions;
  readonly #clock: Clock;
  readonly #servers: { readonly endpoints: HttpEndpoints; readonly listen: Listen }[];
  readonly #group: RunnableGroup;
  readonly #elector: LeaderElector | undefined;
  #state: 'new' | 'running' | 'stopping' = 'new';

  constructor(options: ManagerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#servers = this.#createServers();
    this.#group = new RunnableGroup(options.logger);
    this.#elector = this.#createElector();
  }

  /** Base URL of the probes, once they are served. */
  get healthUrl(): string | undefined {
    return this.#servers[0]?.endpoints.url;
  }

  /** Base URL of the metrics, once they are served. */
  get metricsUrl(): string | undefined {
    return this.#servers.at(-1)?.endpoints.url;
  }

  /** Adds a part to run. @throws Error after `run`. */
  add(runnable: Runnable): this {
    if (this.#state !== 'new') throw new Error(`${runnable.name} comes too late: the manager is running`);
    this.#group.add(runnable);
    return this;
  }

  /**
   * Runs until `signal` is aborted and everything has stopped.
   * @throws Error when a part cannot start or ends early, and LeadershipLostError when the lease is lost. Everything
   * has stopped then as well; the process should end, and be started again.
   */
  async run(signal: AbortSignal): Promise<void> {
    if (this.#state !== 'new') throw new Error('A manager runs once');
    this.#state = 'running';
    const { logger, cache } = this.#options;
    const cacheStop = new AbortController();
    let caching: Promise<void> | undefined;
    try {
      for (const { endpoints, listen } of this.#servers) await endpoints.listen(listen);
      logger.info('Serving probes and metrics', { health: this.healthUrl, metrics: this.metricsUrl });
      caching = cache.start(cacheStop.signal);
      await this.#work(signal);
    } catch (error) {
      // To be told to stop is no failure.
      if (!signal.aborted || error !== signal.reason) throw error;
    } finally {
      await this.#stop(cacheStop, caching);
    }
  }

  /** From the caches to the end of the work. @throws the signal's reason when it is aborted. */
  async #work(signal: AbortSignal): Promise<void> {
    const { cache, logger } = this.#options;
    await cache.synced(signal);
    logger.info('Caches are synced');
    this.#group.start(runnable => !runnable.leaderOnly);
    if (this.#elector) await Promise.race([this.#elector.acquire(signal), this.#group.failed]);
    this.#group.start(runnable => runnable.leaderOnly === true);
    await Promise.race([untilAborted(signal), this.#leadershipLost(signal), this.#group.failed]);
  }

  /** Waits until the lease is lost. @throws LeadershipLostError then. */
  async #leadershipLost(signal: AbortSignal): Promise<void> {
    const lost = this.#elector?.lost ?? signal;
    await untilAborted(lost);
    lost.throwIfAborted();
  }

  async #stop(cacheStop: AbortController, caching: Promise<void> | undefined): Promise<void> {
    this.#state = 'stopping';
    const { gracePeriodMs = DEFAULT_GRACE_MS, logger, events, client } = this.#options;
    const closingMs = gracePeriodMs * CLOSING_SHARE;
    logger.info('Stopping');
    // Without the lease, another process may be at the same work already.
    const drainMs = this.#elector?.lost.aborted ? 0 : gracePeriodMs - closingMs;
    const left = await this.#group.stop(this.#clock, drainMs);
    if (left.length > 0) logger.error('Stopped without waiting any longer', { for: left });
    await this.#step('Flushing events', events?.flush(), closingMs / 3);
    // Work that does not end may still write; then the next leader must wait for the lease to run out.
    if (left.length === 0) await this.#step('Giving back the lease', this.#elector?.release(), closingMs / 3);
    cacheStop.abort(new Error('The manager is stopping'));
    await this.#step('Closing watches', caching, closingMs / 3);
    const servers = Promise.all(this.#servers.map(({ endpoints }) => endpoints.close()));
    await this.#step('Closing probes and metrics', servers, closingMs / 3);
    await this.#step('Closing connections', client.close(), closingMs / 3);
    logger.info('Stopped');
  }

  /** Waits for one step of the stop, but not for ever; a failure must not keep the later ones from running. */
  async #step(what: string, step: Promise<unknown> | undefined, limitMs: number): Promise<void> {
    try {
      await within(this.#clock, limitMs, step ?? Promise.resolve());
    } catch (error) {
      this.#options.logger.warn('A step of the stop failed', { step: what, error });
    }
  }

  #createServers(): { endpoints: HttpEndpoints; listen: Listen }[] {
    const { health, metricsServer, metrics } = this.#options;
    const probes = { '/healthz': () => ({ status: 200, body: 'ok\n' }), '/readyz': () => this.#readiness() };
    const scrape = {
      '/metrics': async () => ({ status: 200, body: await metrics.text(), contentType: metrics.contentType }),
    };
    if (health.port === metricsServer.port && health.port !== 0) {
      return [{ endpoints: new HttpEndpoints({ ...probes, ...scrape }), listen: health }];
    }
    return [
      { endpoints: new HttpEndpoints(probes), listen: health },
      { endpoints: new HttpEndpoints(scrape), listen: metricsServer },
    ];
  }

  #createElector(): LeaderElector | undefined {
    const { leaderElection, client, logger, metrics, random = Math.random } = this.#options;
    if (!leaderElection) return undefined;
    const identity = leaderElection.identity ?? `${hostname()}_${randomUUID()}`;
    return new LeaderElector({ ...leaderElection, identity, client, logger, metrics, random, clock: this.#clock });
  }

  /** Ready without the lease as well: a standby must count as available, or a rollout would never end. */
  #readiness(): Answer {
    const waiting = [
      ...(this.#state === 'stopping' ? ['the process is stopping'] : []),
      ...this.#options.cache.unsynced().map(kind => `the cache of ${kind} is not synced`),
      ...this.#group.notReady(),
    ];
    if (waiting.length === 0) return { status: 200, body: 'ok\n' };
    return { status: 503, body: `${waiting.map(why => `not ready: ${why}`).join('\n')}\n` };
  }
}
