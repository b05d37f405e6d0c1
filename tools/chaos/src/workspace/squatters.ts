import { deployments, ignoreNotFound, services, statefulSets } from '@kaito/kube';
import type { Client, KubeObject, Resource } from '@kaito/kube';
import type { Bystander } from '../world/bystander.ts';
import type { PlannedWorkspace } from './plan-round.ts';
import { namespace } from './view.ts';

type Kind = NonNullable<PlannedWorkspace['nameTakenBy']>;

const resources: Readonly<Record<Kind, Resource>> = {
  Service: services,
  StatefulSet: statefulSets,
  Deployment: deployments,
};

interface Squatter {
  readonly resource: Resource;
  readonly name: string;
  readonly uid: string;
  readonly before: unknown;
}

/** Objects of somebody else that have the name of a workspace. */
export class Squatters {
  readonly #client: Client;
  readonly #squatters: Squatter[] = [];

  constructor(client: Client) {
    this.#client = client;
  }

  isOne(uid: string): boolean {
    return this.#squatters.some(squatter => squatter.uid === uid);
  }

  /** Makes those that the round wants, before its workspaces. */
  async create(plans: readonly PlannedWorkspace[], signal: AbortSignal): Promise<void> {
    const made = plans.map(async ({ name, nameTakenBy }) => {
      if (nameTakenBy === undefined) return;
      const resource = resources[nameTakenBy];
      const object = await this.#client.create(resource, render(nameTakenBy, name), { signal });
      this.#squatters.push({ resource, name, uid: object.metadata.uid ?? '', before: essence(object) });
    });
    await Promise.all(made);
  }

  /** What they were and what they are. */
  async look(signal: AbortSignal): Promise<readonly Bystander[]> {
    return Promise.all(
      this.#squatters.map(async ({ resource, name, before }) => {
        const now = await ignoreNotFound(this.#client.get(resource, { name, namespace }, { signal }));
        return { what: `${resource.kind} ${name} of somebody else`, before, after: now && essence(now) };
      }),
    );
  }

  /** Takes them away. */
  async remove(signal: AbortSignal): Promise<void> {
    await Promise.all(
      this.#squatters
        .splice(0)
        .map(({ resource, name }) => ignoreNotFound(this.#client.delete(resource, { name, namespace }, { signal }))),
    );
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
