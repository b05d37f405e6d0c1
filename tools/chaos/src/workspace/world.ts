import { isTrue, labels, machines } from '@kaito/crds';
import type { PoolState } from '@kaito/emulator';
import { aMachine, eventually } from '@kaito/testing';
import type { Bystander } from '../world/bystander.ts';
import { QUICK } from '../world/quick.ts';
import { Stage } from '../world/stage.ts';
import { StagedWorld } from '../world/staged-world.ts';
import { essence } from './squatters.ts';
import { watchedKinds } from '../world/view.ts';

const FOREIGN_CLAIM = 'wsforeign0';

/** Everything that rounds share: a control plane, a provisioner with a claim of somebody else, proxies, and workspace controllers that do not run yet. */
export class World extends StagedWorld {
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
    return StagedWorld.furnished(new World(stage), signal);
  }

  /** A claim of a workspace of the same name as nobody's in a namespace that has none: of another author, with a node of its own. */
  protected async furnish(signal: AbortSignal): Promise<void> {
    const { client } = this.stage.stack;
    const owner = { [labels.workspace]: 'p1-w0', [labels.workspaceNamespace]: 'elsewhere' };
    await client.create(machines, aMachine({ metadata: { name: FOREIGN_CLAIM, labels: owner } }), { signal });
    await eventually(
      async () => {
        const claim = await client.get(machines, { name: FOREIGN_CLAIM }, { signal });
        if (!isTrue(claim, 'Ready')) throw new Error(`claim ${FOREIGN_CLAIM} is not Ready`);
        // A node may be there before AKS has finished its pool, and what is still to change is no measure.
        const state = (await this.#foreignPool(signal))?.provisioningState;
        if (state !== 'Succeeded') throw new Error(`the pool of ${FOREIGN_CLAIM} is ${state ?? 'not there'}`);
      },
      { signal, timeoutMs: 40_000 },
    );
  }

  protected async look(signal: AbortSignal): Promise<readonly Bystander[]> {
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
