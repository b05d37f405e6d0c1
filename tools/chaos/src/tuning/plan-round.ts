import { enumerateCrashPoints } from '../plan/crash-point.ts';
import type { CrashPoint } from '../plan/crash-point.ts';
import { Random } from '../plan/random.ts';
import { secondPoint } from '../plan/schedule.ts';
import type { Combination, Field } from '../plan/schedule.ts';
import type { PlannedAttack } from '../round/attack.ts';
import { faults, STEPS } from './fault.ts';
import type { Deed, Step, TuningFault } from './fault.ts';

/** What a training is to come to. The last two cannot succeed. */
export type TrainingKind = 'image' | 'volume' | 'push refused' | 'bad column';

/** A training that a round makes. */
export interface PlannedTraining {
  readonly name: string;
  readonly kind: TrainingKind;
  /** On a machine that may be taken away. */
  readonly spot: boolean;
  /** How often its result was to go elsewhere. */
  readonly edits: number;
  /** The first run of this step is killed, so many milliseconds after its start. */
  readonly killed?: { readonly step: Step; readonly afterMs: number };
  /** It is deleted midway: at once, when its claim shows, when it trains, or when it has ended. Kept until the end when absent. */
  readonly deletedWhen?: 'created' | 'claimed' | 'training' | 'ended';
}

/** Everything about a round that is not left to the machine. */
export interface RoundPlan extends PlannedAttack {
  readonly fault: TuningFault;
  readonly trainings: readonly PlannedTraining[];
  /** The deed is done as soon as it can be, or not before the controller is dead, or back. */
  readonly deedWhen: 'early' | 'dead' | 'back';
  /** The workspaces are made while the controller starts, and not when it is there. */
  readonly workspacesFirst: boolean;
}

const MAX_TRAININGS = 3;
/** How long a step may run before it is killed, in milliseconds: some end sooner, and have had luck. */
const MOST_AFTER_MS = 800;

/** A workspace that is deleted early would never come to the crash point. */
const ENDS_LIFE: ReadonlySet<Deed | undefined> = new Set<Deed>(['delete a workspace', 'make a workspace anew']);

/** Where the controller of trainings is killed: at every kind of write that it makes for one, and at its first writes whatever they are. */
export const field: Field<TuningFault> = {
  name: 'tuning',
  points: enumerateCrashPoints({
    'create claim': 2,
    'delete claim': 2,
    'hold workspace': 1,
    'workspace status': 6,
    'release workspace': 1,
    'write revision': 1,
    'apply job': 2,
    'apply settings': 1,
    'training outcome': 2,
    'any write': 4,
  }),
  faults,
};

/** How many trainings a round must have for the point to be reached: each sends at least one request of every kind. */
export function trainingsNeeded({ nth }: CrashPoint): number {
  return Math.min(nth, 2);
}

/** Whether a training can come to its end well. */
export function canSucceed({ kind }: Pick<PlannedTraining, 'kind'>): boolean {
  return kind === 'image' || kind === 'volume';
}

/** The details of a round: the same for the same seed and id, whatever else is run. */
export function planRound(seed: number, { id, point, fault }: Combination<TuningFault>): RoundPlan {
  const random = new Random(`${seed}/${id}`);
  const needed = trainingsNeeded(point);
  const count = Math.max(needed, random.int(1, MAX_TRAININGS));
  const trainings = Array.from({ length: count }, (_, index) => planTraining(random, `${id}-t${index}`, fault, index));
  return {
    seed,
    id,
    point,
    fault,
    // One at least is wanted to the end, and can succeed.
    trainings: trainings.map((training, index) =>
      index === 0 ? training : withFate(training, index < needed, random),
    ),
    faultFrom: random.chance(0.5) ? 'start' : 'restart',
    deedWhen:
      random.pick(
        ENDS_LIFE.has(fault.deed) ? (['dead', 'back'] as const) : (['early', 'early', 'dead', 'back'] as const),
      ) ?? 'dead',
    workspacesFirst: random.chance(0.5),
    ...(fault.twice && { secondPoint: secondPoint(random) }),
  };
}

function planTraining(random: Random, name: string, fault: TuningFault, index: number): PlannedTraining {
  const kinds = ['image', 'volume', ...(index === 0 ? [] : (['push refused', 'bad column'] as const))] as const;
  const kind = fault.deed === 'edit the output' && index === 0 ? 'image' : (random.pick(kinds) ?? 'image');
  const step = stepKilled(random, fault);
  const afterMs = random.int(0, MOST_AFTER_MS);
  const spot = fault.spot ?? random.chance(0.3);
  return { name, kind, spot, edits: 0, ...(step && { killed: { step, afterMs } }) };
}

/** An image has two attempts, so that only one may be lost: to a deed, or to a kill. */
function stepKilled(random: Random, { kills, deed }: TuningFault): Step | undefined {
  if (kills || deed) return kills;
  return random.chance(0.25) ? random.pick(STEPS) : undefined;
}

/** Trainings that the crash point needs are not deleted before they have ended: fewer requests would come, and never that one. */
function withFate(training: PlannedTraining, needed: boolean, random: Random): PlannedTraining {
  if (!random.chance(0.4)) return training;
  const deletedWhen = needed ? 'ended' : random.pick(['created', 'claimed', 'training', 'ended'] as const);
  return { ...training, ...(deletedWhen && { deletedWhen }) };
}
