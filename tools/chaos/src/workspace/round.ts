import type { Fault as InjectedFault } from '@kaito/emulator';
import { configMaps, sleep } from '@kaito/kube';
import { Random } from '../plan/random.ts';
import { Saboteur } from '../proxy/saboteur.ts';
import { faultHits } from '../round/fault-hits.ts';
import { Replicas } from '../round/replicas.ts';
import { framed } from '../round/result.ts';
import { Waiting } from '../round/waiting.ts';
import type { RoundOptions, RoundResult } from '../target.ts';
import { violationsIn } from '../verdict.ts';
import { BookKeeper } from './books/book-keeper.ts';
import type { Books, Snapshot } from './books/books.ts';
import { Deeds } from './deeds.ts';
import { invariants } from './invariants/invariants.ts';
import { field } from './plan-round.ts';
import type { RoundPlan } from './plan-round.ts';
import { RoundWorkspaces } from './round-workspaces.ts';
import { Squatters } from './squatters.ts';
import { namespace, View } from './view.ts';
import type { World } from './world.ts';

/** How long things may take until they count as never, in milliseconds. The longest wait that is due is one of 30 s, for a request that hangs. */
const CONVERGES_WITHIN_MS = 60_000;
/** How long a write waits that is held up: longer than a restart takes. */
const HELD_UP_MS = 2500;

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
  readonly #note: (what: string) => void;
  readonly #squatters: Squatters;
  readonly #keeper: BookKeeper;
  readonly #author: RoundWorkspaces;
  readonly #deeds: Deeds;
  readonly #replicas: Replicas;
  readonly #saboteur: Saboteur;
  readonly #waiting: Waiting;
  readonly #injected: InjectedFault[] = [];

  constructor(plan: RoundPlan, options: RoundOptions<World>, note: (what: string) => void) {
    const { world, clock, signal } = options;
    const { client, emulator } = world.stage.stack;
    this.#plan = plan;
    this.#options = options;
    this.#note = note;
    const view = new View(
      world.stage.cache,
      plan.workspaces.map(({ name }) => name),
    );
    this.#squatters = new Squatters(client);
    this.#keeper = new BookKeeper({ view, client, emulator, clock, isForeign: uid => this.#squatters.isOne(uid) });
    const { instanceType, configured } = plan.fault;
    const { workspaces } = plan;
    this.#author = new RoundWorkspaces(workspaces, { client, clock, view, instanceType, configured, note, signal });
    const random = new Random(`${plan.seed}/${plan.id}/run`);
    this.#deeds = new Deeds(plan.fault.deed, {
      client,
      emulator,
      view,
      author: this.#author,
      squatters: this.#squatters,
      random,
      note,
      clock,
      signal,
    });
    this.#replicas = new Replicas({
      replicas: world.stage.replicas.slice(0, plan.fault.replicas ?? 1),
      env: { LEADER_ELECT: String(plan.fault.replicas !== undefined) },
      blow: plan.fault.pause ? 'pause' : 'kill',
      meanwhile: blows => this.#meanwhile(blows),
      note,
      clock,
      signal,
    });
    this.#saboteur = new Saboteur({
      strike: replica => this.#replicas.strike(replica),
      pauses: plan.fault.pause === true,
      witness: {
        request: 'release workspace',
        look: name => this.#keeper.witness(name, signal).catch((error: unknown) => this.#replicas.fail(error)),
      },
      holdUp: () => sleep(clock, HELD_UP_MS, signal),
    });
    this.#waiting = new Waiting({
      replicas: this.#replicas,
      look: () => this.#keeper.sample(signal),
      withinMs: CONVERGES_WITHIN_MS,
      note,
      clock,
      signal,
    });
  }

  async run(): Promise<Books> {
    const { world, signal } = this.#options;
    const { fault, point, faultFrom, workspacesFirst, workspaces } = this.#plan;
    try {
      await world.reset(replica => this.#saboteur.hookFor(replica), fault.timings ?? {}, signal);
      await this.#squatters.create(workspaces, signal);
      if (faultFrom === 'start') await this.#inject();
      this.#saboteur.aim(point);
      const started = this.#replicas.start();
      if (!workspacesFirst) await started;
      await Promise.all([started, this.#author.create()]);
      await this.#waiting.until('the workspaces are up', async () => {
        await this.#author.takeTurns();
        return (await this.#deed()) ?? this.#author.whatIsNotUp();
      });
      const settled = await this.#keeper.snapshot(signal);
      await this.#author.deleteAll();
      await this.#waiting.until('everything is gone', async () => {
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

  /** What happens to the world between a blow and the return: the first time what the fault says. */
  async #meanwhile(blows: number): Promise<void> {
    const { fault, faultFrom, deedWhen, secondPoint } = this.#plan;
    if (fault.pause) await this.#options.world.stage.nextLeader(this.#options.signal);
    if (blows > 1) return;
    this.#deeds.arm();
    // The way back takes no longer for a deed that has to wait for somebody.
    if (deedWhen === 'dead') await this.#deeds.tick();
    if (faultFrom === 'restart') await this.#inject();
    this.#saboteur.aim(secondPoint);
  }

  /** Others meddle only when the controller is back, unless they did so before. @returns what is missing of it. */
  async #deed(): Promise<string | undefined> {
    return this.#replicas.settled ? this.#deeds.tick() : undefined;
  }

  async #inject(): Promise<void> {
    const { world, signal } = this.#options;
    const { azure = [], apiServer } = this.#plan.fault;
    this.#saboteur.disturb(apiServer);
    for (const spec of azure) this.#injected.push(await world.stage.stack.emulator.addFault(spec, { signal }));
    if (azure.length > 0 || apiServer) this.#note('the fault is in place');
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
      unfinished: [...this.#waiting.unfinished, ...this.#replicas.unfinished],
      bystanders: [...(await world.bystanders(signal)), ...(await this.#squatters.look(signal))],
      crashes: this.#replicas.blows,
      faultHits: faultHits(this.#injected, await emulator.faults({ signal })) + this.#saboteur.faultHits,
      deeds: this.#deeds.count,
      writes: this.#saboteur.writes,
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
