import { persistentVolumeClaims, persistentVolumes } from '@kaito/kube';
import { Random } from '../plan/random.ts';
import { Attack } from '../round/attack.ts';
import { Deeds } from '../round/deeds.ts';
import { framed } from '../round/result.ts';
import { unlessReplaced } from '../round/unless-replaced.ts';
import type { RoundOptions, RoundResult } from '../target.ts';
import { violationsIn } from '../verdict.ts';
import { BookKeeper } from '../workspace/books/book-keeper.ts';
import type { Snapshot } from '../workspace/books/books.ts';
import { namespace, View } from '../world/view.ts';
import { TuningActs } from './acts.ts';
import type { Result, TuningBooks } from './books/books.ts';
import { resultOf, tagsOf } from './books/results.ts';
import { TrainerListener } from './books/trainer-listener.ts';
import { TrainingKeeper } from './books/training-keeper.ts';
import type { Deed } from './fault.ts';
import { invariants } from './invariants/invariants.ts';
import { field } from './plan-round.ts';
import type { PlannedTraining, RoundPlan } from './plan-round.ts';
import { RoundTrainings } from './round-trainings.ts';
import { childKinds } from './view.ts';
import type { World } from './world.ts';

/** How long things may take until they count as never, in milliseconds. The longest waits that are due: 30 s for a request that hangs, and 10, 20, 40 s before a Job tries again. */
const CONVERGES_WITHIN_MS = 120_000;
/** The pods of a node that is gone are waited for, as it might come back: for their grace period and a minute, and then for Kubernetes' collector. */
const SLOW_WITHIN_MS = 240_000;

