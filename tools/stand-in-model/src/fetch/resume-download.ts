import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

export interface ResumeOptions {
  /** Bytes of the whole file. */
  readonly bytes: number;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds without an answer, or without a byte, after which it is given up; 15,000 by default. */
  readonly stallTimeoutMs?: number;
  /** Told how many bytes there are. */
  readonly onBytes?: (received: number) => void;
}

/**
 * Downloads `url` into `file`, from where an earlier attempt has left off if the server can do so.
 * @throws with the address and why; what has come so far stays. The signal's reason when that is aborted.
 */
export async function resumeDownload(url: string, file: string, options: ResumeOptions): Promise<void> {
  const { bytes, signal, stallTimeoutMs = 15_000, onBytes } = options;
  const have = await sizeOf(file);
  if (have === bytes) return;
  const start = have < bytes ? have : 0;
  const stalled = new AbortController();
  const watchdog = setTimeout(() => stalled.abort(new Error(`no data for ${stallTimeoutMs / 1000} s`)), stallTimeoutMs);
  try {
    const { body, resumed } = await askFor(
      url,
      start,
      signal ? AbortSignal.any([signal, stalled.signal]) : stalled.signal,
    );
    let received = resumed ? start : 0;
    const counted = async function* (): AsyncGenerator<Uint8Array> {
      for await (const chunk of body) {
        watchdog.refresh();
        received += chunk.length;
        if (received > bytes) throw new Error(`more than the expected ${bytes} bytes came`);
        onBytes?.(received);
        yield chunk;
      }
    };
    await pipeline(counted, createWriteStream(file, { flags: resumed ? 'a' : 'w' }));
  } catch (cause) {
    signal?.throwIfAborted();
    throw new Error(`${url}: ${whyOf(stalled.signal.aborted ? stalled.signal.reason : cause)}`, { cause });
  } finally {
    clearTimeout(watchdog);
  }
}

/** A server that does not know ranges sends everything anew, with 200. */
async function askFor(
  url: string,
  start: number,
  signal: AbortSignal,
): Promise<{ body: NonNullable<Response['body']>; resumed: boolean }> {
  const response = await fetch(url, { headers: start > 0 ? { range: `bytes=${start}-` } : {}, signal });
  if (!response.ok || !response.body)
    throw new Error(`the server answered ${response.status} ${response.statusText}`.trim());
  return { body: response.body, resumed: response.status === 206 };
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0, // It is not there; a folder that cannot be written shows when the file is opened.
  );
}

/** `fetch` says "fetch failed" and "terminated"; what happened stands in the innermost cause. */
function whyOf(thrown: unknown): string {
  const { cause, message } = (thrown ?? {}) as { readonly cause?: unknown; readonly message?: unknown };
  if (cause !== undefined) return whyOf(cause);
  return typeof message === 'string' && message !== '' ? message : String(thrown);
}
