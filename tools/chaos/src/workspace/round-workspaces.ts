import { findCondition, isTrue, workspaces } from '@kaito/crds';
import type { Workspace } from '@kaito/crds';
import { configMaps, isAlreadyExists } from '@kaito/kube';
import type { Client, Clock } from '@kaito/kube';
import { aWorkspace } from '@kaito/testing';
import type { OurWorkspace } from './books/books.ts';
import type { PlannedWorkspace } from './plan-round.ts';
import { configOf, nameOfConfig } from './settings.ts';
import { Lives } from '../round/lives.ts';
import type { Life } from '../round/lives.ts';
import { isServing, namespace } from '../world/view.ts';
import type { View } from '../world/view.ts';

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

/** The author of a round's workspaces: makes them, deletes them, and knows what it waits for. */
export class RoundWorkspaces {
  readonly lives: Lives<PlannedWorkspace>;
  readonly #options: RoundWorkspacesOptions;
  readonly #plans: readonly PlannedWorkspace[];

  constructor(plans: readonly PlannedWorkspace[], options: RoundWorkspacesOptions) {
    this.#options = options;
    this.#plans = plans;
    this.lives = new Lives(plans, {
      ...options,
      make: plan => this.#make(plan),
      isDue: plan => this.#isDue(plan),
      lack: plan => this.#lack(plan),
    });
  }

  /** The workspaces as the books have them. */
  get all(): readonly OurWorkspace[] {
    return this.lives.all.map(({ plan: { name, nodes, nameTakenBy }, uid, deletedAt }) => ({
      name,
      uid,
      nodes,
      nameTaken: nameTakenBy !== undefined,
      ...(deletedAt !== undefined && { deletedAt }),
    }));
  }

  /** Names of those that are wanted and can be served. */
  get wanted(): readonly string[] {
    return namesOfServed(this.lives.wanted);
  }

  /** Names of those that can be served and are there, wanted or on their way out. */
  get present(): readonly string[] {
    return namesOfServed(this.lives.present);
  }

  /** Deletes one that is wanted; another one of the same name is made as soon as that is free. */
  async makeAnew(name: string): Promise<void> {
    await this.lives.makeAnew(name, ({ nodes }) => ({ name, nodes }));
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
    if (this.#plans.some(plan => plan.name === name && plan.nameTakenBy !== undefined)) return [];
    return [
      ...(view.workload(name) ? [`the workload of ${name}`] : []),
      ...(view.service(name) ? [`the Service of ${name}`] : []),
    ];
  }

  async #make({ name, nodes: count }: PlannedWorkspace): Promise<string> {
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

  #isDue({ name, deletedWhen }: PlannedWorkspace): boolean {
    const { view } = this.#options;
    if (deletedWhen === 'claimed') return view.claims(name).length > 0;
    const workspace = view.workspace(name);
    return deletedWhen === 'created' || (workspace !== undefined && isTrue(workspace, 'WorkspaceReady'));
  }

  #lack(plan: PlannedWorkspace): string | undefined {
    const workspace = this.#options.view.workspace(plan.name);
    if (!workspace) return `${plan.name} is not there`;
    return plan.nameTakenBy === undefined ? this.#notServing(plan, workspace) : notExplained(workspace);
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

function namesOfServed(lives: readonly Life<PlannedWorkspace>[]): readonly string[] {
  return lives.filter(({ plan }) => plan.nameTakenBy === undefined).map(({ plan }) => plan.name);
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
