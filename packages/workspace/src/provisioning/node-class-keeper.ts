import { backoffDelay, sleep, type Client, type Clock, type Logger, type Runnable } from '@kaito/kube';
import { applyNodeClasses, type NodeClasses } from './node-classes.ts';

/** How often the node classes are looked after, in milliseconds: one that somebody deleted is there again after that. */
const keepMs = 10 * 60_000;
const backoff = { baseMs: 1000, maxMs: 60_000 };

export interface NodeClassKeeperOptions {
  readonly client: Client;
  readonly nodeClasses: NodeClasses;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Random numbers in [0, 1). */
  readonly random: () => number;
}

/** Keeps the NodeClass objects of an installation on Karpenter as they are configured. A failure is logged and tried again. */
export class NodeClassKeeper implements Runnable {
  readonly name = 'node-classes';
  readonly leaderOnly = true;
  readonly #options: NodeClassKeeperOptions;

  constructor(options: NodeClassKeeperOptions) {
    this.#options = options;
  }

  async start(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    let failures = 0;
    while (!signal.aborted) {
      // One after the other: this is a loop over time.
      // oxlint-disable-next-line no-await-in-loop
      failures = (await this.#keep(signal)) ? 0 : failures + 1;
      const waitMs = failures === 0 ? keepMs : backoffDelay(failures, { ...backoff, random: this.#options.random });
      // It rejects only when it is time to stop, which the loop sees.
      // oxlint-disable-next-line no-await-in-loop
      await sleep(clock, waitMs, signal).catch(() => {});
    }
  }

  /** @returns whether all are as configured */
  async #keep(signal: AbortSignal): Promise<boolean> {
    const { client, nodeClasses, logger } = this.#options;
    try {
      await applyNodeClasses(client, nodeClasses, signal);
      return true;
    } catch (error) {
      if (!signal.aborted) logger.warn('Cannot keep node classes', { kind: nodeClasses.resource.kind, error });
      return false;
    }
  }
}
