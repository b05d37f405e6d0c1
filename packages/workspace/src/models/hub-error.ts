/** Why Hugging Face gave no answer that can be used. */
export type HubErrorKind =
  /** The licence was not accepted by whoever asks. */
  | 'gated'
  /** No token, or one that may not read it. */
  | 'denied'
  /** Not there, or private: without a token the two look alike. */
  | 'notFound'
  /** An answer that is none: too large, not JSON, or a redirect to elsewhere. */
  | 'unusable'
  /** Too busy, or out of reach: worth asking again. */
  | 'transient';

/** Hugging Face did not answer a question. The message never holds a token, a header or a body. */
export class HubError extends Error {
  override readonly name = 'HubError';
  readonly kind: HubErrorKind;
  /** Milliseconds that it asks to wait. */
  readonly retryAfterMs: number | undefined;

  constructor(kind: HubErrorKind, message: string, options: { readonly retryAfterMs?: number | undefined } = {}) {
    super(message);
    this.kind = kind;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The error of an answer with this status. `code` is Hugging Face's header `X-Error-Code`. */
export function hubErrorOf(status: number, code: string | null, what: string): HubError {
  const message = `${what}: status ${status}`;
  if (code === 'GatedRepo') return new HubError('gated', message);
  if (code === 'RepoNotFound' || status === 404 || status === 400) return new HubError('notFound', message);
  if (status === 401 || status === 403) return new HubError('denied', message);
  if (status === 408 || status === 429 || status >= 500) return new HubError('transient', message);
  return new HubError('unusable', message);
}

export function isHubError(error: unknown): error is HubError {
  return error instanceof HubError;
}
