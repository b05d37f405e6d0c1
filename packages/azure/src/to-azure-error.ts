import type { PipelineResponse } from '@azure/core-rest-pipeline';
import { AzureError, isAzureError } from './azure-error.ts';
import type { AzureErrorFields } from './azure-error.ts';
import type { CallContext } from './calls.ts';
import { readFault, tidy } from './cloud-fault.ts';
import type { CloudFault } from './cloud-fault.ts';
import { DeadlineError } from './deadline.ts';
import { retryAfterMs } from './retry-after.ts';
import { codeOf, isError, messageOf } from './thrown.ts';
import { parseJson } from './json.ts';
import { correlationIdOf } from './response.ts';

/** The call in which an error came up, and the time at which it did (milliseconds since the epoch). */
export type FailedCall = Readonly<CallContext> & { readonly now: number };

/**
 * Turns whatever an SDK throws into an AzureError. The answer on the wire is read before the error that was thrown: the SDKs'
 * errors keep half of it. The first that applies wins: our own error, an abort, an error answer, a broken connection, the text.
 */
export function toAzureError(error: unknown, call: FailedCall): AzureError {
  const { operation, signal, response } = call;
  if (isAzureError(error)) return error.operation === undefined ? error.with({ operation }) : error;
  if (signal?.aborted) return new AzureError('stopped before it was over', { code: 'Aborted', operation });
  if (response !== undefined && response.status >= 400) return fromResponse(response, call);
  const failure = call.failure ?? error;
  if (failure instanceof DeadlineError) return new AzureError(failure.message, { code: 'Timeout', operation });
  if (response !== undefined && isParseFailure(error)) return fromMalformed(response, operation);
  return fromThrown(failure, operation);
}

function fromResponse(response: PipelineResponse, { operation, now }: FailedCall): AzureError {
  const header = (name: string): string | undefined => response.headers.get(name);
  const fault = readFault(parseJson(response.bodyAsText), {
    statusCode: response.status,
    code: header('x-ms-error-code'),
  });
  return new AzureError(fault.message || describeForeign(response), {
    code: fault.code || `HTTP${response.status}`,
    statusCode: response.status,
    kind: fault.kind,
    retryAfterMs: retryAfterMs(header, now) ?? fault.retryAfterMs,
    correlationId: correlationIdOf(response) ?? correlationIdIn(response.bodyAsText ?? ''),
    details: fault.details,
    operation,
  });
}

/** An answer that is no Azure error comes from something in between, such as a proxy; a little of it helps to find out what. */
function describeForeign(response: PipelineResponse): string {
  const words = tidy((response.bodyAsText ?? '').replaceAll(/<(style|script)\b.*?<\/\1>|<[^>]*>/gis, ' ')).slice(
    0,
    200,
  );
  return words === '' ? `status ${response.status} without a message` : `status ${response.status}: ${words}`;
}

const parseErrorNames: ReadonlySet<string> = new Set(['TypeError', 'SyntaxError']);

/** The SDKs' readers trust the shape of a body and trip over one that has another. */
function isParseFailure(error: unknown): boolean {
  if (!isError(error)) return false;
  if (parseErrorNames.has(error.name) || codeOf(error) === 'PARSE_ERROR') return true;
  return error.name === 'RestError' && codeOf(error) === undefined; // a page without a list, an odd status
}

function fromMalformed(response: PipelineResponse, operation: string): AzureError {
  const type = response.headers.get('content-type') ?? 'no content type';
  return new AzureError(`the answer (status ${response.status}, ${type}) is not of the form that the API promises`, {
    code: 'MalformedResponse',
    statusCode: response.status,
    correlationId: correlationIdOf(response),
    operation,
  });
}

function fromThrown(error: unknown, operation: string): AzureError {
  const message = messageOf(error);
  const fault = readText(message);
  const fields: AzureErrorFields = { code: codeOf(error) || nameOf(error), operation };
  if (fault !== undefined)
    return new AzureError(fault.message, {
      ...fields,
      code: fault.code,
      kind: fault.kind,
      correlationId: correlationIdIn(message),
    });
  return new AzureError(tidy(message) || 'no message', { ...fields, cause: isForeignError(error) ? error : undefined });
}

/** Names that the SDKs give to errors of credentials, in place of a code. */
const credentialErrors: ReadonlySet<string> = new Set([
  'CredentialUnavailableError',
  'AuthenticationRequiredError',
  'AuthenticationError',
  'ClientAuthError',
]);

function nameOf(error: unknown): string {
  const name = isError(error) ? error.name : 'Unknown';
  return credentialErrors.has(name) ? 'CredentialUnavailable' : name;
}

/** Errors of the SDKs hold requests with headers, so they are never kept as a cause; a bug of ours needs its stack. */
function isForeignError(error: unknown): boolean {
  return isError(error) && error.name !== 'RestError' && nameOf(error) !== 'CredentialUnavailable';
}

/** Finds an error of Azure in a text: Entra's, or that of a failed operation as the SDK's poller words it. */
function readText(message: string): CloudFault | undefined {
  if (/AADSTS\d+:/.test(message)) return readFault({ error: 'entra', error_description: message });
  const match = /^The long-running operation has failed\. (\w+)\. (.*)$/s.exec(message);
  return match ? readFault({ code: match[1], message: match[2] }) : undefined;
}

/** Entra writes the id into its words. */
function correlationIdIn(words: string): string | undefined {
  return /Correlation ID:\s*([0-9a-f-]{36})/i.exec(words)?.[1];
}
