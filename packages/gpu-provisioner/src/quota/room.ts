import { amountsOf, POOL_KEY } from './amounts.ts';
import type { CounterKey } from './amounts.ts';
import type { Demand, Shortage } from './demand.ts';

/** How a counter stands: in vCPUs, or in agent pools for `agentPools`. */
export interface Headroom {
  /** As the usages API spells it. */
  readonly counter: string;
  /** As the Azure portal calls it. */
  readonly displayName: string;
  readonly limit: number;
  /** What anybody but the agent pools of the cluster uses, at the most. */
  readonly others: number;
  /** The same, at the least that the readings allow. */
  readonly othersAtLeast: number;
  /** What the agent pools of the cluster take, with those that are being requested. */
  readonly ours: number;
  /** The part of `ours` that is coming, going or being requested. */
  readonly inFlight: number;
  /** What is left. Never negative. */
  readonly free: number;
}

/** What is left of the counters at one moment, and what remains of that as one claim after the other takes from it. */
export class Room {
  readonly #headroomOf: (counter: CounterKey) => Headroom | undefined;
  readonly #known = new Map<CounterKey, Headroom | undefined>();
  readonly #taken = new Map<CounterKey, number>();

  /** @param headroomOf gives undefined for a counter that limits nothing */
  constructor(headroomOf: (counter: CounterKey) => Headroom | undefined) {
    this.#headroomOf = headroomOf;
  }

  /**
   * What a demand lacks; undefined when it fits. Of several short counters it is the one that says most: the cap on agent pools,
   * against which no quota helps; else the one that lacks most, and of equals the family before the region.
   */
  shortage(demand: Demand): Shortage | undefined {
    let worst: Shortage | undefined;
    for (const [counter, needed] of amountsOf(demand)) {
      const found = this.#lack(counter, needed);
      if (found && counter === POOL_KEY) return found;
      if (found && (!worst || missing(found) > missing(worst))) worst = found;
    }
    return worst;
  }

  /** Takes what a demand needs, whether it is there or not. */
  take(demand: Demand): void {
    for (const [counter, needed] of amountsOf(demand)) this.#taken.set(counter, this.#takenOf(counter) + needed);
  }

  /** Takes the first of the demands that fits. @returns whether one did */
  takeFirst(demands: readonly Demand[]): boolean {
    const fitting = demands.find(demand => !this.shortage(demand));
    if (fitting) this.take(fitting);
    return fitting !== undefined;
  }

  #lack(counter: CounterKey, needed: number): Shortage | undefined {
    const room = this.#headroom(counter);
    if (room === undefined) return undefined;
    const ours = room.ours + this.#takenOf(counter);
    const left = room.limit - room.others - ours;
    if (left >= needed) return undefined;
    return {
      counter: room.counter,
      displayName: room.displayName,
      needed,
      free: Math.max(0, left),
      limit: room.limit,
      limitNeeded: room.othersAtLeast + ours + needed,
    };
  }

  #headroom(counter: CounterKey): Headroom | undefined {
    if (!this.#known.has(counter)) this.#known.set(counter, this.#headroomOf(counter));
    return this.#known.get(counter);
  }

  #takenOf(counter: CounterKey): number {
    return this.#taken.get(counter) ?? 0;
  }
}

function missing({ needed, free }: Shortage): number {
  return needed - free;
}
