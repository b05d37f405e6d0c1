import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Answers requests for one address. */
export type WebHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** Serves a file as good servers do: with its length, a strong ETag, and from any byte on (RFC 9110, "Range Requests"). */
export function fileHandler(content: Buffer): WebHandler {
  const etag = `"${createHash('sha256').update(content).digest('hex').slice(0, 16)}"`;
  return ({ method, headers }, response) => {
    const from = rangeStart(headers, etag);
    const common = { etag, 'accept-ranges': 'bytes', 'content-type': 'application/octet-stream' };
    if (from >= content.length && from > 0) {
      response.writeHead(416, { ...common, 'content-range': `bytes */${content.length}` }).end();
      return;
    }
    const part = content.subarray(from);
    const range = { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` };
    response.writeHead(from > 0 ? 206 : 200, { ...common, 'content-length': part.length, ...(from > 0 && range) });
    response.end(method === 'HEAD' ? undefined : part);
  };
}

/** The byte that is asked for as the first; 0 for all, and where the file is another by now. */
function rangeStart({ range, 'if-range': same }: IncomingMessage['headers'], etag: string): number {
  const start = /^bytes=(\d+)-$/.exec(range ?? '')?.[1];
  return start === undefined || (same !== undefined && same !== etag) ? 0 : Number(start);
}
