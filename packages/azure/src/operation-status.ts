import type { PipelineResponse } from '@azure/core-rest-pipeline';
import { AzureError } from './azure-error.ts';
import { readFault } from './cloud-fault.ts';
import type { CloudFault } from './cloud-fault.ts';
import { isJsonObject, parseJson, textOf } from './json.ts';

export type OperationState = 'running' | 'succeeded' | 'failed' | 'canceled';

/** How far an accepted request has come. */
export interface OperationStatus {
  readonly status: OperationState;
  /** Why it failed or was cancelled; Azure may leave it out. */
  readonly error?: CloudFault;
}

const endStates: ReadonlyMap<string, OperationState> = new Map([
  ['succeeded', 'succeeded'],
  ['failed', 'failed'],
  ['canceled', 'canceled'],
  ['cancelled', 'canceled'],
]);

/**
 * Reads the answer of an Azure-AsyncOperation URL. Any state that is not an end is `running` (ARM docs, "Track asynchronous
 * Azure operations": only Succeeded, Failed and Canceled are fixed).
 * @throws AzureError when the answer is a refusal, without kind: the frame of the call reads status and body.
 */
export function readOperationStatus(response: PipelineResponse): OperationStatus {
  if (response.status >= 400) throw new Error(`status ${response.status}`);
  if (response.status === 204) return { status: 'succeeded' };
  const parsed = parseJson(response.bodyAsText);
  const body = isJsonObject(parsed) ? parsed : {};
  const state = textOf(body.status).toLowerCase() || (isJsonObject(body.error) ? 'failed' : '');
  if (state === '' && response.status !== 202) {
    throw new AzureError('the answer holds no operation status', {
      code: 'MalformedResponse',
      statusCode: response.status,
    });
  }
  return { status: endStates.get(state) ?? 'running', ...(body.error ? { error: readFault(body.error) } : {}) };
}
