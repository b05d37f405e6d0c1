/** An error body's `details` entry. */
export interface ErrorDetail {
  readonly code: string;
  readonly message: string;
}

/**
 * Who words an error decides its JSON. `flat`: the AKS resource provider; `nested`: the ARM gateway and other providers;
 * `entra`: the token endpoint.
 */
export type ErrorShape = 'flat' | 'nested' | 'entra';

export interface ServiceErrorOptions {
  readonly details?: readonly ErrorDetail[];
  /** AKS's finer code, flat shape only. */
  readonly subcode?: string;
  /** The property that is wrong. */
  readonly target?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal as Azure words it. Handlers throw it; the pipeline writes it in its shape. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly shape: ErrorShape;
  readonly status: number;
  readonly code: string;
  readonly options: ServiceErrorOptions;

  constructor(shape: ErrorShape, status: number, fault: { code: string; message: string } & ServiceErrorOptions) {
    const { code, message, ...options } = fault;
    super(message);
    this.shape = shape;
    this.status = status;
    this.code = code;
    this.options = options;
  }

  /** The JSON body; ids and time go into the Entra shape only. */
  body(context: { requestId: string; correlationId: string; now: number }): object {
    const { details, subcode = '', target } = this.options;
    if (this.shape === 'entra') return this.#entraBody(context);
    if (this.shape === 'flat') {
      return { code: this.code, details: details ?? null, message: this.message, subcode, ...(target && { target }) };
    }
    return {
      error: { code: this.code, message: this.message, ...(target && { target }), ...(details && { details }) },
    };
  }

  /** Headers that tell the shapes apart: ARM marks what its gateway refused. */
  get headers(): Record<string, string> {
    return { ...(this.shape === 'nested' && { 'x-ms-failure-cause': 'gateway' }), ...this.options.headers };
  }

  #entraBody({ requestId, correlationId, now }: { requestId: string; correlationId: string; now: number }): object {
    const number = /^AADSTS(\d+)/.exec(this.message)?.[1];
    const timestamp = new Date(now).toISOString().replace('T', ' ').replace(/\.\d+/, '');
    return {
      error: this.code,
      error_description: `${this.message} Trace ID: ${requestId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
      error_codes: number === undefined ? [] : [Number(number)],
      timestamp,
      trace_id: requestId,
      correlation_id: correlationId,
      error_uri: `https://login.microsoftonline.com/error?code=${number ?? ''}`,
    };
  }
}
