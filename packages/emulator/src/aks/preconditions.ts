import type { IncomingHttpHeaders } from 'node:http';
import { preconditionFailed } from './errors.ts';
import type { Pool } from './pool.ts';

/** Conditional request headers; absent when the caller's api-version does not know them. */
export interface Preconditions {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}

export function preconditionsOf(headers: IncomingHttpHeaders): Preconditions {
  return { ifMatch: headers['if-match'], ifNoneMatch: headers['if-none-match'] };
}

/** @throws ServiceError 412 as RFC 9110 §13.1 defines the two headers; `*` means any version. */
export function checkPreconditions(pool: Pool | undefined, { ifMatch, ifNoneMatch }: Preconditions): void {
  if (ifNoneMatch !== undefined && pool && matches(pool, ifNoneMatch)) {
    throw preconditionFailed(
      `If-None-Match is '${ifNoneMatch}', but agent pool ${pool.name} exists with eTag '${pool.etag}'.`,
    );
  }
  if (ifMatch !== undefined && !(pool && matches(pool, ifMatch))) {
    throw preconditionFailed(`If-Match is '${ifMatch}', but the agent pool's eTag is '${pool?.etag ?? ''}'.`);
  }
}

function matches(pool: Pool, header: string): boolean {
  const tags = header.split(',').map(tag => tag.trim().replace(/^(W\/)?"(.*)"$/, '$2'));
  return tags.includes('*') || tags.includes(pool.etag);
}
