import { annotations, findCondition, machines, nodeClaims, workspaces } from '@kaito/crds';
import type { EmulatorClient } from '@kaito/emulator';
import { configMaps, deployments, nodes, pods, services, statefulSets } from '@kaito/kube';
import type { Client, Clock, KubeObject, Pod, Resource } from '@kaito/kube';
import { EFFECTIVE } from '../round/deeds.ts';
import type { Act, Acts, Lack } from '../round/deeds.ts';
import { deletionOf } from '../round/deletion.ts';
import type { Deed } from './fault.ts';
import { Healing } from '../round/healing.ts';
import type { RoundWorkspaces } from './round-workspaces.ts';
import { configOf, nameOfConfig } from './settings.ts';
import type { Squatters } from './squatters.ts';
import { unlessReplaced } from '../round/unless-replaced.ts';
import { isServing, namespace } from '../world/view.ts';
import type { View } from '../world/view.ts';

export interface ActsOptions {
  readonly client: Client;
  readonly emulator: EmulatorClient;
  readonly view: View;
  readonly author: RoundWorkspaces;
  readonly squatters: Squatters;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const ADAPTER = 'chaos-adapter';
/** Where a pod says with which settings it was started. */
const CONFIG_HASH = 'kaito.sh/config-hash';
/** What is done to a workspace itself makes sense only while it is wanted. */
export const TO_THE_WORKSPACE: ReadonlySet<Deed> = new Set([
  'edit the adapters',
  'edit an annotation',
  'name a config',
  'edit the config',
  'take the name of a workload',
  'delete a workspace',
  'make a workspace anew',
]);

/** How each deed is done to a workspace. */
export class WorkspaceActs {
  readonly #options: ActsOptions;

  constructor(options: ActsOptions) {
    this.#options = options;
  }

  /** For each deed: how it is done to a workspace, or undefined while it cannot be. */
  readonly all: Acts<Deed> = {
    'delete a node': name => this.#deletion(nodes, this.#options.view.nodes(name)),
    'delete a claim': name => this.#deletionOfClaim(name),
    'delete a pod': name => this.#deletion(pods, this.#options.view.pods(name)),
    'delete a workload': name => this.#deletionOfWorkload(name),
    'delete a service': name => this.#deletion(services, [this.#options.view.service(name)]),
    'let a node fail for a while': name => this.#failingNode(name),
    'let a pod fail': name => this.#failingPod(name),
    'let a pod be unready for a while': name => this.#unreadyPod(name),
    'edit the adapters': name => () => this.#addAdapter(name),
    'edit an annotation': name => () => this.#askForLoadBalancer(name),
    'name a config': name => () => this.#nameConfig(name),
    'edit the config': name => this.#editConfig(name),
    'take the name of a workload': name => this.#takeName(name),
    'delete a workspace': name => () => this.#options.author.lives.deleteOne(name).then(() => EFFECTIVE),
    'make a workspace anew': name => () => this.#options.author.makeAnew(name).then(() => EFFECTIVE),
  };

  #deletion<T extends KubeObject>(resource: Resource<T>, objects: readonly (T | undefined)[]): Act | undefined {
    const { client, view, signal } = this.#options;
    return deletionOf(resource, objects, { client, cache: view.cache, signal });
  }

