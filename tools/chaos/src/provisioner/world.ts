import { machines, nodeClaims } from '@kaito/crds';
import type { NodeClaim } from '@kaito/crds';
import type { PoolState } from '@kaito/emulator';
import { nodes } from '@kaito/kube';
import { aNodeClaim, eventually } from '@kaito/testing';
import type { Bystander } from '../world/bystander.ts';
import { QUICK } from '../world/quick.ts';
import { Stage } from '../world/stage.ts';
import { StagedWorld } from '../world/staged-world.ts';

const FOREIGN_POOL = 'userpool';
const FOREIGN_CLAIM = 'nap-claim';

/** Everything that rounds share: a control plane, an emulator with a pool of somebody else, proxies, and provisioners that do not run yet. */
export class World extends StagedWorld {
  readonly foreignPools: readonly string[] = ['nodepool1', FOREIGN_POOL];

  /** Starts it all. @throws with the log of what failed; nothing is left running then. */
  static async start(signal: AbortSignal): Promise<World> {
    const stage = await Stage.start(
      {
        stack: {
          components: { workspace: false, provisioner: false, scheduler: false },
          emulator: { timings: QUICK.timings },
          env: { provisioner: QUICK.provisioner },
        },
        app: 'provisioner',
        lease: { namespace: 'kaito-system', name: 'gpu-provisioner-leader-election' },
        kinds: [machines, nodeClaims, nodes],
      },
      signal,
    );
    return StagedWorld.furnished(new World(stage), signal);
  }

  protected async furnish(signal: AbortSignal): Promise<void> {
    const { emulator, client } = this.stage.stack;
    await emulator.seedPool(FOREIGN_POOL, { tags: { team: 'research' }, labels: { team: 'research' } }, { signal });
    await client.create(nodeClaims, foreignClaim(), { signal });
    await eventually(async () => {
      if ((await this.#foreignPool(signal))?.nodes.length !== 1)
        throw new Error(`the node of ${FOREIGN_POOL} is not there`);
    });
  }

  protected async look(signal: AbortSignal): Promise<readonly Bystander[]> {
    const claim = await this.stage.stack.client.get(nodeClaims, { name: FOREIGN_CLAIM }, { signal });
    const seen = [
      { what: `pool ${FOREIGN_POOL}`, before: await this.#foreignPool(signal) },
      { what: `NodeClaim ${FOREIGN_CLAIM} of another node class`, before: claim },
    ];
    return seen.map(one => ({ ...one, after: undefined }));
  }

  async #foreignPool(signal: AbortSignal): Promise<PoolState | undefined> {
    return (await this.stage.stack.emulator.state({ signal })).pools.find(({ name }) => name === FOREIGN_POOL);
  }
}

function foreignClaim(): NodeClaim {
  const nodeClassRef = { group: 'karpenter.azure.com', kind: 'AKSNodeClass', name: 'default' };
  return aNodeClaim({ metadata: { name: FOREIGN_CLAIM }, spec: { nodeClassRef } });
}
