import { workspaces } from '@kaito/crds';
import { ignoreNotFound } from '@kaito/kube';
import { eventually } from '@kaito/testing';
import type { Bystander } from '../world/bystander.ts';
import { QUICK } from '../world/quick.ts';
import { Stage } from '../world/stage.ts';
import { StagedWorld } from '../world/staged-world.ts';
import { namespace } from '../world/view.ts';
import type { Adapter, OurTraining, Undisturbed } from './books/books.ts';
import { resultOf } from './books/results.ts';
import { ensureVolume, furnishTrainings, tagOf, trainingRequest } from './request.ts';
import { tuningKinds } from './view.ts';

/** A step of the stand-in trainer, in milliseconds: long enough to be struck in. */
const STEP_MS = 60;
const KINDS = ['image', 'volume'] as const;
const WITHIN_MS = 90_000;

/**
 * Everything that rounds share: a control plane, a provisioner, a registry, pods whose steps are processes, proxies, workspace controllers
 * that do not run yet, and a training that is over and that nobody has disturbed.
 */
export class World extends StagedWorld {
  #undisturbed: Undisturbed | undefined;

  /** Starts it all. @throws with the log of what failed; nothing is left running then. */
  static async start(signal: AbortSignal): Promise<World> {
    const stage = await Stage.start(
      {
        stack: {
          components: { workspace: false },
          player: { stepMs: STEP_MS },
          emulator: { timings: QUICK.timings },
          env: { provisioner: { ...QUICK.provisioner, LEADER_ELECT: 'false' } },
        },
        app: 'workspace',
        lease: { namespace: 'kaito-system', name: 'kaito-workspace' },
        kinds: tuningKinds,
      },
      signal,
    );
    return StagedWorld.furnished(new World(stage), signal);
  }

  /** What trainings come to that nobody disturbs. @throws Error before they have ended */
  get undisturbed(): Undisturbed {
    if (!this.#undisturbed) throw new Error('nothing was trained yet');
    return this.#undisturbed;
  }

  protected async furnish(signal: AbortSignal): Promise<void> {
    const { stack, replicas } = this.stage;
    await furnishTrainings(stack, signal);
    const [replica] = replicas;
    await replica?.process.start({ env: { ...replica.env, LEADER_ELECT: 'false' }, signal });
    const [image, volume] = await Promise.all(KINDS.map(kind => this.#train(kind, signal)));
    if (image && volume) this.#undisturbed = { image, volume };
    await this.stage.silence();
  }

  /** One training from its beginning until its workspace is gone. */
  async #train(kind: (typeof KINDS)[number], signal: AbortSignal): Promise<Adapter> {
    const { stack } = this.stage;
    const name = nameOf(kind);
    const training: OurTraining = { name, uid: '', nodes: 1, nameTaken: false, kind, edits: 0, killed: false };
    if (kind === 'volume') await ensureVolume(name, stack.client, signal);
    await stack.client.create(workspaces, trainingRequest({ name, kind, spot: false, edits: 0 }, stack), { signal });
    const waiting = { signal, timeoutMs: WITHIN_MS };
    await eventually(() => this.#hasEnded(name, signal), { ...waiting, describe: `${name} has ended` });
    const { found } = await resultOf(training, stack, signal);
    if (!found) throw new Error(`${name}, which nobody disturbs, has left no result`);
    await stack.client.delete(workspaces, { name, namespace }, { signal });
    await eventually(() => this.#isGone(name, signal), { ...waiting, describe: `${name} is gone` });
    return found;
  }

  /** What was trained before is none of a round's business: its result stays. */
  protected async look(): Promise<readonly Bystander[]> {
    const digest = await this.stage.stack.player.registry.digest(tagOf({ name: nameOf('image'), edits: 0 }));
    return [{ what: 'the result of another training', before: digest, after: undefined }];
  }

  async #hasEnded(name: string, signal: AbortSignal): Promise<void> {
    const { status } = await this.stage.stack.client.get(workspaces, { name, namespace }, { signal });
    if (status?.tuning?.outcome !== 'Succeeded') throw new Error(`it says ${JSON.stringify(status)}`);
  }

  async #isGone(name: string, signal: AbortSignal): Promise<void> {
    if (await ignoreNotFound(this.stage.stack.client.get(workspaces, { name, namespace }, { signal })))
      throw new Error('it is still there');
  }
}

function nameOf(kind: string): string {
  return `undisturbed-${kind}`;
}