/**
 * Runs one round: trainings are made and some deleted midway, the controller is killed at the crash point and started again, steps are
 * killed and others meddle, everything converges, all workspaces are deleted, everything converges, and the books are checked.
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
  readonly #keeper: BookKeeper;
  readonly #trainings: TrainingKeeper;
  readonly #listener: TrainerListener;
  readonly #author: RoundTrainings;
  readonly #deeds: Deeds<Deed>;
  readonly #attack: Attack;

  constructor(plan: RoundPlan, options: RoundOptions<World>, note: (what: string) => void) {
    const { world, clock, signal } = options;
    const { stack, cache } = world.stage;
    const { client, emulator } = stack;
    const { trainings, fault } = plan;
    this.#plan = plan;
    this.#options = options;
    this.#note = note;
    const view = new View(
      cache,
      trainings.map(({ name }) => name),
    );
    this.#keeper = new BookKeeper({ view, client, emulator, clock, isForeign: () => false, childKinds });
    this.#trainings = new TrainingKeeper(view);
    const names = trainings.filter(({ kind }) => kind === 'volume').map(({ name }) => name);
    this.#listener = new TrainerListener({ view, client, clock, names });
    const author = new RoundTrainings(trainings, { stack, clock, view, note, signal });
    this.#author = author;
    const random = new Random(`${plan.seed}/${plan.id}/run`);
    this.#deeds = new Deeds(fault.deed, {
      acts: new TuningActs({ stack, view, author, clock, signal }).all,
      whom: deed => random.pick(whomFor(deed, author)),
      isTooLate: () => author.unfinished.length === 0,
      note,
    });
    this.#attack = new Attack(plan, {
      ...options,
      note,
      witness: { request: 'release workspace', look: name => this.#keeper.witness(name, signal) },
      look: () => Promise.all([this.#keeper.sample(signal), this.#listener.look(signal)]),
      whileDead: () => this.#whileDead(),
      withinMs: fault.slow ? SLOW_WITHIN_MS : CONVERGES_WITHIN_MS,
    });
  }

  async run(): Promise<TuningBooks> {
    const { world, signal } = this.#options;
    const { replicas, waiting } = this.#attack;
    const { lives } = this.#author;
    try {
      await this.#attack.prepare();
      for (const training of this.#plan.trainings) this.#lieInWait(training);
      if (this.#plan.deedWhen === 'early') this.#deeds.arm();
      const started = replicas.start();
      if (!this.#plan.workspacesFirst) await started;
      await Promise.all([started, lives.create()]);
      await waiting.until('the trainings have ended', async () => {
        await lives.takeTurns();
        return (await this.#deed()) ?? lives.whatIsNotUp();
      });
      const settled = await this.#keeper.snapshot(signal);
      const results = await this.#results();
      await lives.deleteAll();
      await waiting.until('everything is gone', async () => {
        await this.#deed();
        return this.#author.whatIsLeft();
      });
      return await this.#closeBooks(settled, results);
    } finally {
      this.#keeper.close();
      this.#trainings.close();
      await world.stage.silence();
      await this.#cleanUp();
    }
  }

  #lieInWait({ name, killed }: PlannedTraining): void {
    if (!killed) return;
    const { step, afterMs } = killed;
    const { player } = this.#options.world.stage.stack;
    const isMeant = (pod: { readonly metadata: { readonly name: string } }): boolean =>
      pod.metadata.name.startsWith(`${name}-`);
    void player.killAtStart(isMeant, step, afterMs).then(pod => this.#note(`${step} of ${pod.metadata.name} killed`));
  }

  /** The way back takes no longer for a deed that has to wait for somebody. */
  async #whileDead(): Promise<void> {
    this.#deeds.arm();
    if (this.#plan.deedWhen !== 'back') await this.#deeds.tick();
  }

  /** Others meddle only when the controller is there, unless they did so before. @returns what is missing of it */
  async #deed(): Promise<string | undefined> {
    return this.#attack.replicas.settled ? this.#deeds.tick() : undefined;
  }

  /** What the trainings have come to that are there to the end. */
  #results(): Promise<readonly Result[]> {
    const { world, signal } = this.#options;
    const wanted = this.#author.all.filter(({ deletedAt }) => deletedAt === undefined);
    return Promise.all(wanted.map(training => resultOf(training, world.stage.stack, signal)));
  }

  async #closeBooks(settled: Snapshot, results: readonly Result[]): Promise<TuningBooks> {
    const { world, signal } = this.#options;
    const { stack } = world.stage;
    const { history, alive, releases, children } = this.#keeper;
    const { jobs, claims: claimsMade, attempts, outcomes } = this.#trainings;
    const trainings = this.#author.all;
    const { runs } = this.#listener;
    for (const { first, last } of runs) if (first > 0) this.#note(`a trainer went on from step ${first} to ${last}`);
    return {
      workspaces: trainings,
      trainings,
      jobs,
      claimsMade,
      attempts,
      outcomes,
      runs,
      results,
      tags: (await Promise.all(trainings.map(training => tagsOf(training, stack)))).flat(),
      undisturbed: world.undisturbed,
      jobsDeleted: this.#plan.fault.deed === 'delete a job' ? this.#deeds.count : 0,
      history,
      alive,
      releases,
      children,
      wronglyServed: [],
      requests: (await stack.emulator.requests({ signal })).log,
      settled,
      final: await this.#keeper.snapshot(signal),
      unfinished: this.#attack.unfinished,
      bystanders: await world.bystanders(signal),
      crashes: this.#attack.replicas.blows,
      faultHits: await this.#attack.faultHits(),
      deeds: this.#deeds.count,
      writes: this.#attack.writes,
    };
  }

  /** Volumes are their user's. */
  async #cleanUp(): Promise<void> {
    const { world, signal } = this.#options;
    const { client } = world.stage.stack;
    for (const { name, kind } of this.#plan.trainings) {
      if (kind !== 'volume') continue;
      await unlessReplaced(client.delete(persistentVolumeClaims, { name, namespace }, { signal }));
      await unlessReplaced(client.delete(persistentVolumes, { name }, { signal }));
    }
  }
}

/** To whom a deed may be done: what is about a node or a pod only while a training goes on. */
function whomFor(deed: Deed | undefined, author: RoundTrainings): readonly string[] {
  if (deed === 'edit the output') return author.toImages;
  if (deed === 'delete a job that has ended') return author.ended;
  return deed === 'delete a workspace' || deed === 'make a workspace anew' ? author.wanted : author.unfinished;
}
