import type { IncomingMessage } from 'node:http';

/** The API server's own limit of a request's body (kube-apiserver, MaxRequestBodyBytes). */
export const MAX_BODY_BYTES = 3 * 1024 * 1024;

/**
 * The whole body as text; undefined when it is larger than `limit` bytes. Of such a body no more than that is kept.
 * @throws when the caller hangs up before its end.
 */
export async function readBody(request: IncomingMessage, limit = MAX_BODY_BYTES): Promise<string | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  // Kept open when it is too large, so that the caller can be told.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > limit) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString();
}
