import { ignoreNotFound, isAlreadyExists, isConflict, isNotFound } from '../client/api-error.ts';
import { leases } from '../client/builtin-resources.ts';
import type { Lease } from '../client/builtin-resources.ts';
import type { Client } from '../client/client.ts';
import { Deadline } from '../client/deadline.ts';
import { sleep } from '../clock/clock.ts';
import type { Clock } from '../clock/clock.ts';
import type { Logger } from '../log/logger.ts';
import type { Gauge, Metrics } from '../metrics/metrics.ts';
import { microTime, readRecord, toSpec } from './lease-record.ts';
import type { LeaseRecord } from './lease-record.ts';

/** How long what takes, in milliseconds. */
export interface LeaseTimings {
  /** A leader that has not renewed for this long may be replaced. */
  readonly leaseDurationMs: number;
  /** A leader that cannot renew for this long stops leading; less than the duration, so that it stops first. */
  readonly renewDeadlineMs: number;
  readonly retryPeriodMs: number;
}

/** controller-runtime's defaults. */
export const DEFAULT_LEASE_TIMINGS: LeaseTimings = {
  leaseDurationMs: 15_000,
  renewDeadlineMs: 10_000,
  retryPeriodMs: 2_000,
};

/** client-go spreads the attempts of the candidates over the retry period times up to this. */
const JITTER_FACTOR = 1.2;

export interface LeaderElectorOptions {
  readonly client: Client;
  readonly leaseName: string;
  readonly namespace: string;
  /** Who we are; no two processes may say the same. */
  readonly identity: string;
  readonly timings?: LeaseTimings | undefined;
  readonly clock: Clock;
  /** Gives numbers in [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** The lease was lost: another process may be leading already. */
export class LeadershipLostError extends Error {
  override readonly name = 'LeadershipLostError';
}

/**
 * Lets one process at a time lead, by a Lease that the leader renews. Clocks need not agree: a candidate counts from
 * when it saw the record change, not from the times in it.
 */
export class LeaderElector {
  readonly #options: LeaderElectorOptions;
  readonly #timings: LeaseTimings;
  readonly #status: Gauge<'name'>;
  readonly #lost = new AbortController();
  readonly #renewing = new AbortController();
  #observed: { readonly lease: Lease; readonly record: LeaseRecord; readonly at: number } | undefined;
  #renewals: Promise<void> | undefined;

