/** One `details.causes` entry of a Status: which field was wrong, and how. */
export interface StatusCause {
  readonly reason?: string;
  readonly field?: string;
  readonly message?: string;
}

/** Why a call without an answer failed; these stand in `ApiError.reason` beside the API server's own reasons. */
export type LocalReason = 'NetworkError' | 'Timeout' | 'Aborted';

export interface ApiErrorInit {
  /** HTTP status code, or 0 when there was no answer. */
  readonly code: number;
  /** Reason of the Status (`NotFound`, `Conflict`, …), or a `LocalReason`. */
  readonly reason: string;
  readonly message: string;
  readonly causes?: readonly StatusCause[];
  /** How long the server asked to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/**
 * A call to the API server failed. The message says which call and why in the server's own words; it never holds a
 * body or a header, so it is safe to log.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: number;
  readonly reason: string;
  readonly causes: readonly StatusCause[];
  readonly retryAfterMs?: number;

  constructor(init: ApiErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    this.code = init.code;
    this.reason = init.reason;
    this.causes = init.causes ?? [];
    if (init.retryAfterMs !== undefined) this.retryAfterMs = init.retryAfterMs;
  }
}

/** Tells by name, not by class: two copies of this package may meet in one process. */
export function isApiError(error: unknown): error is ApiError {
  return error instanceof Error && error.name === 'ApiError' && 'code' in error;
}

function hasCode(error: unknown, code: number): error is ApiError {
  return isApiError(error) && error.code === code;
}

/** 404: the object, or its kind, does not exist. */
export function isNotFound(error: unknown): error is ApiError {
  return hasCode(error, 404);
}

/** 409, but not "already exists": another version or uid than asked for, or a field of another manager. */
export function isConflict(error: unknown): error is ApiError {
  return hasCode(error, 409) && error.reason !== 'AlreadyExists';
}

/** 409 of a create: an object of that name is there. */
export function isAlreadyExists(error: unknown): error is ApiError {
  return hasCode(error, 409) && error.reason === 'AlreadyExists';
}

/** 422: the object breaks a rule of its schema; `causes` say which. */
export function isInvalid(error: unknown): error is ApiError {
  return hasCode(error, 422);
}

/** 410: the resource version or the page token is too old. */
export function isGone(error: unknown): error is ApiError {
  return hasCode(error, 410);
}

/** 403: not allowed, by access rules or by admission. */
export function isForbidden(error: unknown): error is ApiError {
  return hasCode(error, 403);
}

/** 429: wait (`retryAfterMs`), or an eviction that a disruption budget forbids. */
export function isTooManyRequests(error: unknown): error is ApiError {
  return hasCode(error, 429);
}

/** The caller's own signal ended the call. */
export function isAborted(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || (isApiError(error) && error.reason === 'Aborted'));
}

/** The value of `promise`, or undefined when it fails because the object does not exist. */
export async function ignoreNotFound<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
