import { describePoint } from './crash-point.ts';
import type { CrashPoint } from './crash-point.ts';
import { isSlow } from './fault.ts';
import type { Fault } from './fault.ts';
import { Random } from './random.ts';

/** A crash point under a fault. */
export interface Combination<F extends Fault = Fault> {
  /** `p1`, `p2`, …: its place in the schedule of the seed. */
  readonly id: string;
  readonly point: CrashPoint;
  readonly fault: F;
}

/** A combination, and what it was drawn from. */
export interface PlannedRound extends Combination {
  readonly seed: number;
}

/** What is crossed with what. */
export interface Field<F extends Fault> {
  /** The controller that is attacked, as the command line calls it. */
  readonly name: string;
  readonly points: readonly CrashPoint[];
  readonly faults: readonly F[];
}

/** Of rounds that take long there are so many among those that cross every point once. */
const SLOW_PER_LAYER = 3;

/**
 * Every combination, in the order in which a campaign of that seed takes them. The first `points` of them hold every crash
 * point once, and every fault about equally often; so do the next ones: wherever a campaign is cut off, it is balanced.
 */
export function schedule<F extends Fault>(seed: number, { points, faults }: Field<F>): readonly Combination<F>[] {
  const random = new Random(`${seed}/schedule`);
  const quick = random.shuffled(faults.filter(fault => !isSlow(fault)));
  const slow = slowCombinations(points, faults, random);
  const order = quick.flatMap((_, layer) => [
    ...random.shuffled([
      ...points.flatMap((point, index) => crossed(point, quick[(index + layer) % quick.length])),
      ...slow.slice(layer * SLOW_PER_LAYER, (layer + 1) * SLOW_PER_LAYER),
    ]),
  ]);
  return order.map((combination, index) => ({ id: `p${index + 1}`, ...combination }));
}

/** Which part of a schedule to run. */
export interface Selection {
  /** How many rounds at most. */
  readonly rounds: number;
  /** Only so many crash points, spread over all of them. */
  readonly points?: number;
  /** Only under the faults of these ids. */
  readonly faults?: readonly string[];
  /** The combinations of these ids. */
  readonly only?: readonly string[];
}

/**
 * The combinations of the seed that are asked for; an id means the same whatever else is asked for.
 * @throws RangeError for an id that the schedule does not have.
 */
export function select<F extends Fault>(
  seed: number,
  field: Field<F>,
  { rounds, points, faults, only }: Selection,
): readonly Combination<F>[] {
  const all = schedule(seed, field);
  if (only !== undefined) return only.map(id => byId(all, id));
  const unknown = faults?.find(id => !field.faults.some(fault => fault.id === id));
  if (unknown !== undefined)
    throw new RangeError(`there is no fault ${unknown}: there are ${field.faults.map(({ id }) => id).join(', ')}`);
  const every = field.points;
  const chosen = every
    .filter((_, index) => points === undefined || isSpread(index, points, every.length))
    .map(describePoint);
  return all
    .filter(({ point, fault }) => chosen.includes(describePoint(point)) && (faults?.includes(fault.id) ?? true))
    .slice(0, rounds);
}

function byId<F extends Fault>(all: readonly Combination<F>[], wanted: string): Combination<F> {
  const found = all.find(({ id }) => id === wanted);
  if (!found) throw new RangeError(`there is no ${wanted}: the rounds of a seed are p1 to p${all.length}`);
  return found;
}

/** Whether an index is one of `count` that lie as far apart as can be among `length`. */
function isSpread(index: number, count: number, length: number): boolean {
  return Math.floor((index * count) / length) !== Math.floor(((index - 1) * count) / length);
}

/** Where a process that was started again is killed once more: somewhere early. */
export function secondPoint(random: Random): CrashPoint {
  return { request: 'any write', nth: random.int(1, 4), side: random.chance(0.5) ? 'before' : 'after' };
}

function crossed<F extends Fault>(point: CrashPoint, fault: F | undefined): readonly Omit<Combination<F>, 'id'>[] {
  return fault ? [{ point, fault }] : [];
}

/** By turns of each slow fault, so that few of them are some of each. */
function slowCombinations<F extends Fault>(
  points: readonly CrashPoint[],
  faults: readonly F[],
  random: Random,
): readonly Omit<Combination<F>, 'id'>[] {
  const first = points.filter(({ nth }) => nth === 1);
  const byFault = faults.filter(isSlow).map(fault => random.shuffled(first).map(point => ({ point, fault })));
  return first.flatMap((_, index) => byFault.flatMap(combinations => combinations.slice(index, index + 1)));
}
