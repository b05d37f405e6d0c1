import type { IncomingMessage } from 'node:http';
import { RequestError } from './request-error.ts';

/** More than any prompt that fits a small context. */
const MAX_BODY_BYTES = 1024 * 1024;

/**
 * The JSON of a request, whatever it calls itself: `curl -d` says that it is a form.
 * @param status of the error about text that is no JSON: 422 as FastAPI has it, 400 as vLLM does
 * @throws RequestError 413 for a body that is too large.
 */
export async function readJson(request: IncomingMessage, status: number): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const piece of request.iterator({ destroyOnReturn: false })) {
    const bytes = Buffer.from(piece);
    size += bytes.length;
    if (size > MAX_BODY_BYTES) throw new RequestError(413, `the body is larger than ${MAX_BODY_BYTES} bytes`);
    chunks.push(bytes);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch (error) {
    throw new RequestError(status, `JSON decode error: ${error instanceof SyntaxError ? error.message : 'no JSON'}`);
  }
}
