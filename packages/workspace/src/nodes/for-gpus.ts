import type { Plan } from '@kaito/planner';

/** Whether the nodes of a plan are had for their GPUs. Those of a template count as such whatever their size, as in KAITO. */
export function isForGpus(plan: Plan): boolean {
  return plan.job !== 'inference' || plan.server.gpusPerPod > 0;
}
