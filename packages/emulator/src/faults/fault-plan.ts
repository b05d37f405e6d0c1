import type { Fault, FaultMatch, FaultSpec, Method, RouteName } from '../admin/protocol.ts';
import { namesPool } from '../admin/pool-pattern.ts';
import { affects } from './affects.ts';

/** What a fault is matched against. */
export interface FaultTarget {
  readonly method: Method;
  readonly route: RouteName;
  readonly pool: string | undefined;
}

/** The faults to inject, in the order in which they were added. */
export class FaultPlan {
  #faults: readonly Fault[] = [];
  #added = 0;

  /** Adds a fault behind the others. */
  add({ match = {}, times = 1, action }: FaultSpec): Fault {
    this.#added += 1;
    const fault: Fault = { id: `fault-${this.#added}`, match, action, remaining: times, hits: 0 };
    this.#faults = [...this.#faults, fault];
    return fault;
  }

  /** Takes one hit of the first fault that matches; a fault that is used up is dropped. */
  take(target: FaultTarget): Fault | undefined {
    const hit = this.#faults.find(
      ({ match, action }) => matches(match, target) && affects(action, target.method, target.route),
    );
    if (!hit) return undefined;
    const remaining = hit.remaining === 'always' ? hit.remaining : hit.remaining - 1;
    const taken: Fault = { ...hit, remaining, hits: hit.hits + 1 };
    this.#faults = this.#faults.flatMap(fault => (fault === hit ? (remaining === 0 ? [] : [taken]) : [fault]));
    return taken;
  }

  /** Faults that are not used up. */
  list(): readonly Fault[] {
    return this.#faults;
  }

  clear(): void {
    this.#faults = [];
  }
}

function matches({ method, route, pool }: FaultMatch, target: FaultTarget): boolean {
  if (method !== undefined && method !== target.method) return false;
  if (route !== undefined && route !== target.route) return false;
  return pool === undefined || namesPool(pool, target.pool);
}
