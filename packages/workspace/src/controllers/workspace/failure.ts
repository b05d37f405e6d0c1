import { isForbidden, TerminalError } from '@kaito/kube';
import { isRefusedObject } from '../../workload/refused-object.ts';

/** The steps of a pass that write something. */
export type Step = 'revision' | 'claims' | 'services' | 'workload';

/** A step that failed, and how that is shown on the workspace. */
export interface StepFailure {
  readonly step: Step;
  readonly reason: string;
  readonly message: string;
  readonly error: unknown;
}

const reasons: Readonly<Record<Step, string>> = {
  revision: 'RevisionFailed',
  claims: 'ClaimCreationFailed',
  services: 'ServiceFailed',
  workload: 'WorkloadFailed',
};

/** Runs a step; a failure is handed back, so that the other steps and the status are not held up by it. */
export async function attempt<T>(
  step: Step,
  run: () => Promise<T>,
): Promise<
  { readonly value: T; readonly failure?: undefined } | { readonly value?: undefined; readonly failure: StepFailure }
> {
  try {
    return { value: await run() };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { failure: { step, reason: reasonOf(step, error), message, error } };
  }
}

/** The API server's verdicts keep their name; everything else is a failure that is tried again. */
function reasonOf(step: Step, error: unknown): string {
  if (error instanceof Error && error.name === 'ClaimNameTakenError') return 'NameTaken';
  if (isForbidden(error)) return 'Forbidden';
  if (isRefusedObject(error)) return 'Invalid';
  return reasons[step];
}

/** Hands a failure to the queue: one that trying again cannot help ends the tries until something changes. */
export function throwFailure({ step, reason, message, error }: StepFailure): never {
  if (isRefusedObject(error)) throw new TerminalError(`ensuring ${step}: ${reason}: ${message}`, { cause: error });
  throw error;
}
