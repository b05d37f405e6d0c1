import type { Target } from '../target.ts';
import type { ProvisionerFault } from './fault.ts';
import { invariants } from './invariants/invariants.ts';
import { field, planRound } from './plan-round.ts';
import type { RoundPlan } from './plan-round.ts';
import { runRound } from './round.ts';
import { World } from './world.ts';

/** The gpu-provisioner, between a real API server and the Azure emulator. */
export const provisioner: Target<ProvisionerFault, RoundPlan, World> = {
  field,
  invariants: Object.keys(invariants),
  plan: planRound,
  start: signal => World.start(signal),
  run: runRound,
};
