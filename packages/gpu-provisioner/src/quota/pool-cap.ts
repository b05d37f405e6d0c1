import type { Cluster } from '@kaito/azure';
import type { Clock, Logger, Runnable } from '@kaito/kube';
import { keepFresh } from '../keep-fresh.ts';

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
  start(signal: AbortSignal): Promise<void> {
    return keepFresh(() => this.#read(signal), this.#options.clock, signal);
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
