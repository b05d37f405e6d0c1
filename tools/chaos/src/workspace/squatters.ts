import { deployments, ignoreNotFound, isAlreadyExists, services, statefulSets } from '@kaito/kube';
import type { Client, KubeObject, Resource, StatefulSet } from '@kaito/kube';
import type { Bystander } from '../world/bystander.ts';
import type { PlannedWorkspace } from './plan-round.ts';
import { unlessReplaced } from '../round/unless-replaced.ts';
import { namespace } from '../world/view.ts';

type Kind = NonNullable<PlannedWorkspace['nameTakenBy']>;

const resources: Readonly<Record<Kind, Resource>> = {
  Service: services,
  StatefulSet: statefulSets,
  Deployment: deployments,
};

interface Squatter {
  readonly resource: Resource;
  readonly name: string;
  readonly before: unknown;
}

/** Objects of somebody else that have the name of a workspace. */
export class Squatters {
  readonly #client: Client;
  readonly #squatters: Squatter[] = [];
  readonly #uids = new Set<string>();
  readonly #left: Bystander[] = [];

  constructor(client: Client) {
    this.#client = client;
  }

  isOne(uid: string): boolean {
    return this.#uids.has(uid);
  }

  /** Makes those that the round wants, before its workspaces. */
  async create(plans: readonly PlannedWorkspace[], signal: AbortSignal): Promise<void> {
    const made = plans.map(async ({ name, nameTakenBy }) => {
      if (nameTakenBy !== undefined) await this.#create(nameTakenBy, name, signal);
    });
    await Promise.all(made);
  }

  /** Puts one in the place of a workload. @returns false when its owner was quicker and made it anew */
  async replace({ metadata }: StatefulSet, signal: AbortSignal): Promise<boolean> {
    const { name, uid } = metadata;
    await unlessReplaced(this.#client.delete(statefulSets, metadata, { uid, signal }));
    try {
      await this.#create('StatefulSet', name, signal);
      return true;
    } catch (error) {
      if (isAlreadyExists(error)) return false;
      throw error;
    }
  }

  /** Takes one away, and remembers how it was at the end. */
  async leave(name: string, signal: AbortSignal): Promise<void> {
    const index = this.#squatters.findIndex(one => one.resource === statefulSets && one.name === name);
    for (const squatter of index < 0 ? [] : this.#squatters.splice(index, 1)) {
      this.#left.push(await this.#lookAt(squatter, signal));
      await this.#delete(squatter, signal);
    }
  }

  async #create(kind: Kind, name: string, signal: AbortSignal): Promise<void> {
    const resource = resources[kind];
    const object = await this.#client.create(resource, render(kind, name), { signal });
    const { uid = '' } = object.metadata;
    this.#uids.add(uid);
    this.#squatters.push({ resource, name, before: essence(object) });
  }

  /** What they were and what they are, or were when they left. */
  async look(signal: AbortSignal): Promise<readonly Bystander[]> {
    const present = this.#squatters.map(squatter => this.#lookAt(squatter, signal));
    return [...this.#left, ...(await Promise.all(present))];
  }

  /** Takes them away. */
  async remove(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#squatters.splice(0).map(squatter => this.#delete(squatter, signal)));
  }

  async #lookAt({ resource, name, before }: Squatter, signal: AbortSignal): Promise<Bystander> {
    const now = await ignoreNotFound(this.#client.get(resource, { name, namespace }, { signal }));
    return { what: `${resource.kind} ${name} of somebody else`, before, after: now && essence(now) };
  }

  async #delete({ resource, name }: Squatter, signal: AbortSignal): Promise<void> {
    await ignoreNotFound(this.#client.delete(resource, { name, namespace }, { signal }));
  }
}

/** Everything but what Kubernetes itself keeps up to date. */
export function essence(object: KubeObject): unknown {
  const { metadata, ...rest } = object;
  const { resourceVersion: _version, managedFields: _fields, annotations: _annotations, ...kept } = metadata;
  return { ...rest, metadata: kept, status: undefined };
}

function render(kind: Kind, name: string): KubeObject & { readonly spec: object } {
  const app = { app: `${name}-of-somebody-else` };
  const metadata = { name, namespace, labels: app };
  if (kind === 'Service') return { apiVersion: 'v1', kind, metadata, spec: { selector: app, ports: [{ port: 1 }] } };
  const containers = [{ name: 'main', image: 'example.com/image:1' }];
  const template = { metadata: { labels: app }, spec: { containers } };
  const spec = { replicas: 0, selector: { matchLabels: app }, template };
  return { apiVersion: 'apps/v1', kind, metadata, spec };
}
