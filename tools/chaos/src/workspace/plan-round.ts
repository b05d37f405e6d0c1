import { enumerateCrashPoints } from '../plan/crash-point.ts';
import type { CrashPoint } from '../plan/crash-point.ts';
import type { PlannedAttack } from '../round/attack.ts';
import { Random } from '../plan/random.ts';
import { secondPoint } from '../plan/schedule.ts';
import type { Combination, Field } from '../plan/schedule.ts';
import { faults } from './fault.ts';
import type { WorkspaceFault } from './fault.ts';

/** A workspace that a round makes. */
export interface PlannedWorkspace {
  readonly name: string;
  readonly nodes: number;
  /** It is deleted midway: at once, when its claims show, or when it is ready. Kept until the end when absent. */
  readonly deletedWhen?: 'created' | 'claimed' | 'ready';
  /** Its name is taken by an object of somebody else, so it must stay out and say so. */
  readonly nameTakenBy?: 'Service' | 'StatefulSet' | 'Deployment';
}

/** Everything about a round that is not left to the machine. */
export interface RoundPlan extends PlannedAttack {
  readonly fault: WorkspaceFault;
  readonly workspaces: readonly PlannedWorkspace[];
  /** The deed is done while the controller is dead, or when it is back. */
  readonly deedWhen: 'dead' | 'back';
  /** The workspaces are made while the controller starts, and not when it is there. */
  readonly workspacesFirst: boolean;
}

const MAX_WORKSPACES = 3;

/** Where a workspace controller is killed: at every kind of write that it makes on its own account, and at its first writes whatever they are. */
export const field: Field<WorkspaceFault> = {
  name: 'workspace',
  points: enumerateCrashPoints({
    'create claim': 3,
    'delete claim': 3,
    'hold workspace': 2,
    'workspace status': 5,
    'release workspace': 2,
    'apply workload': 2,
    'delete workload': 2,
    'apply service': 2,
    'delete service': 2,
    'write revision': 2,
    'any write': 6,
  }),
  faults,
};

/** How many workspaces a round must have for the point to be reached: each sends at least one request of every kind. */
export function workspacesNeeded({ nth }: CrashPoint): number {
  return Math.min(nth, MAX_WORKSPACES);
}

/** The details of a round: the same for the same seed and id, whatever else is run. */
export function planRound(seed: number, { id, point, fault }: Combination<WorkspaceFault>): RoundPlan {
  const random = new Random(`${seed}/${id}`);
  const needed = workspacesNeeded(point);
  const count = Math.max(needed, random.int(1, MAX_WORKSPACES));
  const wanted = Array.from({ length: count }, (_, index) => planWorkspace(random, `${id}-w${index}`));
  const taken = random.chance(0.25) ? [planTaken(random, `${id}-taken`)] : [];
  return {
    seed,
    id,
    point,
    fault,
    // One workspace at least is wanted to the end.
    workspaces: [
      ...wanted.map((workspace, index) => (index === 0 ? workspace : withFate(workspace, index < needed, random))),
      ...taken,
    ],
    faultFrom: random.chance(0.5) ? 'start' : 'restart',
    deedWhen: random.chance(0.5) ? 'dead' : 'back',
    workspacesFirst: random.chance(0.5),
    ...(fault.twice && { secondPoint: secondPoint(random) }),
  };
}

function planWorkspace(random: Random, name: string): PlannedWorkspace {
  return { name, nodes: random.chance(0.3) ? 2 : 1 };
}

function planTaken(random: Random, name: string): PlannedWorkspace {
  return { name, nodes: 1, nameTakenBy: random.pick(['Service', 'StatefulSet', 'Deployment'] as const) ?? 'Service' };
}

/** Workspaces that the crash point needs are not deleted before they are ready: fewer requests would come, and never that one. */
function withFate(workspace: PlannedWorkspace, needed: boolean, random: Random): PlannedWorkspace {
  if (!random.chance(0.4)) return workspace;
  const deletedWhen = needed ? 'ready' : random.pick(['created', 'claimed', 'ready'] as const);
  return { ...workspace, ...(deletedWhen && { deletedWhen }) };
}
