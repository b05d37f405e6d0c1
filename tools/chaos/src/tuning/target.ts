import type { Target } from '../target.ts';
import type { TuningFault } from './fault.ts';
import { invariants } from './invariants/invariants.ts';
import { field, planRound } from './plan-round.ts';
import type { RoundPlan } from './plan-round.ts';
import { runRound } from './round.ts';
import { World } from './world.ts';

/** The workspace controller with trainings, whose pods run as processes. */
export const tuning: Target<TuningFault, RoundPlan, World> = {
  field,
  invariants: Object.keys(invariants),
  plan: planRound,
  start: signal => World.start(signal),
  run: runRound,
};
