import { isForbidden, isInvalid } from '@kaito/kube';

/** The steps of a pass that write something. */
export type Step = 'claims' | 'service' | 'workload';

/** A step that failed, and how that is shown on the workspace. */
export interface StepFailure {
  readonly step: Step;
  readonly reason: string;
  readonly message: string;
  readonly error: unknown;
}

/** Wraps what a step threw. The API server's verdicts keep their name; everything else is a failure that is tried again. */
export function stepFailure(step: Step, error: unknown): StepFailure {
  const message = error instanceof Error ? error.message : String(error);
  return { step, reason: reasonOf(step, error), message, error };
}

function reasonOf(step: Step, error: unknown): string {
  if (error instanceof Error && error.name === 'ClaimNameTakenError') return 'NameTaken';
  if (isForbidden(error)) return 'Forbidden';
  if (isInvalid(error)) return 'Invalid';
  return { claims: 'ClaimCreationFailed', service: 'ServiceFailed', workload: 'WorkloadFailed' }[step];
}
