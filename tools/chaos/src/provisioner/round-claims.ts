import { labels, machines, nodeClaims } from '@kaito/crds';
import { ignoreNotFound, nodes } from '@kaito/kube';
import type { Client, Clock } from '@kaito/kube';
import { aMachine, aNodeClaim } from '@kaito/testing';
import type { BookKeeper } from './books/book-keeper.ts';
import type { OurClaim, SeenClaim } from './books/books.ts';
import type { Random } from '../plan/random.ts';
import type { PlannedClaim } from './plan-round.ts';

export interface RoundClaimsOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly keeper: BookKeeper;
  /** Chooses who is deleted when nobody in particular is meant. */
  readonly random: Random;
  /** A claim may end up without a machine and say why. */
  readonly mayStayWithout: () => boolean;
  readonly note: (what: string) => void;
  readonly signal: AbortSignal;
}

/** A claim, and what has become of it by our own hands. */
interface Entry {
  readonly plan: PlannedClaim;
  uid: string;
  deletedAt: number | undefined;
}

/** The author of a round's claims: makes them, deletes them, and knows what it waits for. */
export class RoundClaims {
  readonly #options: RoundClaimsOptions;
  readonly #entries: readonly Entry[];

  constructor(plans: readonly PlannedClaim[], options: RoundClaimsOptions) {
    this.#options = options;
    this.#entries = plans.map(plan => ({ plan, uid: '', deletedAt: undefined }));
  }

  /** The claims as the books have them. */
  get all(): readonly OurClaim[] {
    return this.#entries.map(({ plan: { kind, name }, uid, deletedAt }) => ({
      kind,
      name,
      uid,
      ...(deletedAt !== undefined && { deletedAt }),
    }));
  }

  /** Makes them all at once. */
  async create(): Promise<void> {
    await Promise.all(
      this.#entries.map(async entry => {
        entry.uid = await this.#create(entry.plan);
      }),
    );
  }

  /** Deletes those whose time has come midway. */
  async deleteDue(): Promise<void> {
    const due = this.#kept().filter(entry => this.#isDue(entry));
    await Promise.all(due.map(entry => this.#delete(entry, `when it was ${entry.plan.deletedWhen}`)));
  }

  /** Deletes those that are left. */
  async deleteAll(): Promise<void> {
    await Promise.all(this.#kept().map(entry => this.#delete(entry, 'at the end')));
  }

  /** Deletes one that is wanted, whichever. */
  async deleteOne(): Promise<void> {
    const entry = this.#options.random.pick(this.#kept().filter(({ uid }) => uid !== ''));
    if (entry) await this.#delete(entry, 'while nobody was there');
  }

  /** Deletes the node of one. Whoever deletes a node means its claim, so that counts as deleted by us. */
  async deleteOneNode(): Promise<void> {
    const { client, clock, keeper, random, note, signal } = this.#options;
    const node = random.pick(keeper.nodes().filter(({ held }) => held));
    const owner = keeper.claims().find(({ providerID }) => providerID !== undefined && providerID === node?.providerID);
    const entry = this.#entries.find(({ uid }) => uid === owner?.uid);
    if (!node || !entry) return note('no node to delete');
    entry.deletedAt ??= clock.monotonic();
    await ignoreNotFound(client.delete(nodes, { name: node.name }, { signal }));
    note(`the node of ${entry.plan.name} deleted`);
  }

  /** What is not yet as it is to be: wanted claims Ready, deleted ones gone. Undefined when all is. */
  whatIsNotUp(): string | undefined {
    return this.#entries.map(entry => this.#lack(entry)).find(lack => lack !== undefined);
  }

  /** What is still there of claims that were all deleted; undefined when nothing is. */
  whatIsLeft(): string | undefined {
    const { keeper } = this.#options;
    const left = [
      ...keeper.claims().map(({ name }) => `claim ${name}`),
      ...keeper.pools().map(({ name, state }) => `pool ${name} (${state})`),
      ...keeper.nodes().map(({ name }) => `node ${name}`),
    ];
    return left.length === 0 ? undefined : left.join(', ');
  }

  #kept(): readonly Entry[] {
    return this.#entries.filter(({ deletedAt }) => deletedAt === undefined);
  }

  async #create({ kind, name, instanceTypes }: PlannedClaim): Promise<string> {
    const { client, signal } = this.#options;
    const metadata = { name };
    const spec = { requirements: [{ key: labels.instanceType, operator: 'In', values: [...instanceTypes] }] } as const;
    const made =
      kind === 'Machine'
        ? await client.create(machines, aMachine({ metadata, spec }), { signal })
        : await client.create(nodeClaims, aNodeClaim({ metadata, spec }), { signal });
    return made.metadata.uid ?? '';
  }

  async #delete(entry: Entry, when: string): Promise<void> {
    const { client, clock, note, signal } = this.#options;
    const { kind, name } = entry.plan;
    entry.deletedAt ??= clock.monotonic();
    note(`${name} deleted ${when}`);
    await ignoreNotFound(client.delete(kind === 'Machine' ? machines : nodeClaims, { name }, { signal }));
  }

  #isDue({ plan: { deletedWhen }, uid }: Entry): boolean {
    if (deletedWhen === undefined || uid === '') return false;
    const seen = this.#seen(uid);
    if (deletedWhen === 'requested') return this.#hasPool(uid) || seen?.ready === true;
    return deletedWhen === 'created' || (seen !== undefined && this.#isSettled(seen));
  }

  #lack({ plan: { name }, uid, deletedAt }: Entry): string | undefined {
    const seen = this.#seen(uid);
    if (deletedAt !== undefined) return seen && `${name} is not gone`;
    if (!seen) return `${name} is not there`;
    return this.#isSettled(seen) ? undefined : `${name} is not Ready (${seen.explanation ?? 'no word why'})`;
  }

  #isSettled({ uid, ready, explanation }: SeenClaim): boolean {
    return ready || (this.#options.mayStayWithout() && explanation !== undefined && !this.#hasPool(uid));
  }

  #seen(uid: string): SeenClaim | undefined {
    return this.#options.keeper.claims().find(claim => claim.uid === uid);
  }

  #hasPool(uid: string): boolean {
    return this.#options.keeper.pools().some(({ claimUid }) => claimUid === uid);
  }
}
