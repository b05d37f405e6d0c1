import { isNativeError } from 'node:util/types';
import { ApiError } from './api-error.ts';
import type { StatusCause } from './api-error.ts';
import { errorCode, isObject, parseJson } from './json.ts';

/** The API server's own account of a failure (Kubernetes API, meta/v1 Status). */
interface Status {
  readonly kind?: string;
  readonly message?: string;
  readonly reason?: string;
  readonly details?: { readonly causes?: readonly StatusCause[]; readonly retryAfterSeconds?: number };
  readonly code?: number;
}

/** Reasons for answers that are not a Status, as the API server itself would name them (meta/v1 StatusReason). */
const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  410: 'Gone',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** The error for an answer that is not a success. `call` says what was asked, `body` is the answer's text. */
export function answerFailure(
  call: string,
  code: number,
  answer: { readonly body: string; readonly retryAfter?: string | undefined; readonly now: number },
): ApiError {
  return toApiError(call, code, parseStatus(answer.body), parseRetryAfter(answer.retryAfter, answer.now));
}

/** The error for an ERROR event inside a watch, whose object is a Status. */
export function eventFailure(call: string, object: unknown): ApiError {
  const status: Status = isObject(object) ? object : {};
  return toApiError(call, status.code ?? 500, status, undefined);
}

/** The error for a call that got no whole answer. */
export function transportFailure(
  call: string,
  error: unknown,
  state: { readonly aborted: boolean; readonly expired: boolean; readonly timeoutMs?: number | undefined },
): ApiError {
  if (error instanceof ApiError) return error;
  if (state.expired) {
    const within = state.timeoutMs === undefined ? 'in time' : `within ${state.timeoutMs} ms`;
    return new ApiError({ code: 0, reason: 'Timeout', message: `${call}: no answer ${within}`, cause: error });
  }
  if (state.aborted) {
    return new ApiError({ code: 0, reason: 'Aborted', message: `${call}: given up`, cause: error });
  }
  return new ApiError({ code: 0, reason: 'NetworkError', message: `${call}: ${describe(error)}`, cause: error });
}

/** Milliseconds from a Retry-After header: seconds or an HTTP date (RFC 9110 §10.2.3). */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

// oxlint-disable-next-line eslint/max-params -- private; the parts of one error
function toApiError(call: string, code: number, status: Status | undefined, headerMs: number | undefined): ApiError {
  const { message, reason, details = {} } = status ?? {};
  const { causes = [], retryAfterSeconds } = details;
  return new ApiError({
    code,
    reason: reason || (REASONS[code] ?? 'Unknown'),
    message: `${call}: ${message || `the server answered ${code}`}`,
    causes,
    retryAfterMs: headerMs ?? (retryAfterSeconds ? retryAfterSeconds * 1000 : undefined),
  });
}

function parseStatus(body: string): Status | undefined {
  try {
    const value = parseJson<Status | null>(body);
    return value?.kind === 'Status' ? value : undefined;
  } catch {
    // Not from the API server, but from a proxy before it; its text may hold anything, so it is not passed on.
    return undefined;
  }
}

/** The text of a connection error; Node leaves it empty when several addresses failed. */
function describe(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return describe(error.errors[0]);
  if (!isNativeError(error)) return String(error);
  return error.message || (errorCode(error) ?? error.name);
}
