import type { Timings } from '@kaito/emulator';
import type { ProxyHook } from '../proxy/proxy.ts';
import type { Logs, RoundWorld } from '../target.ts';
import type { Bystander } from './bystander.ts';
import { QUICK } from './quick.ts';
import type { Stage } from './stage.ts';

/** A world over a stage, with things on it that belong to somebody else. */
export abstract class StagedWorld implements RoundWorld {
  readonly stage: Stage;
  #bystanders: readonly Bystander[] = [];

  protected constructor(stage: Stage) {
    this.stage = stage;
  }

  /** Puts there what belongs to somebody else. */
  protected abstract furnish(signal: AbortSignal): Promise<void>;

  /** What belongs to somebody else, as it is now, under `before`. */
  protected abstract look(signal: AbortSignal): Promise<readonly Bystander[]>;

  /** Furnishes a world that was just made. @throws when that fails; nothing is left running then. */
  protected static async furnished<W extends StagedWorld>(world: W, signal: AbortSignal): Promise<W> {
    try {
      await world.furnish(signal);
      return world;
    } catch (error) {
      await world.stop();
      throw error;
    }
  }

  /** Brings everything that rounds change back to where a round starts, and hands the proxies to it. */
  async reset(hookFor: (replica: number) => ProxyHook, timings: Partial<Timings>, signal: AbortSignal): Promise<void> {
    const { emulator } = this.stage.stack;
    await emulator.clearFaults({ signal });
    await emulator.configure({ timings: { ...QUICK.timings, ...timings } }, { signal });
    await emulator.resetRequests({ signal });
    await this.stage.lead(hookFor, signal);
    this.#bystanders = await this.look(signal);
  }

  /** What is none of the controller's business: as it was at the last `reset`, and as it is now. */
  async bystanders(signal: AbortSignal): Promise<readonly Bystander[]> {
    const now = await this.look(signal);
    return this.#bystanders.map(({ what, before }, index) => ({ what, before, after: now[index]?.before }));
  }

  logs(): Logs {
    return this.stage.logs();
  }

  async stop(): Promise<void> {
    await this.stage.stop();
  }
}