  constructor(options: LeaderElectorOptions) {
    this.#options = options;
    this.#timings = options.timings ?? DEFAULT_LEASE_TIMINGS;
    this.#status = options.metrics.gauge({
      name: 'leader_election_master_status',
      help: 'Whether this process leads (1) or not (0).',
      labels: ['name'],
    });
    this.#status.set({ name: options.leaseName }, 0);
  }

  /** Aborted with a LeadershipLostError when the lease is lost after `acquire` has resolved. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /**
   * Resolves when this process leads; from then on the lease is renewed until `release`.
   * @throws the signal's reason when it is aborted before that. Failures of the API server are retried.
   */
  async acquire(signal: AbortSignal): Promise<void> {
    const { clock, logger, leaseName } = this.#options;
    let told = '';
    for (;;) {
      const start = clock.monotonic();
      if (await this.#attempt(signal)) {
        this.#lead(start);
        return;
      }
      signal.throwIfAborted();
      const holder = this.#observed?.record.holder ?? '';
      if (holder && holder !== told) logger.info('Waiting for the lease', { lease: leaseName, holder });
      told = holder;
      await sleep(clock, this.#retryDelay(), signal);
    }
  }

  /** Stops renewing and gives the lease back, so that the next leader need not wait for its end. Best effort. */
  async release(): Promise<void> {
    if (!this.#renewals) return;
    this.#renewing.abort();
    await this.#renewals;
    this.#status.set({ name: this.#options.leaseName }, 0);
    if (this.lost.aborted) return;
    const { clock, logger, leaseName } = this.#options;
    const now = microTime(clock.now());
    const transitions = this.#observed?.record.transitions ?? 0;
    try {
      await this.#write({ holder: '', durationMs: 1000, acquireTime: now, renewTime: now, transitions });
      logger.info('Gave the lease back', { lease: leaseName });
    } catch (error) {
      logger.warn('Could not give the lease back; the next leader has to wait for its end', {
        lease: leaseName,
        error,
      });
    }
  }

  #lead(renewedAt: number): void {
    const { logger, leaseName, identity } = this.#options;
    logger.info('Leading', { lease: leaseName, identity });
    this.#status.set({ name: leaseName }, 1);
    this.#renewals = this.#renewUntilLost(renewedAt, this.#renewing.signal);
  }

  /** Renews every retry period. Ends when told to, or with `lost`. Never rejects. */
  async #renewUntilLost(since: number, signal: AbortSignal): Promise<void> {
    const { clock, identity, leaseName, logger } = this.#options;
    const { renewDeadlineMs, retryPeriodMs } = this.#timings;
    let renewedAt = since;
    while (await slept(clock, retryPeriodMs, signal)) {
      const start = clock.monotonic();
      // Whatever hangs, it must be over when the deadline is.
      if (await this.#attempt(signal, renewedAt + renewDeadlineMs - start)) renewedAt = start;
      if (signal.aborted) return;
      const late = clock.monotonic() - renewedAt >= renewDeadlineMs;
      const holder = this.#observed?.record.holder ?? identity;
      if (!late && holder === identity) continue;
      const why = late
        ? `it could not be renewed for ${renewDeadlineMs} ms`
        : holder
          ? `"${holder}" holds it now`
          : 'it was given back by someone else';
      logger.error('Lost the lease', { lease: leaseName, why });
      this.#status.set({ name: leaseName }, 0);
      this.#lost.abort(new LeadershipLostError(`Lost the lease ${leaseName}: ${why}`));
      return;
    }
  }

  /**
   * One attempt to get or renew the lease, within `limitMs`; whether we hold it then. Failures are logged and count as
   * "no".
   */
  async #attempt(parent: AbortSignal, limitMs = this.#timings.renewDeadlineMs): Promise<boolean> {
    const { logger, leaseName: lease, clock } = this.#options;
    const deadline = new Deadline(clock, parent, Math.max(0, limitMs));
    try {
      return await this.#tryAcquireOrRenew(deadline.signal);
    } catch (error) {
      if (parent.aborted) return false;
      if (isConflict(error) || isAlreadyExists(error) || isNotFound(error)) {
        // Another candidate was faster, or somebody touched the Lease: look before the next attempt.
        logger.debug('The lease changed meanwhile', { lease, error });
        await this.#look(deadline.signal);
      } else {
        logger.warn('Could not write the lease', { lease, error });
      }
      return false;
    } finally {
      deadline.release();
    }
  }

  async #tryAcquireOrRenew(signal: AbortSignal): Promise<boolean> {
    const { client, clock, identity, leaseName: name, namespace } = this.#options;
    // A leader renews what it wrote itself; only a candidate has to look first.
    if (this.#observed?.record.holder !== identity) await this.#read(signal);
    const seen = this.#observed;
    if (!seen) {
      const spec = toSpec(this.#ownRecord(undefined));
      this.#observe(await client.create(leases, { metadata: { name, namespace }, spec }, { signal }));
      return true;
    }
    const validUntil = seen.at + (seen.record.durationMs || this.#timings.leaseDurationMs);
    if (seen.record.holder !== '' && seen.record.holder !== identity && clock.monotonic() < validUntil) return false;
    await this.#write(this.#ownRecord(seen.record), signal);
    return true;
  }

  async #look(signal: AbortSignal): Promise<void> {
    try {
      await this.#read(signal);
    } catch (error) {
      this.#options.logger.warn('Could not read the lease', { lease: this.#options.leaseName, error });
    }
  }

  async #read(signal: AbortSignal): Promise<void> {
    const { client, leaseName: name, namespace } = this.#options;
    const lease = await ignoreNotFound(client.get(leases, { name, namespace }, { signal }));
    if (lease) this.#observe(lease);
    else this.#observed = undefined;
  }

  /** Writes over the version that was seen last. */
  async #write(record: LeaseRecord, signal?: AbortSignal): Promise<void> {
    const { client, leaseName: name, namespace } = this.#options;
    const resourceVersion = this.#observed?.lease.metadata.resourceVersion;
    const patch = { metadata: { resourceVersion }, spec: toSpec(record) };
    const timeoutMs = this.#timings.renewDeadlineMs;
    this.#observe(await client.patch(leases, { name, namespace }, patch, { signal, timeoutMs }));
  }

  #ownRecord(before: LeaseRecord | undefined): LeaseRecord {
    const { clock, identity } = this.#options;
    const now = microTime(clock.now());
    const kept = before?.holder === identity;
    return {
      holder: identity,
      durationMs: this.#timings.leaseDurationMs,
      acquireTime: kept ? before.acquireTime : now,
      renewTime: now,
      transitions: before ? before.transitions + (kept ? 0 : 1) : 0,
    };
  }

  /** Remembers a lease, and when it was seen to change. */
  #observe(lease: Lease): void {
    const changed = this.#observed?.lease.metadata.resourceVersion !== lease.metadata.resourceVersion;
    const at = changed || !this.#observed ? this.#options.clock.monotonic() : this.#observed.at;
    this.#observed = { lease, record: readRecord(lease), at };
  }

  #retryDelay(): number {
    return this.#timings.retryPeriodMs * (1 + this.#options.random() * JITTER_FACTOR);
  }
}

/** Sleeps; false when the signal was aborted meanwhile. */
async function slept(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(clock, ms, signal);
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
