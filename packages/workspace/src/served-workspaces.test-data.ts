import { findCondition, labels, machines, workspaces, type Workspace } from '@kaito/crds';
import { events, pods, statefulSets, type Pod, type StatefulSet } from '@kaito/kube';
// oxlint-disable-next-line eslint/no-restricted-imports -- only tests use this file
import { aWorkspace, eventually, override, type Overrides, type TestStack } from '@kaito/testing';
import { templateDigest } from './workload/template-digest.ts';

const namespace = 'default';
/** Long enough for a stack that shares its machine. */
export const patient = { timeoutMs: 30_000 };

export const a100 = 'Standard_NC24ads_A100_v4';
export const h100 = 'Standard_NC40ads_H100_v5';

/** The key of an object where the tests make them. */
export function key(name: string): { readonly name: string; readonly namespace: string } {
  return { name, namespace };
}

/** A workspace that serves Phi-4, 27 GiB, on one A100. */
export function serving(name: string, overrides?: Overrides<Workspace>): Workspace {
  const base = aWorkspace({
    metadata: { name, namespace },
    resource: { instanceType: a100, labelSelector: { matchLabels: { apps: name } } },
    inference: { preset: { name: 'phi-4' } },
  });
  return override(base, overrides);
}

/** What serves a workspace, at one moment. */
export interface Served {
  readonly workspace: Workspace;
  /** By name. */
  readonly pods: readonly Pod[];
  readonly uids: readonly (string | undefined)[];
  readonly statefulSet: StatefulSet;
  /** Of the pods' template. */
  readonly digest: string | undefined;
}

/** Edits the workspaces of a stack and waits for what comes of it. */
export class ServedWorkspaces {
  readonly #stack: () => TestStack;

  constructor(stack: () => TestStack) {
    this.#stack = stack;
  }

  /** What serves a workspace, as soon as it does at its present revision. */
  async served(name: string): Promise<Served> {
    const { status } = await this.#stack().client.get(workspaces, key(name));
    return this.servedAt(name, status?.revision ?? 1);
  }

  /** The same at a revision that is to come. */
  async servedAt(name: string, revision: number): Promise<Served> {
    return this.now(name, await this.#untilReady(name, revision));
  }

  /** Edits a workspace by a merge patch and waits until it is served so. */
  async edit(name: string, change: object): Promise<Served> {
    const { client } = this.#stack();
    const { status } = await client.get(workspaces, key(name));
    await client.patch(workspaces, key(name), change);
    return this.servedAt(name, (status?.revision ?? 0) + 1);
  }

  /** What serves a workspace now. */
  async now(name: string, workspace: Workspace): Promise<Served> {
    const { client } = this.#stack();
    const { items } = await client.list(pods, { namespace, labelSelector: `${labels.workspace}=${name}` });
    const own = items.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    const statefulSet = await client.get(statefulSets, key(name));
    const digest = templateDigest(statefulSet);
    return { workspace, pods: own, uids: own.map(({ metadata }) => metadata.uid), statefulSet, digest };
  }

  /** Waits until the status of a workspace holds this. */
  untilSaid(name: string, said: object): Promise<void> {
    const { client, dump } = this.#stack();
    const check = async (): Promise<void> => {
      const { status } = await client.get(workspaces, key(name));
      expect(status).toMatchObject(said);
    };
    return eventually(check, { ...patient, describe: `${name} says so`, dump });
  }

  /** Waits until an Event of a workspace says so. */
  async untilEvent(name: string, reason: string, message: RegExp): Promise<void> {
    const { client } = this.#stack();
    await eventually(async () => {
      const { items } = await client.list(events, { namespace, fieldSelector: `involvedObject.name=${name}` });
      const told = items.filter(event => event.reason === reason).map(event => event.message ?? '');
      if (!told.some(text => message.test(text))) throw new Error(`${reason} was told of as: ${told.join('; ')}`);
    });
  }

  /** Names of the Machines of a workspace. */
  async claimsOf(name: string): Promise<readonly string[]> {
    const { items } = await this.#stack().client.list(machines, { labelSelector: `${labels.workspace}=${name}` });
    return items.map(({ metadata }) => metadata.name);
  }

  /** Names of its agent pools, as Azure has them. */
  async poolsOf(name: string): Promise<readonly string[]> {
    const { pools } = await this.#stack().emulator.state();
    return pools.filter(pool => pool.labels[labels.workspace] === name).map(pool => pool.name);
  }

  #untilReady(name: string, revision: number): Promise<Workspace> {
    const { client, dump } = this.#stack();
    return eventually(
      async () => {
        const workspace = await client.get(workspaces, key(name));
        const ready = findCondition(workspace, 'WorkspaceReady');
        const { revision: now, lastChange } = workspace.status ?? {};
        const is = `at revision ${now} (${lastChange?.message ?? 'in place'}), ready: ${ready?.status} ${ready?.message}`;
        // What serves before a change is in place is ready too.
        const isInPlace = now === revision && lastChange?.message === undefined;
        if (ready?.status !== 'True' || !isInPlace) throw new Error(is);
        return workspace;
      },
      { timeoutMs: 60_000, describe: `${name} is ready at revision ${revision}`, dump },
    );
  }
}
