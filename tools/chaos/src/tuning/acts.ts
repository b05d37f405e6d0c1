import { machines, nodeClaims, workspaces } from '@kaito/crds';
import { configMaps, jobs, nodes, pods } from '@kaito/kube';
import type { Clock, KubeObject, Pod, Resource } from '@kaito/kube';
import type { LocalStack } from '@kaito/local-stack';
import { EFFECTIVE } from '../round/deeds.ts';
import type { Act, Acts } from '../round/deeds.ts';
import { deletionOf } from '../round/deletion.ts';
import { Healing } from '../round/healing.ts';
import { unlessReplaced } from '../round/unless-replaced.ts';
import { namespace } from '../world/view.ts';
import type { View } from '../world/view.ts';
import type { Deed, Step } from './fault.ts';
import type { RoundTrainings } from './round-trainings.ts';
import { runningPod } from './view.ts';

export interface TuningActsOptions {
  readonly stack: LocalStack;
  readonly view: View;
  readonly author: RoundTrainings;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** How each deed is done to the workspace of a training. */
export class TuningActs {
  readonly #options: TuningActsOptions;

  constructor(options: TuningActsOptions) {
    this.#options = options;
  }

  /** For each deed: how it is done, or undefined while it cannot be. */
  readonly all: Acts<Deed> = {
    'evict a spot machine': name => this.#evict(name),
    'crash a node for a while': name => this.#crash(name, node => this.#options.stack.player.recover(node)),
    'crash a node for good': name => this.#crash(name, node => this.#takeAway(node)),
    'delete a node': name => this.#deletion(nodes, this.#options.view.nodes(name)),
    'delete a claim': name => this.#deletionOfClaim(name),
    'delete a pod': name => this.#deletion(pods, [runningPod(this.#options.view, name)]),
    'delete a job': name => this.#deletion(jobs, [this.#own(jobs, name)]),
    'delete a job that has ended': name => this.#deletion(jobs, [this.#own(jobs, name)]),
    'delete the settings and kill the step': name => this.#dropSettings(name),
    'run a trainer out of memory': name => this.#runOut(name),
    'kill the provisioner': name => this.#killProvisioner(name),
    'stop the registry for a while': name => this.#stopRegistry(name),
    'edit the output': name => this.#editOutput(name),
    'delete a workspace': name => () => this.#options.author.lives.deleteOne(name).then(() => EFFECTIVE),
    'make a workspace anew': name => () => this.#options.author.makeAnew(name).then(() => EFFECTIVE),
  };

  #evict(name: string): Act | undefined {
    const { stack, view, signal } = this.#options;
    if (!runningPod(view, name, 'trainer')) return undefined;
    const [claim] = view.claims(name).filter(({ metadata }) => !metadata.deletionTimestamp);
    if (!claim) return undefined;
    return async () => {
      await stack.emulator.evict(claim.metadata.name, {}, { signal });
      return EFFECTIVE;
    };
  }

  /** The processes of a node are gone at once; what becomes of it shows only later. */
  #crash(name: string, later: (node: string) => Promise<void>): Act | undefined {
    const { stack, view, clock, signal } = this.#options;
    const node = runningPod(view, name)?.spec?.nodeName;
    if (node === undefined) return undefined;
    return async () => {
      await stack.player.crash(node);
      const healing = new Healing(() => later(node), { clock, signal });
      return () => (healing.isOver ? undefined : `node ${node} is down`);
    };
  }

  async #takeAway(node: string): Promise<void> {
    const { stack, signal } = this.#options;
    await unlessReplaced(stack.client.delete(nodes, { name: node }, { signal }));
  }

  /** A step that runs needs them no more; the next pod does. */
  #dropSettings(name: string): Act | undefined {
    const pod = runningPod(this.#options.view, name);
    const deletion = pod && this.#deletion(configMaps, [this.#own(configMaps, `${name}-tuning`)]);
    return (
      deletion &&
      (async () => {
        const lack = await deletion();
        this.#kill(pod);
        return lack;
      })
    );
  }

  #runOut(name: string): Act | undefined {
    const pod = runningPod(this.#options.view, name, 'trainer');
    return (
      pod &&
      (() => {
        this.#kill(pod, 'trainer', 'OOMKilled');
        return Promise.resolve(EFFECTIVE);
      })
    );
  }

  #kill({ metadata }: Pod, step?: Step, reason?: 'OOMKilled'): void {
    try {
      this.#options.stack.player.kill(metadata, step, reason);
    } catch {
      // It has ended since it was seen to run.
    }
  }

  /** It is the provisioner's turn while a machine is on its way, and when it is given back. */
  #killProvisioner(name: string): Act | undefined {
    const { stack, view, clock, signal } = this.#options;
    if (view.claims(name).length === 0) return undefined;
    const { provisioner } = stack.apps;
    return async () => {
      await provisioner.kill();
      const healing = new Healing(() => provisioner.start({ signal }), { clock, signal });
      return () => (healing.isOver ? undefined : 'the provisioner is down');
    };
  }

  #stopRegistry(name: string): Act | undefined {
    const { stack, view, clock, signal } = this.#options;
    const pid = stack.processes().find(process => process.name === 'registry')?.pid;
    if (pid === undefined || !runningPod(view, name)) return undefined;
    return () => {
      process.kill(pid, 'SIGSTOP');
      const goOn = (): Promise<void> => Promise.resolve(void process.kill(pid, 'SIGCONT'));
      const healing = new Healing(goOn, { clock, signal });
      return Promise.resolve(() => (healing.isOver ? undefined : 'the registry does not answer'));
    };
  }

  #editOutput(name: string): Act | undefined {
    const { stack, view, author, signal } = this.#options;
    if (view.claims(name).length === 0 && !view.workspace(name)?.status?.tuning?.outcome) return undefined;
    return async () => {
      const image = author.redirect(name);
      await unlessReplaced(
        stack.client.patch(workspaces, { name, namespace }, { tuning: { output: { image } } }, { signal }),
      );
      return EFFECTIVE;
    };
  }

  #deletionOfClaim(name: string): Act | undefined {
    const { view } = this.#options;
    const names = view.claims(name).map(({ metadata }) => metadata.name);
    const find = <T extends KubeObject>(resource: Resource<T>): readonly (T | undefined)[] =>
      names.map(each => view.cache.informer(resource).get(each));
    return this.#deletion(machines, find(machines)) ?? this.#deletion(nodeClaims, find(nodeClaims));
  }

  #deletion<T extends KubeObject>(resource: Resource<T>, objects: readonly (T | undefined)[]): Act | undefined {
    const { stack, view, signal } = this.#options;
    return deletionOf(resource, objects, { client: stack.client, cache: view.cache, signal });
  }

  #own<T extends KubeObject>(resource: Resource<T>, name: string): T | undefined {
    return this.#options.view.cache.informer(resource).get(`${namespace}/${name}`);
  }
}
