import { Random } from '../plan/random.ts';
import { Attack } from '../round/attack.ts';
import { framed } from '../round/result.ts';
import type { RoundOptions, RoundResult } from '../target.ts';
import { violationsIn } from '../verdict.ts';
import { BookKeeper } from './books/book-keeper.ts';
import type { Books, Snapshot } from './books/books.ts';
import { invariants } from './invariants/invariants.ts';
import { field } from './plan-round.ts';
import type { RoundPlan } from './plan-round.ts';
import { RoundClaims } from './round-claims.ts';
import type { World } from './world.ts';

/** How long things may take until they count as never, in milliseconds. The longest wait that is due is one of 30 s, after a PUT without an answer. */
const CONVERGES_WITHIN_MS = 60_000;
/** A process that came back so long ago, in milliseconds, has looked at every claim: what they say is its own word. */
const LOOKED_AFTER_MS = 2000;

/**
 * Runs one round: claims are made and some deleted midway, the provisioner is killed at the crash point and started again,
 * everything converges, all claims are deleted, everything converges, and the books are checked.
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
  readonly #keeper: BookKeeper;
  readonly #claims: RoundClaims;
  readonly #attack: Attack;

  constructor(plan: RoundPlan, options: RoundOptions<World>, note: (what: string) => void) {
    const { world, clock, signal } = options;
    const { client, emulator } = world.stage.stack;
    this.#plan = plan;
    this.#options = options;
    const keeper = new BookKeeper(
      { cache: world.stage.cache, client, emulator, clock, foreignPools: world.foreignPools },
      plan.claims.map(({ name }) => name),
    );
    this.#keeper = keeper;
    this.#attack = new Attack(plan, {
      ...options,
      note,
      env: environmentOf(plan),
      witness: { request: 'release claim', look: claim => keeper.witness(claim, signal) },
      look: () => keeper.sample(signal),
      whileDead: () => this.#whileDead(),
      withinMs: CONVERGES_WITHIN_MS,
    });
    const mayStayWithout = (): boolean =>
      plan.fault.mayStayWithout === true && this.#attack.replicas.quietMs > LOOKED_AFTER_MS;
    const random = new Random(`${plan.seed}/${plan.id}/run`);
    this.#claims = new RoundClaims(plan.claims, { client, clock, keeper, random, mayStayWithout, note, signal });
  }

  async run(): Promise<Books> {
    const { world, signal } = this.#options;
    const { replicas, waiting } = this.#attack;
    try {
      await this.#attack.prepare();
      const started = replicas.start();
      if (!this.#plan.claimsFirst) await started;
      await Promise.all([started, this.#claims.create()]);
      await waiting.until('the claims are up', async () => {
        await this.#claims.deleteDue();
        return this.#claims.whatIsNotUp();
      });
      const settled = await this.#keeper.snapshot(signal);
      await this.#claims.deleteAll();
      await waiting.until('everything is gone', () => Promise.resolve(this.#claims.whatIsLeft()));
      return await this.#closeBooks(settled);
    } finally {
      this.#keeper.close();
      await world.stage.silence();
    }
  }

  async #whileDead(): Promise<void> {
    const { whileDead } = this.#plan.fault;
    if (whileDead === 'delete a claim') await this.#claims.deleteOne();
    if (whileDead === 'delete a node') await this.#claims.deleteOneNode();
  }

  async #closeBooks(settled: Snapshot): Promise<Books> {
    const { world, signal } = this.#options;
    const { history, samples, releases } = this.#keeper;
    return {
      claims: this.#claims.all,
      history,
      samples,
      releases,
      requests: (await world.stage.stack.emulator.requests({ signal })).log,
      effectiveFaults: this.#attack.effectiveFaults,
      settled,
      final: await this.#keeper.snapshot(signal),
      unfinished: this.#attack.unfinished,
      bystanders: await world.bystanders(signal),
      foreignPools: world.foreignPools,
      crashes: this.#attack.replicas.blows,
      faultHits: await this.#attack.faultHits(),
      mayStayWithout: this.#plan.fault.mayStayWithout === true,
    };
  }
}

function environmentOf({ eagerCollection }: RoundPlan): Readonly<Record<string, string | undefined>> {
  const [interval, grace] = eagerCollection ? ['1s', '5s'] : [undefined, undefined];
  return { GC_INTERVAL: interval, GC_GRACE: grace };
}
