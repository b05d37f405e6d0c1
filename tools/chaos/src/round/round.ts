import type { Fault as InjectedFault } from '@kaito/emulator';
import { sleep } from '@kaito/kube';
import type { Clock } from '@kaito/kube';
import { BookKeeper } from '../books/book-keeper.ts';
import type { Books, Snapshot } from '../books/books.ts';
import { violationsIn } from '../invariants/invariant.ts';
import type { Violation } from '../invariants/invariant.ts';
import { describePoint } from '../plan/crash-point.ts';
import { Random } from '../plan/random.ts';
import { commandOf } from '../plan/schedule.ts';
import type { RoundPlan } from '../plan/schedule.ts';
import { Saboteur } from '../proxy/saboteur.ts';
import type { World } from '../world/world.ts';
import { Replicas } from './replicas.ts';
import { RoundClaims } from './round-claims.ts';

/** What came of a round. */
export interface RoundResult {
  readonly id: string;
  readonly point: string;
  readonly fault: string;
  /** The crash point was reached. */
  readonly crashed: boolean;
  readonly violations: readonly Violation[];
  /** What happened, in order. */
  readonly notes: readonly string[];
  readonly durationMs: number;
  /** The command that runs this very round again. */
  readonly replay: string;
}

export interface RoundOptions {
  readonly world: World;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** How long things may take until they count as never, in milliseconds. The longest wait that is due is one of 30 s, after a PUT without an answer. */
const CONVERGES_WITHIN_MS = 60_000;
const TICK_MS = 30;
/** A process that came back so long ago, in milliseconds, has looked at every claim: what they say is its own word. */
const LOOKED_AFTER_MS = 2000;

/**
 * Runs one round: claims are made and some deleted midway, the provisioner is killed at the crash point and started again,
 * everything converges, all claims are deleted, everything converges, and the books are checked.
 * @throws the signal's reason, or what went wrong with the stack itself; the world is not to be used again then.
 */
export async function runRound(plan: RoundPlan, options: RoundOptions): Promise<RoundResult> {
  const start = options.clock.monotonic();
  const notes: string[] = [];
  const note = (what: string): void => void notes.push(`${Math.round(options.clock.monotonic() - start)} ms: ${what}`);
  const books = await new Round(plan, options, note).run();
  return {
    id: plan.id,
    point: describePoint(plan.point),
    fault: plan.fault.id,
    crashed: books.crashes > 0,
    violations: violationsIn(books),
    notes,
    durationMs: Math.round(options.clock.monotonic() - start),
    replay: commandOf(plan),
  };
}

class Round {
  readonly #plan: RoundPlan;
  readonly #options: RoundOptions;
  readonly #note: (what: string) => void;
  readonly #keeper: BookKeeper;
  readonly #claims: RoundClaims;
  readonly #replicas: Replicas;
  readonly #saboteur: Saboteur;
  readonly #injected: InjectedFault[] = [];
  readonly #unfinished: string[] = [];

  constructor(plan: RoundPlan, options: RoundOptions, note: (what: string) => void) {
    const { world, clock, signal } = options;
    const { client, emulator } = world.stack;
    this.#plan = plan;
    this.#options = options;
    this.#note = note;
    this.#keeper = new BookKeeper(
      { cache: world.cache, client, emulator, clock, foreignPools: world.foreignPools },
      plan.claims.map(({ name }) => name),
    );
    this.#replicas = new Replicas({
      replicas: world.replicas.slice(0, plan.fault.replicas ?? 1),
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
      beforeRelease: claim => this.#keeper.witness(claim, signal).catch((error: unknown) => this.#replicas.fail(error)),
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
      await this.#until('the claims are up', async () => {
        await this.#claims.deleteDue();
        return this.#claims.whatIsNotUp();
      });
      const settled = await this.#keeper.snapshot(signal);
      await this.#claims.deleteAll();
      await this.#until('everything is gone', () => Promise.resolve(this.#claims.whatIsLeft()));
      return await this.#closeBooks(settled);
    } finally {
      this.#keeper.close();
      await world.silence();
    }
  }

  /** What happens to the world between a blow and the return: the first time what the fault says. */
  async #meanwhile(blows: number): Promise<void> {
    const { fault, faultFrom, secondPoint } = this.#plan;
    if (fault.pause) await this.#options.world.nextLeader(this.#options.signal);
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
    for (const spec of azure) this.#injected.push(await world.stack.emulator.addFault(spec, { signal }));
    if (azure.length > 0 || apiServer) this.#note('the fault is in place');
  }

  /** Waits until nothing is missing and nobody is on the way back; what is missing when time is up stands in the books. */
  async #until(what: string, missing: () => Promise<string | undefined>): Promise<void> {
    const { clock, signal } = this.#options;
    const deadline = clock.monotonic() + CONVERGES_WITHIN_MS;
    for (;;) {
      await this.#keeper.sample(signal);
      const lack = await missing();
      const { settled } = this.#replicas;
      if (lack === undefined && settled) return this.#note(what);
      if (clock.monotonic() > deadline) {
        this.#unfinished.push(
          `not within ${CONVERGES_WITHIN_MS / 1000} s: ${what}: ${lack ?? 'the provisioner is not back'}`,
        );
        return;
      }
      await sleep(clock, TICK_MS, signal);
    }
  }

  async #closeBooks(settled: Snapshot): Promise<Books> {
    const { world, signal } = this.#options;
    const { emulator } = world.stack;
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
      unfinished: [...this.#unfinished, ...this.#replicas.unfinished],
      bystanders: await world.bystanders(signal),
      foreignPools: world.foreignPools,
      crashes: this.#replicas.blows,
      faultHits: hitsOf(this.#injected, await emulator.faults({ signal })) + this.#saboteur.faultHits,
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

/** The emulator forgets a fault that is used up: such a one has hit as often as it could. */
function hitsOf(injected: readonly InjectedFault[], left: readonly InjectedFault[]): number {
  const hits = injected.map(
    ({ id, remaining }) => left.find(fault => fault.id === id)?.hits ?? (remaining === 'always' ? 0 : remaining),
  );
  return hits.reduce((sum, count) => sum + count, 0);
}
