import { findCondition, isTrue, workspaces } from '@kaito/crds';
import type { Workspace } from '@kaito/crds';
import { configMaps, isAlreadyExists } from '@kaito/kube';
import type { Client, Clock } from '@kaito/kube';
import { aWorkspace } from '@kaito/testing';
import type { OurWorkspace } from './books/books.ts';
import type { PlannedWorkspace } from './plan-round.ts';
import { configOf, nameOfConfig } from './settings.ts';
import { unlessReplaced } from './unless-replaced.ts';
import { isServing, namespace } from './view.ts';
import type { View } from './view.ts';

export interface RoundWorkspacesOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly view: View;
  /** Size of the nodes, where the usual one does not do. */
  readonly instanceType: string | undefined;
  /** They have settings of their own. */
  readonly configured: true | undefined;
  readonly note: (what: string) => void;
  readonly signal: AbortSignal;
}

/** One life of a workspace's name, and what has become of it by our own hands. */
interface Life {
  readonly plan: PlannedWorkspace;
  /** Empty until it was made. */
  uid: string;
  deletedAt: number | undefined;
}

/** The author of a round's workspaces: makes them, deletes them, and knows what it waits for. */
export class RoundWorkspaces {
  readonly #options: RoundWorkspacesOptions;
  readonly #lives: Life[];
  readonly #successors: Life[] = [];

  constructor(plans: readonly PlannedWorkspace[], options: RoundWorkspacesOptions) {
    this.#options = options;
    this.#lives = plans.map(plan => ({ plan, uid: '', deletedAt: undefined }));
  }

