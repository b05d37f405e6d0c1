import { StringDecoder } from 'node:string_decoder';
import { ApiError } from './api-error.ts';
import type { WatchEvent } from './client.ts';
import { eventFailure } from './failure.ts';
import { parseJson } from './json.ts';
import type { KubeObject } from './object.ts';

/** Set on the bookmark that ends the initial events (Kubernetes API concepts, streaming lists). */
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

/** An event as it is on the wire; the object of an ERROR is a Status. */
type RawEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly object: KubeObject }
  | { readonly type: 'ERROR'; readonly object: unknown };

/**
 * Splits a stream of bytes into lines of text, without the line ends.
 * @throws ApiError when the stream ends in the middle of a line: part of an event is missing.
 */
export async function* linesOf(call: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim()) yield line;
  }
  if ((rest + decoder.end()).trim()) {
    throw new ApiError({ code: 0, reason: 'NetworkError', message: `${call}: the stream ended within an event` });
  }
}

/**
 * One line of a watch as an event.
 * @throws ApiError for an ERROR event, with the code that it carries, and SyntaxError for a line that is no event.
 */
export function parseWatchEvent<T extends KubeObject>(call: string, line: string): WatchEvent<T> {
  const event = parseJson<RawEvent<T>>(line);
  switch (event.type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return event;
    case 'BOOKMARK': {
      const { resourceVersion = '', annotations } = event.object.metadata;
      return { type: 'BOOKMARK', resourceVersion, initialEventsEnd: annotations?.[INITIAL_EVENTS_END] === 'true' };
    }
    case 'ERROR':
      throw eventFailure(call, event.object);
    default:
      throw new SyntaxError('a line of the stream is no watch event');
  }
}
