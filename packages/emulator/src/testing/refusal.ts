import { ServiceError } from '../http/service-error.ts';

/** The refusal that a call throws; anything else that it does is a failure of the test. */
export function refusal(call: () => unknown): ServiceError {
  try {
    call();
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}