  /** The workspaces as the books have them. */
  get all(): readonly OurWorkspace[] {
    return this.#lives.map(({ plan: { name, nodes, nameTakenBy }, uid, deletedAt }) => ({
      name,
      uid,
      nodes,
      nameTaken: nameTakenBy !== undefined,
      ...(deletedAt !== undefined && { deletedAt }),
    }));
  }

  /** Names of those that are wanted and can be served. */
  get wanted(): readonly string[] {
    return this.#kept()
      .filter(({ plan, uid }) => plan.nameTakenBy === undefined && uid !== '')
      .map(({ plan }) => plan.name);
  }

  /** Names of those that can be served and are there, wanted or on their way out. */
  get present(): readonly string[] {
    return this.#lives
      .filter(({ plan: { name, nameTakenBy }, uid }) => nameTakenBy === undefined && this.#isThere(name, uid))
      .map(({ plan }) => plan.name);
  }

  /** All were deleted, by whomever. */
  get allDeleted(): boolean {
    return this.#kept().length === 0;
  }

  /** Makes them all at once. */
  async create(): Promise<void> {
    await Promise.all(
      this.#lives.map(async life => {
        life.uid = await this.#create(life.plan);
      }),
    );
  }

  /** Deletes those whose time has come midway, and makes those anew whose name is free. */
  async takeTurns(): Promise<void> {
    const due = this.#kept().filter(life => this.#isDue(life));
    await Promise.all(due.map(life => this.#delete(life, `when it was ${life.plan.deletedWhen}`)));
    await Promise.all(this.#successors.filter(({ uid }) => uid === '').map(life => this.#tryToCreate(life)));
  }

  /** Deletes those that are left. */
  async deleteAll(): Promise<void> {
    await Promise.all(this.#kept().map(life => this.#delete(life, 'at the end')));
  }

  /** Deletes one that is wanted. */
  async deleteOne(name: string): Promise<void> {
    const life = this.#kept().find(({ plan }) => plan.name === name);
    if (life) await this.#delete(life, 'by hand');
  }

  /** Deletes one that is wanted; another one of the same name is made as soon as that is free. */
  async makeAnew(name: string): Promise<void> {
    const life = this.#kept().find(({ plan }) => plan.name === name);
    if (!life) return;
    await this.#delete(life, 'to be made anew');
    const successor: Life = { plan: { name, nodes: life.plan.nodes }, uid: '', deletedAt: undefined };
    this.#lives.push(successor);
    this.#successors.push(successor);
  }

  /** What is not yet as it is to be: wanted workspaces ready, deleted ones gone. Undefined when all is. */
  whatIsNotUp(): string | undefined {
    return this.#lives.map(life => this.#lack(life)).find(lack => lack !== undefined);
  }

  /** What is still there of workspaces that were all deleted; undefined when nothing is. */
  whatIsLeft(): string | undefined {
    const { view } = this.#options;
    const left = view.names.flatMap(name => [
      ...(view.workspace(name) ? [`workspace ${name}`] : []),
      ...view.claims(name).map(({ metadata }) => `claim ${metadata.name}`),
      ...view.nodes(name).map(({ metadata }) => `node ${metadata.name}`),
      ...view.pods(name).map(({ metadata }) => `pod ${metadata.name}`),
      ...this.#childrenLeft(name),
    ]);
    return left.length === 0 ? undefined : left.join(', ');
  }

  #childrenLeft(name: string): readonly string[] {
    const { view } = this.#options;
    if (this.#lives.some(({ plan }) => plan.name === name && plan.nameTakenBy !== undefined)) return [];
    return [
      ...(view.workload(name) ? [`the workload of ${name}`] : []),
      ...(view.service(name) ? [`the Service of ${name}`] : []),
    ];
  }

  #kept(): readonly Life[] {
    return this.#lives.filter(({ deletedAt }) => deletedAt === undefined);
  }

  async #create({ name, nodes: count }: PlannedWorkspace): Promise<string> {
    const { client, signal, instanceType, configured } = this.#options;
    const resource = {
      count,
      labelSelector: { matchLabels: { apps: name } },
      ...(instanceType !== undefined && { instanceType }),
    };
    const workspace = aWorkspace({ metadata: { name, namespace }, resource });
    const config = nameOfConfig(name);
    if (configured) await ignoreAlreadyExists(client.create(configMaps, configOf(name, 2048), { signal }));
    const wanted = configured ? { ...workspace, inference: { ...workspace.inference, config } } : workspace;
    const made = await client.create(workspaces, wanted, { signal });
    return made.metadata.uid ?? '';
  }

  async #tryToCreate(life: Life): Promise<void> {
    try {
      life.uid = await this.#create(life.plan);
      this.#options.note(`${life.plan.name} made anew`);
    } catch (error) {
      // Its predecessor is not gone yet.
      if (!isAlreadyExists(error)) throw error;
    }
  }

  async #delete(life: Life, when: string): Promise<void> {
    const { client, clock, note, signal } = this.#options;
    const { name } = life.plan;
    life.deletedAt ??= clock.monotonic();
    note(`${name} deleted ${when}`);
    if (life.uid !== '')
      await unlessReplaced(client.delete(workspaces, { name, namespace }, { uid: life.uid, signal }));
  }

  #isDue({ plan: { name, deletedWhen }, uid }: Life): boolean {
    if (deletedWhen === undefined || uid === '') return false;
    const { view } = this.#options;
    if (deletedWhen === 'claimed') return view.claims(name).length > 0;
    const workspace = view.workspace(name);
    return deletedWhen === 'created' || (workspace !== undefined && isTrue(workspace, 'WorkspaceReady'));
  }

  #lack({ plan, uid, deletedAt }: Life): string | undefined {
    const { name } = plan;
    if (deletedAt !== undefined) return this.#isThere(name, uid) ? `${name} is not gone` : undefined;
    const workspace = this.#options.view.workspace(name);
    if (!workspace || workspace.metadata.uid !== uid) return `${name} is not there`;
    return plan.nameTakenBy === undefined ? this.#notServing(plan, workspace) : notExplained(workspace);
  }

  #isThere(name: string, uid: string): boolean {
    return uid !== '' && this.#options.view.workspace(name)?.metadata.uid === uid;
  }

  #notServing({ name, nodes }: PlannedWorkspace, workspace: Workspace): string | undefined {
    const ready = findCondition(workspace, 'WorkspaceReady');
    if (ready?.status !== 'True') return `${name} is not ready (${ready?.reason}: ${ready?.message})`;
    const claims = this.#options.view.claims(name);
    const up = claims.filter(claim => isTrue(claim, 'Ready') && !claim.metadata.deletionTimestamp);
    return up.length === nodes ? this.#notServed(name) : `${name} has ${up.length} of ${nodes} claims ready`;
  }

  #notServed(name: string): string | undefined {
    const { view } = this.#options;
    // Of a Deployment, a failed pod stays beside its successor until somebody collects it.
    const pods = view.pods(name).filter(({ status }) => status?.phase !== 'Failed');
    const serving = pods.filter(isServing).length;
    const wanted = view.workload(name)?.spec?.replicas ?? 0;
    if (wanted === 0 || serving !== wanted || pods.length !== wanted)
      return `${name} has ${serving} of ${wanted} pods, and ${pods.length} in all`;
    const served = view.served(name).length;
    return served === wanted ? undefined : `Service ${name} sends requests to ${served} of ${wanted} pods`;
  }
}

async function ignoreAlreadyExists(creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}

/** A workspace whose name is taken has to say so, by the name. */
function notExplained(workspace: Workspace): string | undefined {
  const { name } = workspace.metadata;
  const ready = findCondition(workspace, 'WorkspaceReady');
  const explained = ready?.status === 'False' && ready.message?.includes(name);
  return explained ? undefined : `${name} does not say that its name is taken (${ready?.reason}: ${ready?.message})`;
}
