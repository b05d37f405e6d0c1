import type { Fault as InjectedFault } from '@kaito/emulator';
import { sleep } from '@kaito/kube';
import type { CrashPoint } from '../plan/crash-point.ts';
import type { PlannedRound } from '../plan/schedule.ts';
import { Saboteur } from '../proxy/saboteur.ts';
import type { SaboteurOptions } from '../proxy/saboteur.ts';
import type { RoundOptions } from '../target.ts';
import type { StagedWorld } from '../world/staged-world.ts';
import { faultHits } from './fault-hits.ts';
import { Replicas } from './replicas.ts';
import { Waiting } from './waiting.ts';

/** What of a round's plan is about the attack. */
export interface PlannedAttack extends PlannedRound {
  /** The fault strikes from the start, or only after the crash. */
  readonly faultFrom: 'start' | 'restart';
  /** Where the restarted process is killed, too. */
  readonly secondPoint?: CrashPoint;
}

export interface AttackOptions extends RoundOptions<StagedWorld> {
  readonly note: (what: string) => void;
  /** Environment of the replicas. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Looks around while each request of a kind waits; told the name of the object. */
  readonly witness: SaboteurOptions['witness'];
  /** Looks at what there is, again and again. */
  readonly look: () => Promise<unknown>;
  /** What else happens while the controller is dead for the first time. */
  readonly whileDead: () => Promise<void>;
  /** After how many milliseconds something counts as never. */
  readonly withinMs: number;
}

/** How long a write waits that is held up, in milliseconds: longer than a restart takes. */
const HELD_UP_MS = 2500;

/** The attack on the controller of a round: its replicas are struck at the crash point and brought back, under the fault of the plan. */
export class Attack {
  readonly replicas: Replicas;
  readonly waiting: Waiting;
  readonly #plan: PlannedAttack;
  readonly #options: AttackOptions;
  readonly #saboteur: Saboteur;
  readonly #injected: InjectedFault[] = [];

  constructor(plan: PlannedAttack, options: AttackOptions) {
    const { world, clock, signal, note, look, withinMs, witness } = options;
    const { replicas, pause } = plan.fault;
    this.#plan = plan;
    this.#options = options;
    this.replicas = new Replicas({
      replicas: world.stage.replicas.slice(0, replicas ?? 1),
      env: { LEADER_ELECT: String(replicas !== undefined), ...options.env },
      blow: pause ? 'pause' : 'kill',
      meanwhile: blows => this.#meanwhile(blows),
      note,
      clock,
      signal,
    });
    this.#saboteur = new Saboteur({
      strike: replica => this.replicas.strike(replica),
      pauses: pause === true,
      witness: {
        request: witness.request,
        look: name => witness.look(name).catch((error: unknown) => this.replicas.fail(error)),
      },
      holdUp: () => sleep(clock, HELD_UP_MS, signal),
    });
    this.waiting = new Waiting({ replicas: this.replicas, look, withinMs, note, clock, signal });
  }

  /** How many requests of the controller that write have arrived. */
  get writes(): number {
    return this.#saboteur.writes;
  }

  /** What did not come about in time. */
  get unfinished(): readonly string[] {
    return [...this.waiting.unfinished, ...this.replicas.unfinished];
  }

  /** Faults of Azure that answered as if nothing had happened, and did what was asked; by their ids. */
  get effectiveFaults(): readonly string[] {
    return this.#injected.filter(({ action }) => 'effect' in action && action.effect).map(({ id }) => id);
  }

  /** Brings the world to where a round starts, and aims at the crash point. */
  async prepare(): Promise<void> {
    const { world, signal } = this.#options;
    const { fault, point, faultFrom } = this.#plan;
    await world.reset(replica => this.#saboteur.hookFor(replica), fault.timings ?? {}, signal);
    if (faultFrom === 'start') await this.#inject();
    this.#saboteur.aim(point);
  }

  /** How many requests the faults have hit. */
  async faultHits(): Promise<number> {
    const { world, signal } = this.#options;
    const left = await world.stage.stack.emulator.faults({ signal });
    return faultHits(this.#injected, left) + this.#saboteur.faultHits;
  }

  /** What happens to the world between a blow and the return: the first time what the plan says. */
  async #meanwhile(blows: number): Promise<void> {
    const { world, signal, whileDead } = this.#options;
    const { fault, faultFrom, secondPoint } = this.#plan;
    if (fault.pause) await world.stage.nextLeader(signal);
    if (blows > 1) return;
    await whileDead();
    if (faultFrom === 'restart') await this.#inject();
    this.#saboteur.aim(secondPoint);
  }

  async #inject(): Promise<void> {
    const { world, signal, note } = this.#options;
    const { azure = [], apiServer } = this.#plan.fault;
    this.#saboteur.disturb(apiServer);
    for (const spec of azure) this.#injected.push(await world.stage.stack.emulator.addFault(spec, { signal }));
    if (azure.length > 0 || apiServer) note('the fault is in place');
  }
}
