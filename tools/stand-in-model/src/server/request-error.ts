/** A request that is not answered with text; `message` is for the caller. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly status: number;
  /** The field of the request that is wrong. */
  readonly field: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    status: number,
    message: string,
    details: { readonly field?: string; readonly retryAfterSeconds?: number } = {},
  ) {
    super(message);
    this.status = status;
    this.field = details.field;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

/** How a surface puts an error into JSON. */
export type ErrorShape = (error: RequestError) => unknown;

/** As FastAPI does, on which the images of v0.3 stand: 422 names the place, everything else is a sentence. */
export const fastApiShape: ErrorShape = ({ status, message, field }) =>
  status === 422
    ? { detail: [{ type: 'value_error', loc: ['body', ...(field?.split('.') ?? [])], msg: message }] }
    : { detail: message };

const TYPES: Readonly<Record<number, string>> = {
  404: 'NotFoundError',
  429: 'rate_limit_exceeded',
  503: 'ServiceUnavailableError',
  504: 'TimeoutError',
  500: 'InternalServerError',
};

/** As vLLM does (vLLM, entrypoints/openai/protocol.py, ErrorResponse); a full queue as KAITO's wrapper puts it (rate_limit.py). */
export const openAiShape: ErrorShape = ({ status, message, field }) => ({
  error: {
    message,
    type: TYPES[status] ?? 'BadRequestError',
    param: field ?? null,
    code: status === 429 ? 'rate_limit_exceeded' : status,
  },
});