  #deletionOfClaim(workspace: string): Act | undefined {
    const { view } = this.#options;
    const names = view.claims(workspace).map(({ metadata }) => metadata.name);
    const find = <T extends KubeObject>(resource: Resource<T>): readonly (T | undefined)[] =>
      names.map(name => view.cache.informer(resource).get(name));
    return this.#deletion(machines, find(machines)) ?? this.#deletion(nodeClaims, find(nodeClaims));
  }

  #deletionOfWorkload(name: string): Act | undefined {
    const { cache } = this.#options.view;
    const key = `${namespace}/${name}`;
    return (
      this.#deletion(statefulSets, [cache.informer(statefulSets).get(key)]) ??
      this.#deletion(deployments, [cache.informer(deployments).get(key)])
    );
  }

  #failingNode(workspace: string): Act | undefined {
    const { emulator, view, clock, signal } = this.#options;
    const name = view.nodes(workspace)[0]?.metadata.name;
    if (name === undefined) return undefined;
    const set = (status: 'True' | 'False'): Promise<void> =>
      emulator.setNodeConditions(name, [{ type: 'Ready', status }], { signal });
    const isThere = (): boolean => view.nodes(workspace).some(({ metadata }) => metadata.name === name);
    return async () => {
      await set('False');
      // A node that is gone by then needs no healing.
      const healing = new Healing(() => (isThere() ? set('True') : Promise.resolve()), { clock, signal });
      return () => (healing.isOver ? undefined : `node ${name} is not well yet`);
    };
  }

  #failingPod(workspace: string): Act | undefined {
    const { view } = this.#options;
    const pod = view.pods(workspace).find(isServing);
    if (!pod) return undefined;
    const { uid, name } = pod.metadata;
    const isStillServing = (): boolean =>
      view.pods(workspace).some(({ metadata, status }) => metadata.uid === uid && status?.phase !== 'Failed');
    return async () => {
      await this.#patchPod(pod, { phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory.' });
      return () => (isStillServing() ? `pod ${name} has not failed yet` : undefined);
    };
  }

  #unreadyPod(workspace: string): Act | undefined {
    const { view, clock, signal } = this.#options;
    const pod = view.pods(workspace).find(isServing);
    if (!pod) return undefined;
    return async () => {
      await this.#patchPod(pod, { conditions: conditionsWith(pod, 'False') });
      const heal = (): Promise<void> => this.#patchPod(pod, { conditions: conditionsWith(pod, 'True') });
      const healing = new Healing(heal, { clock, signal });
      return () => (healing.isOver ? undefined : `pod ${pod.metadata.name} is not well yet`);
    };
  }

  async #patchPod({ metadata }: Pod, status: object): Promise<void> {
    const { client, signal } = this.#options;
    const patch = { metadata: { uid: metadata.uid }, status };
    await unlessReplaced(client.patch(pods, metadata, patch, { subresource: 'status', signal }));
  }

  async #addAdapter(name: string): Promise<Lack> {
    const adapters = [{ source: { name: ADAPTER, image: 'example.com/adapter:1' }, strength: '0.5' }];
    await this.#patchWorkspace(name, { inference: { adapters } });
    return this.#inPods(name, ADAPTER);
  }

  async #nameConfig(name: string): Promise<Lack> {
    const { client, signal } = this.#options;
    await client.create(configMaps, configOf(name, 2048), { signal });
    await this.#patchWorkspace(name, { inference: { config: nameOfConfig(name) } });
    return this.#inPods(name, nameOfConfig(name));
  }

  /** Only what is in use is edited: the pods tell what they were started with. */
  #editConfig(name: string): Act | undefined {
    const { client, view, signal } = this.#options;
    const hashes = (): readonly (string | undefined)[] =>
      view.pods(name).map(({ metadata }) => metadata.annotations?.[CONFIG_HASH]);
    const [before] = hashes();
    if (before === undefined) return undefined;
    return async () => {
      const { data } = configOf(name, 1024);
      await client.patch(configMaps, { name: nameOfConfig(name), namespace }, { data }, { signal });
      return this.#whileWanted(name, () => {
        const now = hashes();
        const isNew = now.length > 0 && now.every(hash => hash !== undefined && hash !== before);
        return isNew ? undefined : `the pods of ${name} run with the settings of before`;
      });
    };
  }

  /** The workspace has to say so before the name is given back. */
  #takeName(name: string): Act | undefined {
    const { author, squatters, view, clock, signal } = this.#options;
    const workload = view.cache.informer(statefulSets).get(`${namespace}/${name}`);
    if (!workload || workload.metadata.deletionTimestamp) return undefined;
    return async () => {
      if (!(await squatters.replace(workload, signal))) return EFFECTIVE;
      let leaving: Healing | undefined;
      return () => {
        if (!author.wanted.includes(name) || this.#saysTaken(name))
          leaving ??= new Healing(() => squatters.leave(name, signal), { clock, signal });
        if (!leaving) return `${name} does not say that its name is taken`;
        return leaving.isOver ? undefined : `the StatefulSet of somebody else called ${name} is still there`;
      };
    };
  }

  #saysTaken(name: string): boolean {
    const workspace = this.#options.view.workspace(name);
    const ready = workspace && findCondition(workspace, 'WorkspaceReady');
    return ready?.status === 'False' && (ready.message?.includes('does not belong to this workspace') ?? false);
  }

  async #askForLoadBalancer(name: string): Promise<Lack> {
    const { view } = this.#options;
    await this.#patchWorkspace(name, { metadata: { annotations: { [annotations.enableLoadBalancer]: 'True' } } });
    return this.#whileWanted(name, () =>
      view.service(name)?.spec?.type === 'LoadBalancer' ? undefined : `Service ${name} is no load balancer`,
    );
  }

  async #patchWorkspace(name: string, patch: object): Promise<void> {
    const { client, signal } = this.#options;
    await unlessReplaced(client.patch(workspaces, { name, namespace }, patch, { signal }));
  }

  /** The word stands in every pod of the workspace. */
  #inPods(name: string, word: string): Lack {
    return this.#whileWanted(name, () => {
      const found = this.#options.view.pods(name);
      const isIn = found.length > 0 && found.every(({ spec }) => JSON.stringify(spec).includes(word));
      return isIn ? undefined : `the pods of ${name} do not have ${word}`;
    });
  }

  /** An edit need not come to effect where the workspace was deleted in the meantime. */
  #whileWanted(name: string, lack: Lack): Lack {
    return () => (this.#options.author.wanted.includes(name) ? lack() : undefined);
  }
}

/** The conditions of a pod with another word on whether it is ready. */
function conditionsWith({ status }: Pod, ready: 'True' | 'False'): readonly object[] {
  return (status?.conditions ?? []).map(condition =>
    condition.type === 'Ready' || condition.type === 'ContainersReady' ? { ...condition, status: ready } : condition,
  );
}
