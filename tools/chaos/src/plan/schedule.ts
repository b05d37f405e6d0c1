import { claimsNeeded, describePoint, enumerateCrashPoints } from './crash-point.ts';
import type { CrashPoint } from './crash-point.ts';
import { faults } from './fault.ts';
import type { Fault } from './fault.ts';
import { Random } from './random.ts';

/** A crash point under a fault. */
export interface Combination {
  /** `p1`, `p2`, …: its place in the schedule of the seed. */
  readonly id: string;
  readonly point: CrashPoint;
  readonly fault: Fault;
}

/** A claim that a round makes. */
export interface PlannedClaim {
  readonly kind: 'Machine' | 'NodeClaim';
  readonly name: string;
  /** Instance types that it takes, the preferred one first. */
  readonly instanceTypes: readonly string[];
  /** It is deleted midway: at once, when its pool shows, or when it is Ready. Kept until the end when absent. */
  readonly deletedWhen?: 'created' | 'requested' | 'ready';
}

/** Everything about a round that is not left to the machine. */
export interface RoundPlan extends Combination {
  readonly seed: number;
  readonly claims: readonly PlannedClaim[];
  /** The fault strikes from the start, or only after the crash. */
  readonly faultFrom: 'start' | 'restart';
  /** The claims are made while the provisioner starts, and not when it is there. */
  readonly claimsFirst: boolean;
  /** Where the restarted process is killed, too. */
  readonly secondPoint?: CrashPoint;
  /** Garbage collection runs every second instead of every two minutes. */
  readonly eagerCollection: boolean;
}

/** Of rounds that take long there are so many among those that cross every point once. */
const SLOW_PER_LAYER = 3;
const MAX_CLAIMS = 5;

/**
 * Every combination, in the order in which a campaign of that seed takes them. The first `points` of them hold every crash
 * point once, and every fault about equally often; so do the next ones: wherever a campaign is cut off, it is balanced.
 */
export function schedule(seed: number): readonly Combination[] {
  const random = new Random(`${seed}/schedule`);
  const points = enumerateCrashPoints();
  const quick = random.shuffled(faults.filter(({ replicas }) => replicas === undefined));
  const slow = slowCombinations(points, random);
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
  /** The combinations of these ids. */
  readonly only?: readonly string[];
}

/**
 * The combinations of the seed that are asked for; an id means the same whatever else is asked for.
 * @throws RangeError for an id that the schedule does not have.
 */
export function select(seed: number, { rounds, points, only }: Selection): readonly Combination[] {
  const all = schedule(seed);
  if (only !== undefined) return only.map(id => byId(all, id));
  const every = enumerateCrashPoints();
  const chosen = every
    .filter((_, index) => points === undefined || isSpread(index, points, every.length))
    .map(describePoint);
  return all.filter(({ point }) => chosen.includes(describePoint(point))).slice(0, rounds);
}

function byId(all: readonly Combination[], wanted: string): Combination {
  const found = all.find(({ id }) => id === wanted);
  if (!found) throw new RangeError(`there is no ${wanted}: the rounds of a seed are p1 to p${all.length}`);
  return found;
}

/** Whether an index is one of `count` that lie as far apart as can be among `length`. */
function isSpread(index: number, count: number, length: number): boolean {
  return Math.floor((index * count) / length) !== Math.floor(((index - 1) * count) / length);
}

/** The details of a round: the same for the same seed and id, whatever else is run. */
export function planRound(seed: number, { id, point, fault }: Combination): RoundPlan {
  const random = new Random(`${seed}/${id}`);
  const count = Math.max(claimsNeeded(point), random.int(2, MAX_CLAIMS));
  const claims = Array.from({ length: count }, (_, index) => planClaim(random, id, index));
  return {
    seed,
    id,
    point,
    fault,
    // One claim at least is wanted to the end.
    claims: claims.map((claim, index) => (index === 0 ? claim : withFate(claim, index < claimsNeeded(point), random))),
    faultFrom: random.chance(0.5) ? 'start' : 'restart',
    ...(fault.twice && { secondPoint: { request: 'any write', nth: random.int(1, 4), side: side(random) } }),
    claimsFirst: random.chance(0.5),
    eagerCollection: random.chance(0.5),
  };
}

/** The round in one line. */
export function commandOf({ seed, id }: Pick<RoundPlan, 'seed' | 'id'>): string {
  return `npm run chaos -- provisioner --seed ${seed} --only ${id}`;
}

function crossed(point: CrashPoint, fault: Fault | undefined): readonly Omit<Combination, 'id'>[] {
  return fault ? [{ point, fault }] : [];
}

/** By turns of each slow fault, so that few of them are some of each. */
function slowCombinations(points: readonly CrashPoint[], random: Random): readonly Omit<Combination, 'id'>[] {
  const first = points.filter(({ nth }) => nth === 1);
  const slow = faults.filter(({ replicas }) => replicas !== undefined);
  const byFault = slow.map(fault => random.shuffled(first).map(point => ({ point, fault })));
  return first.flatMap((_, index) => byFault.flatMap(combinations => combinations.slice(index, index + 1)));
}

function planClaim(random: Random, id: string, index: number): PlannedClaim {
  const kind = (['Machine', 'NodeClaim'] as const)[index % 2] ?? 'Machine';
  const short = `${id}${kind === 'Machine' ? 'm' : 'n'}${index}`;
  return {
    kind,
    // A long name is no pool name, so its pool gets a derived one.
    name: random.chance(0.25) ? `${short}-has-a-long-name` : short,
    instanceTypes: random.chance(0.5) ? ['Standard_NC6s_v3', 'Standard_NC12s_v3'] : ['Standard_NC6s_v3'],
  };
}

/** Claims that the crash point needs are not deleted before they are Ready: fewer requests would come, and never that one. */
function withFate(claim: PlannedClaim, needed: boolean, random: Random): PlannedClaim {
  if (!random.chance(0.4)) return claim;
  const deletedWhen = needed ? 'ready' : random.pick(['created', 'requested', 'ready'] as const);
  return { ...claim, ...(deletedWhen && { deletedWhen }) };
}

function side(random: Random): CrashPoint['side'] {
  return random.chance(0.5) ? 'before' : 'after';
}
