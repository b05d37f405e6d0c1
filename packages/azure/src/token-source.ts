import type { AccessToken, GetTokenOptions, TokenCredential } from '@azure/identity';
import { isAzureError } from './azure-error.ts';
import type { AzureError } from './azure-error.ts';
import type { Calls } from './calls.ts';
import { withDeadline } from './deadline.ts';

/** Refresh this long before the end, or at half the life of a shorter token. */
const refreshBeforeMs = 5 * 60_000;
/** After a refresh that failed, the old token serves at least this long before the next attempt. */
const retryRefreshMs = 30_000;
/** A token nearer to its end than this may be refused on arrival. */
const marginMs = 10_000;
/** After a failure, callers get that failure for this long, or for as long as Entra asks, in place of a request each. */
const holdFailureMs = 1_000;

/** What a TokenSource stands on. */
export interface TokenSourceOptions {
  /**
   * Makes the SDK's credential; called for each acquisition, because a credential that lives on has a cache of its own: it would give
   * a token once more that Azure has refused, and repeat a failure of Entra for a minute without asking.
   */
  readonly create: () => TokenCredential;
  readonly calls: Calls;
  /** Milliseconds that one acquisition may take. */
  readonly timeoutMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * The credential as the SDKs see it: one token for all of them, acquired once however many wait for it, and by nobody's signal, so
 * that one caller who gives up does not fail the others. A refresh runs beside the requests, and while Entra is down the old
 * token serves to its end. Replaces the SDK's own refresh, whose last failure is an unhandled rejection.
 */
export class TokenSource implements TokenCredential {
  readonly #options: TokenSourceOptions;
  #token: AccessToken | undefined;
  #refreshAt = 0;
  #acquiring: Promise<AccessToken> | undefined;
  #failure: { readonly error: AzureError; readonly until: number } | undefined;

  constructor(options: TokenSourceOptions) {
    this.#options = options;
  }

  /**
   * Gives a token that is good for at least ten seconds.
   * @param options of it only `claims` and `enableCae` count
   * @throws AzureError of kind auth, or transient when Entra cannot be reached
   */
  async getToken(scopes: string | string[], options: GetTokenOptions = {}): Promise<AccessToken> {
    const now = this.#options.now();
    const token = options.claims === undefined ? this.#token : undefined;
    if (token === undefined || token.expiresOnTimestamp - marginMs <= now) {
      if (this.#failure !== undefined && now < this.#failure.until) throw this.#failure.error;
      return forSdk(await this.#acquire(scopes, options));
    }
    if (now >= this.#refreshAt) this.#refreshBeside(scopes, options);
    return forSdk(token);
  }

  /** Forgets the token when it is the one that Azure refused, so that the next request brings a new one. */
  forget(refused: string): void {
    if (this.#token?.token === refused) this.#token = undefined;
  }

  #acquire(scopes: string | string[], options: GetTokenOptions): Promise<AccessToken> {
    this.#acquiring ??= this.#request(scopes, options)
      .catch((error: unknown) => this.#fail(error))
      .finally(() => (this.#acquiring = undefined));
    return this.#acquiring;
  }

  #refreshBeside(scopes: string | string[], options: GetTokenOptions): void {
    this.#refreshAt = this.#options.now() + retryRefreshMs;
    // The failure is not lost: the request is on record, and the caller who meets the end of the token gets the error.
    this.#acquire(scopes, options).catch(() => undefined);
  }

  #fail(error: unknown): never {
    if (isAzureError(error)) {
      this.#failure = { error, until: this.#options.now() + Math.max(error.retryAfterMs ?? 0, holdFailureMs) };
    }
    throw error;
  }

  async #request(scopes: string | string[], { claims, enableCae }: GetTokenOptions): Promise<AccessToken> {
    const { calls, create, timeoutMs, now } = this.#options;
    const { value: token } = await calls.run('token', undefined, () =>
      withDeadline(timeoutMs, undefined, () =>
        create().getToken(scopes, {
          ...(claims === undefined ? {} : { claims }),
          ...(enableCae ? { enableCae } : {}),
        }),
      ),
    );
    if (token === null) throw new TypeError('the credential gave no token');
    const lifeMs = token.expiresOnTimestamp - now();
    this.#token = token;
    this.#failure = undefined;
    this.#refreshAt = now() + Math.max(lifeMs - refreshBeforeMs, lifeMs / 2);
    return token;
  }
}

/**
 * The SDKs' pipelines keep a token of their own until shortly before its end. With an end in the past they ask here for each
 * request, which costs nothing and leaves the refresh to this class alone.
 */
function forSdk(token: AccessToken): AccessToken {
  return { token: token.token, tokenType: 'Bearer', expiresOnTimestamp: 0 };
}
