import type { Fault as InjectedFault } from '@kaito/emulator';
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
  readonly #note: (what: string) => void;
  readonly #keeper: BookKeeper;
  readonly #claims: RoundClaims;
  readonly #replicas: Replicas;
  readonly #saboteur: Saboteur;
  readonly #injected: InjectedFault[] = [];
  readonly #waiting: Waiting;

  constructor(plan: RoundPlan, options: RoundOptions<World>, note: (what: string) => void) {
    const { world, clock, signal } = options;
    const { client, emulator } = world.stage.stack;
    this.#plan = plan;
    this.#options = options;
    this.#note = note;
    this.#keeper = new BookKeeper(
      { cache: world.stage.cache, client, emulator, clock, foreignPools: world.foreignPools },
      plan.claims.map(({ name }) => name),
    );
    this.#replicas = new Replicas({
      replicas: world.stage.replicas.slice(0, plan.fault.replicas ?? 1),
      env: environmentOf(plan),
      blow: plan.fault.pause ? 'pause' : 'kill',
      meanwhile: blows => this.#meanwhile(blows),
      note,
      clock,
      signal,
    });
    const mayStayWithout = (): boolean =>
      plan.fault.mayStayWithout === true && this.#replicas.quietMs > LOOKED_AFTER_MS;
    const random = new Random(`${plan.seed}/${plan.id}/run`);
    this.#claims = new RoundClaims(plan.claims, {
      client,
      clock,
      keeper: this.#keeper,
      random,
      mayStayWithout,
      note,
      signal,
    });
    this.#saboteur = new Saboteur({
      strike: replica => this.#replicas.strike(replica),
      pauses: plan.fault.pause === true,
      witness: {
        request: 'release claim',
        look: claim => this.#keeper.witness(claim, signal).catch((error: unknown) => this.#replicas.fail(error)),
      },
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
    const { fault, point, faultFrom, claimsFirst } = this.#plan;
    try {
      await world.reset(replica => this.#saboteur.hookFor(replica), fault.timings ?? {}, signal);
      if (faultFrom === 'start') await this.#inject();
      this.#saboteur.aim(point);
      const started = this.#replicas.start();
      if (!claimsFirst) await started;
      await Promise.all([started, this.#claims.create()]);
      await this.#waiting.until('the claims are up', async () => {
        await this.#claims.deleteDue();
        return this.#claims.whatIsNotUp();
      });
      const settled = await this.#keeper.snapshot(signal);
      await this.#claims.deleteAll();
      await this.#waiting.until('everything is gone', () => Promise.resolve(this.#claims.whatIsLeft()));
      return await this.#closeBooks(settled);
    } finally {
      this.#keeper.close();
      await world.stage.silence();
    }
  }

  /** What happens to the world between a blow and the return: the first time what the fault says. */
  async #meanwhile(blows: number): Promise<void> {
    const { fault, faultFrom, secondPoint } = this.#plan;
    if (fault.pause) await this.#options.world.stage.nextLeader(this.#options.signal);
    if (blows > 1) return;
    if (fault.whileDead === 'delete a claim') await this.#claims.deleteOne();
    if (fault.whileDead === 'delete a node') await this.#claims.deleteOneNode();
    if (faultFrom === 'restart') await this.#inject();
    this.#saboteur.aim(secondPoint);
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
    const { history, samples, releases } = this.#keeper;
    return {
      claims: this.#claims.all,
      history,
      samples,
      releases,
      requests: (await emulator.requests({ signal })).log,
      effectiveFaults: this.#injected.filter(hasEffect).map(({ id }) => id),
      settled,
      final: await this.#keeper.snapshot(signal),
      unfinished: [...this.#waiting.unfinished, ...this.#replicas.unfinished],
      bystanders: await world.bystanders(signal),
      foreignPools: world.foreignPools,
      crashes: this.#replicas.blows,
      faultHits: faultHits(this.#injected, await emulator.faults({ signal })) + this.#saboteur.faultHits,
      mayStayWithout: this.#plan.fault.mayStayWithout === true,
    };
  }
}

function environmentOf({ fault, eagerCollection }: RoundPlan): Readonly<Record<string, string | undefined>> {
  const [interval, grace] = eagerCollection ? ['1s', '5s'] : [undefined, undefined];
  return { LEADER_ELECT: String(fault.replicas !== undefined), GC_INTERVAL: interval, GC_GRACE: grace };
}

function hasEffect({ action }: InjectedFault): boolean {
  return 'effect' in action && action.effect;
}
