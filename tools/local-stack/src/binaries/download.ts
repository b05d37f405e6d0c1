import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { rootMessageOf } from '../error-text.ts';

export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the server must have begun to answer; 5,000 by default, so that a closed network shows soon. */
  readonly connectTimeoutMs?: number | undefined;
  /** Milliseconds without a byte after which the transfer is given up; 15,000 by default. */
  readonly stallTimeoutMs?: number | undefined;
  readonly onBytes?: (received: number, total: number | undefined) => void;
}

/** A transfer that did not succeed; the message holds the address and why. */
export class DownloadError extends Error {
  override readonly name = 'DownloadError';
}

/**
 * Downloads `url` into `file`.
 * @returns the SHA-256 of what was received, in hex.
 * @throws DownloadError; `file` may then hold a part. The signal's reason when that is aborted.
 */
export async function download(url: string, file: string, options: DownloadOptions = {}): Promise<string> {
  const sum = createHash('sha256');
  const summed = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of receive(url, options)) {
      sum.update(chunk);
      yield chunk;
    }
  };
  await pipeline(summed, createWriteStream(file));
  return sum.digest('hex');
}

/**
 * Downloads a small text.
 * @throws DownloadError; the signal's reason when that is aborted.
 */
export async function downloadText(url: string, options: DownloadOptions = {}): Promise<string> {
  return text(receive(url, options));
}

/** Asks for `url` and gives what arrives, as long as something does. */
async function* receive(url: string, options: DownloadOptions): AsyncGenerator<Uint8Array> {
  const { signal, connectTimeoutMs = 5_000, stallTimeoutMs = 15_000, onBytes } = options;
  const watchdog = new Watchdog();
  try {
    watchdog.expect(connectTimeoutMs, `no answer within ${connectTimeoutMs / 1000} s`);
    const response = await fetch(url, { signal: AbortSignal.any([watchdog.signal, ...(signal ? [signal] : [])]) });
    if (!response.ok) throw new Error(`the server answered ${response.status} ${response.statusText}`.trim());
    const total = Number(response.headers.get('content-length')) || undefined;
    let received = 0;
    watchdog.expect(stallTimeoutMs, `no data within ${stallTimeoutMs / 1000} s`);
    for await (const chunk of response.body ?? []) {
      received += chunk.length;
      onBytes?.(received, total);
      watchdog.expect(stallTimeoutMs, `no data for ${stallTimeoutMs / 1000} s, after ${received} bytes`);
      yield chunk;
    }
  } catch (cause) {
    // fetch's own errors say "fetch failed" and "terminated"; what happened stands in their cause.
    signal?.throwIfAborted();
    throw new DownloadError(`${url}: ${watchdog.reason ?? rootMessageOf(cause)}`, { cause });
  } finally {
    watchdog.stop();
  }
}

/** Aborts its signal unless it is fed in time. */
class Watchdog {
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #reason: string | undefined;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why it has aborted, if it has. */
  get reason(): string | undefined {
    return this.#reason;
  }

  expect(ms: number, otherwise: string): void {
    this.stop();
    this.#timer = setTimeout(() => {
      this.#reason = otherwise;
      this.#controller.abort();
    }, ms);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
