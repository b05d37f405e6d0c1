import type { PipelineResponse } from '@azure/core-rest-pipeline';
import { readFault } from './cloud-fault.ts';
import { parseJson } from './json.ts';

/** Azure's id of the request, for support: ARM's correlation id, else the request id that ARM or Entra gave. */
export function correlationIdOf(response: PipelineResponse): string | undefined {
  const names = ['x-ms-correlation-request-id', 'x-ms-request-id'];
  return names.map(name => response.headers.get(name)).find(value => value !== undefined && value !== '');
}

/** The error code of a refusal; empty when the answer has none. */
export function errorCodeOf(response: PipelineResponse): string {
  const code = response.headers.get('x-ms-error-code');
  return readFault(parseJson(response.bodyAsText), { statusCode: response.status, code }).code;
}
