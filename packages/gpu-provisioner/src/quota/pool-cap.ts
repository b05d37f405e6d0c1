import type { Cluster } from '@kaito/azure';
import { sleep } from '@kaito/kube';
import type { Clock, Logger, Runnable } from '@kaito/kube';

/** A subscription's cap on agent pools changes with a support request. */
const REFRESH_MS = 6 * 3_600_000;
const FAILURE_BASE_MS = 5000;
const FAILURE_MAX_MS = 600_000;

export interface PoolCapOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How many agent pools the cluster may have, as it says itself: one request every few hours. */
export class PoolCap implements Runnable {
  readonly name = 'pool-cap';
  readonly leaderOnly = true;
  readonly #options: PoolCapOptions;
  #limit: number | undefined;

  constructor(options: PoolCapOptions) {
    this.#options = options;
  }

  /** Undefined until it was read, and where the cluster does not say. */
  get limit(): number | undefined {
    return this.#limit;
  }

  /** Keeps the limit fresh until the signal is aborted. A failure is logged and tried again. */
  async start(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    let failures = 0;
    while (!signal.aborted) {
      failures = (await this.#read(signal)) ? 0 : failures + 1;
      const delay = failures === 0 ? REFRESH_MS : Math.min(FAILURE_MAX_MS, FAILURE_BASE_MS * 2 ** (failures - 1));
      await sleep(clock, delay, signal).catch(() => undefined); // rejects only when it is time to stop
    }
  }

  async #read(signal: AbortSignal): Promise<boolean> {
    const { cluster, logger } = this.#options;
    try {
      this.#limit = (await cluster.get({ signal })).maxAgentPools;
      return true;
    } catch (error) {
      if (!signal.aborted) logger.warn('Reading how many agent pools the cluster may have failed', { error });
      return false;
    }
  }
}
