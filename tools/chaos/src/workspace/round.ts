import { configMaps } from '@kaito/kube';
import { Random } from '../plan/random.ts';
import { Attack } from '../round/attack.ts';
import { Deeds } from '../round/deeds.ts';
import { framed } from '../round/result.ts';
import type { RoundOptions, RoundResult } from '../target.ts';
import { violationsIn } from '../verdict.ts';
import { namespace, View } from '../world/view.ts';
import { TO_THE_WORKSPACE, WorkspaceActs } from './acts.ts';
import { BookKeeper } from './books/book-keeper.ts';
import type { Books, Snapshot } from './books/books.ts';
import type { Deed } from './fault.ts';
import { invariants } from './invariants/invariants.ts';
import { field } from './plan-round.ts';
import type { RoundPlan } from './plan-round.ts';
import { RoundWorkspaces } from './round-workspaces.ts';
import { Squatters } from './squatters.ts';
import type { World } from './world.ts';

/** How long things may take until they count as never, in milliseconds. The longest wait that is due is one of 30 s, for a request that hangs. */
const CONVERGES_WITHIN_MS = 60_000;

/**
 * Runs one round: workspaces are made and some deleted midway, the controller is killed at the crash point and started again, others
 * meddle, everything converges, all workspaces are deleted, everything converges, and the books are checked.
 * @throws the signal's reason, or what went wrong with the stack itself; the world is not to be used again then.
 */
export function runRound(plan: RoundPlan, options: RoundOptions<World>): Promise<RoundResult> {
  return framed(field.name, plan, options.clock, async note => {
    const books = await new Round(plan, options, note).run();
    return { crashed: books.crashes > 0, violations: violationsIn(invariants, books) };
  });
}

class Round {
  readonly #plan: RoundPlan;
  readonly #options: RoundOptions<World>;
  readonly #squatters: Squatters;
  readonly #keeper: BookKeeper;
  readonly #author: RoundWorkspaces;
  readonly #deeds: Deeds<Deed>;
  readonly #attack: Attack;

  constructor(plan: RoundPlan, options: RoundOptions<World>, note: (what: string) => void) {
    const { world, clock, signal } = options;
    const { client, emulator } = world.stage.stack;
    const { workspaces, fault } = plan;
    this.#plan = plan;
    this.#options = options;
    const view = new View(
      world.stage.cache,
      workspaces.map(({ name }) => name),
    );
    const squatters = new Squatters(client);
    const { instanceType, configured } = fault;
    const author = new RoundWorkspaces(workspaces, { client, clock, view, instanceType, configured, note, signal });
    this.#squatters = squatters;
    this.#keeper = new BookKeeper({ view, client, emulator, clock, isForeign: uid => squatters.isOne(uid) });
    this.#author = author;
    const random = new Random(`${plan.seed}/${plan.id}/run`);
    this.#deeds = new Deeds(fault.deed, {
      acts: new WorkspaceActs({ client, emulator, view, author, squatters, clock, signal }).all,
      whom: deed => random.pick(TO_THE_WORKSPACE.has(deed) ? author.wanted : author.present),
      isTooLate: () => author.lives.allDeleted,
      note,
    });
    this.#attack = new Attack(plan, {
      ...options,
      note,
      witness: { request: 'release workspace', look: name => this.#keeper.witness(name, signal) },
      look: () => this.#keeper.sample(signal),
      whileDead: () => this.#whileDead(),
      withinMs: CONVERGES_WITHIN_MS,
    });
  }

  async run(): Promise<Books> {
    const { world, signal } = this.#options;
    const { workspacesFirst, workspaces } = this.#plan;
    const { replicas, waiting } = this.#attack;
    const { lives } = this.#author;
    try {
      await this.#attack.prepare();
      await this.#squatters.create(workspaces, signal);
      const started = replicas.start();
      if (!workspacesFirst) await started;
      await Promise.all([started, lives.create()]);
      await waiting.until('the workspaces are up', async () => {
        await lives.takeTurns();
        return (await this.#deed()) ?? lives.whatIsNotUp();
      });
      const settled = await this.#keeper.snapshot(signal);
      await lives.deleteAll();
      await waiting.until('everything is gone', async () => {
        await this.#deed();
        return this.#author.whatIsLeft();
      });
      return await this.#closeBooks(settled);
    } finally {
      this.#keeper.close();
      await world.stage.silence();
      await this.#cleanUp();
    }
  }

  /** The way back takes no longer for a deed that has to wait for somebody. */
  async #whileDead(): Promise<void> {
    this.#deeds.arm();
    if (this.#plan.deedWhen === 'dead') await this.#deeds.tick();
  }

  /** Others meddle only when the controller is back, unless they did so before. @returns what is missing of it */
  async #deed(): Promise<string | undefined> {
    return this.#attack.replicas.settled ? this.#deeds.tick() : undefined;
  }

  async #closeBooks(settled: Snapshot): Promise<Books> {
    const { world, signal } = this.#options;
    const { emulator } = world.stage.stack;
    const { history, alive, releases, children, served } = this.#keeper;
    return {
      workspaces: this.#author.all,
      history,
      alive,
      releases,
      children,
      wronglyServed: served.found,
      requests: (await emulator.requests({ signal })).log,
      settled,
      final: await this.#keeper.snapshot(signal),
      unfinished: this.#attack.unfinished,
      bystanders: [...(await world.bystanders(signal)), ...(await this.#squatters.look(signal))],
      crashes: this.#attack.replicas.blows,
      faultHits: await this.#attack.faultHits(),
      deeds: this.#deeds.count,
      writes: this.#attack.writes,
    };
  }

  async #cleanUp(): Promise<void> {
    const { world, signal } = this.#options;
    const { client } = world.stage.stack;
    await this.#squatters.remove(signal);
    const { items } = await client.list(configMaps, { namespace, signal });
    const made = items.filter(({ metadata }) => metadata.name.startsWith(`${this.#plan.id}-`));
    await Promise.all(made.map(({ metadata }) => client.delete(configMaps, metadata, { signal })));
  }
}
