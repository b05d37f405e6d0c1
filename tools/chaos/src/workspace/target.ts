import type { Target } from '../target.ts';
import type { WorkspaceFault } from './fault.ts';
import { invariants } from './invariants/invariants.ts';
import { field, planRound } from './plan-round.ts';
import type { RoundPlan } from './plan-round.ts';
import { runRound } from './round.ts';
import { World } from './world.ts';

/** The workspace controller, with a provisioner, a scheduler and kwok to play its nodes and pods. */
export const workspace: Target<WorkspaceFault, RoundPlan, World> = {
  field,
  invariants: Object.keys(invariants),
  plan: planRound,
  start: signal => World.start(signal),
  run: runRound,
};
