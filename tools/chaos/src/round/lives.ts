import { workspaces } from '@kaito/crds';
import { isAlreadyExists } from '@kaito/kube';
import type { Client, Clock } from '@kaito/kube';
import { namespace } from '../world/view.ts';
import type { View } from '../world/view.ts';
import { unlessReplaced } from './unless-replaced.ts';

/** What every workspace of a round has. */
export interface PlannedLife {
  readonly name: string;
  /** It is deleted midway, when it has come so far. Kept until the end when absent. */
  readonly deletedWhen?: string;
}

/** One life of a workspace's name, and what has become of it by our own hands. */
export interface Life<P extends PlannedLife> {
  readonly plan: P;
  /** Empty until it was made. */
  readonly uid: string;
  /** Milliseconds on the monotonic clock. */
  readonly deletedAt: number | undefined;
}

export interface LivesOptions<P extends PlannedLife> {
  readonly client: Client;
  readonly clock: Clock;
  readonly view: View;
  readonly note: (what: string) => void;
  readonly signal: AbortSignal;
  /** Makes a workspace. @returns its uid @throws the API server's AlreadyExists while there is one of its name */
  readonly make: (plan: P) => Promise<string>;
  /** Whether one is to be deleted now that is deleted midway. */
  readonly isDue: (plan: P) => boolean;
  /** What keeps one that is wanted from being as it is to be. */
  readonly lack: (plan: P) => string | undefined;
}

type MutableLife<P extends PlannedLife> = { -readonly [key in keyof Life<P>]: Life<P>[key] };

/** Makes a round's workspaces, deletes them and makes them anew, and knows which are wanted. */
export class Lives<P extends PlannedLife> {
  readonly #options: LivesOptions<P>;
  readonly #lives: MutableLife<P>[];
  readonly #successors: MutableLife<P>[] = [];

  constructor(plans: readonly P[], options: LivesOptions<P>) {
    this.#options = options;
    this.#lives = plans.map(plan => ({ plan, uid: '', deletedAt: undefined }));
  }

  get all(): readonly Life<P>[] {
    return this.#lives;
  }

  /** Those that were made and that we have not deleted. */
  get wanted(): readonly Life<P>[] {
    return this.#kept().filter(({ uid }) => uid !== '');
  }

  /** Those that are there, wanted or on their way out. */
  get present(): readonly Life<P>[] {
    return this.#lives.filter(life => this.#isThere(life));
  }

  /** All were deleted, by whomever. */
  get allDeleted(): boolean {
    return this.#kept().length === 0;
  }

  /** Makes them all at once. */
  async create(): Promise<void> {
    await Promise.all(
      this.#lives.map(async life => {
        life.uid = await this.#options.make(life.plan);
      }),
    );
  }

  /** Deletes those whose time has come midway, and makes those anew whose name is free. */
  async takeTurns(): Promise<void> {
    const { isDue } = this.#options;
    const due = this.#kept().filter(({ plan, uid }) => plan.deletedWhen !== undefined && uid !== '' && isDue(plan));
    await Promise.all(due.map(life => this.#delete(life, `when it was ${life.plan.deletedWhen}`)));
    await Promise.all(this.#successors.filter(({ uid }) => uid === '').map(life => this.#tryToMake(life)));
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

  /** Deletes one that is wanted; another one of the same name is made as soon as that is free. @param planned what it is to be */
  async makeAnew(name: string, planned: (before: P) => P): Promise<void> {
    const life = this.#kept().find(({ plan }) => plan.name === name);
    if (!life) return;
    await this.#delete(life, 'to be made anew');
    const successor: MutableLife<P> = { plan: planned(life.plan), uid: '', deletedAt: undefined };
    this.#lives.push(successor);
    this.#successors.push(successor);
  }

  /** Another plan for one that is wanted, from now on. */
  replan(name: string, planned: (before: P) => P): void {
    const life = this.#kept().find(({ plan }) => plan.name === name);
    if (life) life.plan = planned(life.plan);
  }

  /** What is not yet as it is to be: a wanted workspace that is not, or a deleted one that is not gone. Undefined when all is. */
  whatIsNotUp(): string | undefined {
    return this.#lives.map(life => this.#lack(life)).find(lack => lack !== undefined);
  }

  #lack(life: Life<P>): string | undefined {
    const { name } = life.plan;
    if (life.deletedAt !== undefined) return this.#isThere(life) ? `${name} is not gone` : undefined;
    return this.#isThere(life) ? this.#options.lack(life.plan) : `${name} is not there`;
  }

  #isThere({ plan, uid }: Life<P>): boolean {
    return uid !== '' && this.#options.view.workspace(plan.name)?.metadata.uid === uid;
  }

  #kept(): readonly MutableLife<P>[] {
    return this.#lives.filter(({ deletedAt }) => deletedAt === undefined);
  }

  async #tryToMake(life: MutableLife<P>): Promise<void> {
    try {
      life.uid = await this.#options.make(life.plan);
      this.#options.note(`${life.plan.name} made anew`);
    } catch (error) {
      // Its predecessor is not gone yet.
      if (!isAlreadyExists(error)) throw error;
    }
  }

  async #delete(life: MutableLife<P>, when: string): Promise<void> {
    const { client, clock, note, signal } = this.#options;
    const { name } = life.plan;
    life.deletedAt ??= clock.monotonic();
    note(`${name} deleted ${when}`);
    if (life.uid !== '')
      await unlessReplaced(client.delete(workspaces, { name, namespace }, { uid: life.uid, signal }));
  }
}
