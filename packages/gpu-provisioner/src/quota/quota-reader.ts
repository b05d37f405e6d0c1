import { isAzureError } from '@kaito/azure';
import type { Usages } from '@kaito/azure';
import type { Clock, Logger } from '@kaito/kube';
import type { UsageReading } from './quota-ledger.ts';

/** Readings never follow each other faster, whatever is configured. */
const MIN_INTERVAL_MS = 1000;
const FAILURE_BASE_MS = 5000;
const FAILURE_MAX_MS = 300_000;
/** How long an attempt serves those who asked for it, however short the refresh is. */
const ANSWERED_MS = 30_000;
/** How long the last reading is gone by while new ones fail. The ledger knows our own part, so it ages well. */
const TRUST_MS = 300_000;

export interface QuotaReaderOptions {
  readonly usages: Usages;
  /** Region, as in `eastus`. */
  readonly location: string;
  /** How old a reading may be, in milliseconds; also the interval while `wanted`. */
  readonly refreshMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether somebody waits for what the next reading may show. */
  readonly wanted: () => boolean;
  readonly onReading: (reading: UsageReading) => void;
  readonly onFailure: () => void;
  /** After each attempt, whatever came of it, and when the last reading is trusted no more. */
  readonly onTurn: () => void;
}

/** Reads the usages of the location when somebody asks, and again and again while somebody waits; else never. */
export class QuotaReader {
  readonly #options: QuotaReaderOptions;
  #asked = false;
  #reading = false;
  /** Of the last attempt, on the monotonic clock. */
  #sentAt = -Infinity;
  #endedAt = -Infinity;
  /** When the last good reading came. */
  #readAt = -Infinity;
  /** When Azure last contradicted what was known: no reading sent before is gone by. */
  #disprovedAt = -Infinity;
  #failures = 0;
  /** Azure, or our own pace, lets no attempt through before. */
  #notBefore = -Infinity;
  #wake: () => void = () => {};

  constructor(options: QuotaReaderOptions) {
    this.#options = options;
  }

  /** Whether the counters could not be read for so long that nothing may be concluded from them. */
  get blind(): boolean {
    return this.#failures > 0 && this.#options.clock.monotonic() >= this.#readAt + TRUST_MS;
  }

  /**
   * Whether what is known is as good as it gets now. If not, a reading is under way after this call, one for all who ask.
   * @param since when the caller asked first (monotonic): an attempt sent since then will do for half a minute
   */
  isCurrent(since: number): boolean {
    const now = this.#options.clock.monotonic();
    const answered = this.#sentAt >= since && now - this.#endedAt < ANSWERED_MS;
    const fresh = answered || now - this.#readAt < this.#options.refreshMs;
    if (now < this.#notBefore || (fresh && this.#sentAt >= this.#disprovedAt)) return true;
    if (!this.#reading) this.#asked = true;
    this.#wake();
    return false;
  }

  /** Azure refused what there was room for by the last reading: nobody goes by its age any more. */
  disprove(): void {
    this.#disprovedAt = this.#options.clock.monotonic();
  }

  /** Says that what `wanted` tells may have changed. */
  reconsider(): void {
    this.#wake();
  }

  /** Reads until the signal is aborted. A failure is counted, logged once an outage, and tried again; never thrown. */
  async start(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const wasBlind = this.blind;
      const wait = this.#due() - this.#options.clock.monotonic();
      if (wait <= 0) await this.#read(signal);
      else await this.#nap(Math.min(wait, this.#trustLeft()), signal);
      if (!wasBlind && this.blind && wait > 0) this.#options.onTurn();
    }
  }

  #due(): number {
    if (this.#asked) return this.#notBefore;
    if (!this.#options.wanted()) return Infinity;
    return this.#failures > 0 ? this.#notBefore : this.#endedAt + Math.max(MIN_INTERVAL_MS, this.#options.refreshMs);
  }

  /** Milliseconds until a failing reader turns blind; Infinity when it has, or does not fail. */
  #trustLeft(): number {
    if (this.#failures === 0 || this.blind) return Infinity;
    return this.#readAt + TRUST_MS - this.#options.clock.monotonic();
  }

  async #read(signal: AbortSignal): Promise<void> {
    const { usages, location, clock, onReading, onTurn } = this.#options;
    this.#asked = false;
    this.#reading = true;
    const sentAt = clock.monotonic();
    try {
      const list = await usages.list(location, { signal });
      this.#recover();
      this.#readAt = clock.monotonic();
      onReading({ usages: list, sentAt, answeredAt: this.#readAt });
    } catch (error) {
      if (signal.aborted) return;
      this.#fail(error);
    } finally {
      this.#reading = false;
      this.#sentAt = sentAt;
      this.#endedAt = clock.monotonic();
    }
    onTurn();
  }

  #recover(): void {
    if (this.#failures > 0) this.#options.logger.info('Quota can be read again', { failures: this.#failures });
    this.#failures = 0;
    this.#notBefore = -Infinity;
  }

  #fail(error: unknown): void {
    const { clock, logger, location, onFailure } = this.#options;
    this.#failures += 1;
    const pace = Math.min(FAILURE_MAX_MS, FAILURE_BASE_MS * 2 ** (this.#failures - 1));
    const retryInMs = Math.max(pace, (isAzureError(error) && error.retryAfterMs) || 0);
    this.#notBefore = clock.monotonic() + retryInMs;
    onFailure();
    const details = { location, retryInMs, error };
    if (this.#failures > 1) logger.debug('Reading quota failed again', details);
    else
      logger.warn('Reading quota failed; launches go on by what is known, and unchecked when that is too old', details);
  }

  /** Ends after `ms`, when something new is wanted, or with the signal; whichever comes first. */
  #nap(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const end = (): void => {
        timer.cancel();
        signal.removeEventListener('abort', end);
        this.#wake = () => {};
        resolve();
      };
      const timer = this.#options.clock.setTimeout(end, ms);
      signal.addEventListener('abort', end, { once: true });
      this.#wake = end;
    });
  }
}
