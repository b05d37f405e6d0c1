import { HubError, hubErrorOf } from './hub-error.ts';
import { parseLenientJson } from './lenient-json.ts';
import { mayFollow } from './redirects.ts';

/** One question. */
export interface HubRequest {
  /** From the endpoint on, e.g. `/api/models/microsoft/phi-4`. */
  readonly path: string;
  /** Bytes of an answer that are read at most. */
  readonly maxBytes: number;
  /** Goes to the endpoint itself only, never to where it sends us. */
  readonly token?: string | undefined;
  readonly signal: AbortSignal;
}

const mostRedirects = 4;

/** Asks Hugging Face, or what stands in for it, for JSON. */
export class HubClient {
  readonly #endpoint: URL;

  /** @param endpoint e.g. `https://huggingface.co`. @throws TypeError when it is not an http or https URL */
  constructor(endpoint: string) {
    const url = new URL(endpoint);
    if (url.protocol !== 'https:' && url.protocol !== 'http:') {
      throw new TypeError(`${url.protocol} is not http or https: use e.g. https://huggingface.co`);
    }
    this.#endpoint = url;
  }

  /** Address of a page for people. */
  pageOf(id: string): string {
    return new URL(id, withSlash(this.#endpoint)).href;
  }

  /**
   * The answer to a GET, read as JSON.
   * @throws HubError when there is none that can be used; the signal's reason when it is aborted
   */
  async json(request: HubRequest): Promise<unknown> {
    const response = await this.#follow(request);
    const text = await readText(response, request);
    try {
      return parseLenientJson(text);
    } catch {
      throw new HubError('unusable', `${request.path}: the answer is not JSON`);
    }
  }

  async #follow(request: HubRequest): Promise<Response> {
    let url = new URL(request.path.slice(1), withSlash(this.#endpoint));
    for (let redirects = 0; redirects <= mostRedirects; redirects++) {
      const response = await this.#get(url, request);
      const location = response.headers.get('location');
      if (response.status < 300 || response.status > 399 || location === null) return accepted(response, request);
      await response.body?.cancel();
      if (!URL.canParse(location, url.href)) throw new HubError('unusable', `${request.path}: sent to no address`);
      url = new URL(location, url);
      if (!mayFollow(this.#endpoint, url)) {
        throw new HubError(
          'unusable',
          `${request.path}: sent to ${url.hostname}, which is not a host of ${this.#endpoint.hostname}`,
        );
      }
    }
    throw new HubError('unusable', `${request.path}: sent from place to place`);
  }

  async #get(url: URL, { path, token, signal }: HubRequest): Promise<Response> {
    const authorization = token !== undefined && url.origin === this.#endpoint.origin ? `Bearer ${token}` : undefined;
    const headers = {
      accept: 'application/json',
      'user-agent': 'kaito-workspace',
      ...(authorization && { authorization }),
    };
    try {
      return await fetch(url, { headers, redirect: 'manual', signal });
    } catch {
      signal.throwIfAborted();
      throw new HubError('transient', `${path}: ${url.hostname} cannot be reached`);
    }
  }
}

/** @throws HubError for every status but those of success */
async function accepted(response: Response, { path }: HubRequest): Promise<Response> {
  if (response.ok) return response;
  await response.body?.cancel();
  const { kind, message } = hubErrorOf(response.status, response.headers.get('x-error-code'), path);
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retryAfterMs = Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 3_600) * 1_000 : undefined;
  throw new HubError(kind, message, { retryAfterMs });
}

/** @throws HubError as soon as there is more than is allowed; the rest is never read */
async function readText(response: Response, { path, maxBytes, signal }: HubRequest): Promise<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = '';
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) break;
      text += decoder.decode(chunk, { stream: true });
    }
  } catch {
    signal.throwIfAborted();
    throw new HubError('transient', `${path}: the answer broke off`);
  }
  if (bytes > maxBytes) throw new HubError('unusable', `${path}: the answer has more than ${maxBytes} bytes`);
  return text + decoder.decode();
}

/** So that a path is put below it and does not replace its last part. */
function withSlash(url: URL): URL {
  return new URL(url.pathname.endsWith('/') ? url.href : `${url.href}/`);
}
