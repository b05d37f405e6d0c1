import { isTrue, labels, machines } from '@kaito/crds';
import type { PoolState, Timings } from '@kaito/emulator';
import { aMachine, eventually } from '@kaito/testing';
import type { ProxyHook } from '../proxy/proxy.ts';
import type { RoundWorld } from '../target.ts';
import { QUICK } from '../world/quick.ts';
import { Stage } from '../world/stage.ts';
import type { Bystander } from './books/books.ts';
import { essence } from './squatters.ts';
import { watchedKinds } from './view.ts';

const FOREIGN_CLAIM = 'wsforeign0';

/** Everything that rounds share: a control plane, a provisioner with a claim of somebody else, proxies, and workspace controllers that do not run yet. */
export class World implements RoundWorld {
  readonly stage: Stage;
  #bystanders: readonly Bystander[] = [];

  private constructor(stage: Stage) {
    this.stage = stage;
  }

  /** Starts it all. @throws with the log of what failed; nothing is left running then. */
  static async start(signal: AbortSignal): Promise<World> {
    const stage = await Stage.start(
      {
        stack: {
          components: { workspace: false },
          emulator: { timings: QUICK.timings },
          env: { provisioner: { ...QUICK.provisioner, LEADER_ELECT: 'false' } },
        },
        app: 'workspace',
        lease: { namespace: 'kaito-system', name: 'kaito-workspace' },
        kinds: watchedKinds,
      },
      signal,
    );
    const world = new World(stage);
    try {
      await world.#furnish(signal);
      return world;
    } catch (error) {
      await stage.stop();
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
    this.#bystanders = await this.#look(signal);
  }

  /** What is none of the controller's business: as it was at the last `reset`, and as it is now. */
  async bystanders(signal: AbortSignal): Promise<readonly Bystander[]> {
    const now = await this.#look(signal);
    return this.#bystanders.map(({ what, before }, index) => ({ what, before, after: now[index]?.before }));
  }

  log(): string {
    return this.stage.log();
  }

  async stop(): Promise<void> {
    await this.stage.stop();
  }

  /** A claim of a workspace of the same name as nobody's in a namespace that has none: of another author, with a node of its own. */
  async #furnish(signal: AbortSignal): Promise<void> {
    const { client } = this.stage.stack;
    const owner = { [labels.workspace]: 'p1-w0', [labels.workspaceNamespace]: 'elsewhere' };
    await client.create(machines, aMachine({ metadata: { name: FOREIGN_CLAIM, labels: owner } }), { signal });
    await eventually(
      async () => {
        const claim = await client.get(machines, { name: FOREIGN_CLAIM }, { signal });
        if (!isTrue(claim, 'Ready')) throw new Error(`claim ${FOREIGN_CLAIM} is not Ready`);
      },
      { signal, timeoutMs: 40_000 },
    );
  }

  async #look(signal: AbortSignal): Promise<readonly Bystander[]> {
    const claim = await this.stage.stack.client.get(machines, { name: FOREIGN_CLAIM }, { signal });
    const seen = [
      { what: `the pool of ${FOREIGN_CLAIM}`, before: await this.#foreignPool(signal) },
      { what: `Machine ${FOREIGN_CLAIM} of a workspace elsewhere`, before: essence(claim) },
    ];
    return seen.map(one => ({ ...one, after: undefined }));
  }

  async #foreignPool(signal: AbortSignal): Promise<PoolState | undefined> {
    const { pools } = await this.stage.stack.emulator.state({ signal });
    return pools.find(({ name }) => name === FOREIGN_CLAIM);
  }
}
