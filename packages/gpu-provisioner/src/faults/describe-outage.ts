import { isAzureError } from '@kaito/azure';
import { describeFault } from './diagnose.ts';

/** Why the agent pools cannot be read, and what to do about it, in one line; for readiness and for claims that wait. */
export function describeOutage(failure: Error): string {
  if (!isAzureError(failure)) return `agent pools cannot be read: ${failure.message}`;
  const what = failure.operation === 'token' ? 'cannot sign in to Azure' : 'agent pools cannot be read';
  return `${what}: ${describeFault(failure)}`;
}
