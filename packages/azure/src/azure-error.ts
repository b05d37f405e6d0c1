import { classifyFault } from './classify-fault.ts';
import type { FaultKind } from './classify-fault.ts';
import type { FaultDetail } from './cloud-fault.ts';
import { isError } from './thrown.ts';

/** What an AzureError tells beside its message. */
export interface AzureErrorFields {
  /** Azure's own code, Node's for the connection (ECONNRESET), or ours: Timeout, Aborted, MalformedResponse, ForeignUrl. Never empty. */
  readonly code: string;
  /** Of the HTTP answer; absent when there was none. */
  readonly statusCode?: number | undefined;
  /** Classified from code, status and message when absent. */
  readonly kind?: FaultKind | undefined;
  /** Milliseconds that the service asks us to wait. */
  readonly retryAfterMs?: number | undefined;
  /** What Azure support asks for. */
  readonly correlationId?: string | undefined;
  readonly details?: readonly FaultDetail[] | undefined;
  /** Which call failed, for example `agentPools.create`. */
  readonly operation?: string | undefined;
  readonly cause?: unknown;
}

/** The one error that leaves this package's calls. Its message is what Azure said; it never holds a URL, a header or a token. */
export class AzureError extends Error {
  override readonly name = 'AzureError';
  readonly code: string;
  declare readonly statusCode?: number;
  readonly kind: FaultKind;
  declare readonly retryAfterMs?: number;
  declare readonly correlationId?: string;
  readonly details: readonly FaultDetail[];
  declare readonly operation?: string;

  constructor(message: string, fields: AzureErrorFields) {
    super(message, fields.cause === undefined ? {} : { cause: fields.cause });
    this.code = fields.code;
    this.kind = fields.kind ?? classifyFault({ statusCode: fields.statusCode, code: fields.code, message });
    this.details = fields.details ?? [];
    if (fields.statusCode !== undefined) this.statusCode = fields.statusCode;
    if (fields.retryAfterMs !== undefined) this.retryAfterMs = fields.retryAfterMs;
    if (fields.correlationId !== undefined) this.correlationId = fields.correlationId;
    if (fields.operation !== undefined) this.operation = fields.operation;
  }

  /** A copy of this error that differs in the fields given. */
  with(changes: Partial<AzureErrorFields>): AzureError {
    const { code, statusCode, kind, retryAfterMs, correlationId, details, operation, cause } = this;
    const fields = { code, statusCode, kind, retryAfterMs, correlationId, details, operation, cause };
    return new AzureError(this.message, { ...fields, ...changes });
  }
}

/** True for an AzureError, also one made by another copy of this package. */
export function isAzureError(error: unknown): error is AzureError {
  return isError(error) && error.name === 'AzureError' && 'kind' in error;
}
