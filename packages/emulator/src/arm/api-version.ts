import { invalidApiVersion, missingApiVersion, unsupportedApiVersion } from './errors.ts';

const FIRST = '2024-01-01';
const LAST = '2026-06-01';
/** First stable version whose agent pools carry an eTag and obey If-Match and If-None-Match. */
const WITH_ETAG = '2024-09-01';
/** First year whose agent pools say in `status` why they failed. */
const WITH_STATUS = '2025';

const DATE = /^(\d{4}-\d{2}-\d{2})(-preview)?$/;

/** What an agent pool looks like depends on the api-version asked for. */
export interface AgentPoolDialect {
  readonly etag: boolean;
  readonly status: boolean;
}

/** @throws ServiceError 400 when the version is missing or outside of what the emulator knows of Microsoft.ContainerService. */
export function agentPoolDialect(query: URLSearchParams): AgentPoolDialect {
  const version = requireApiVersion(query);
  const date = DATE.exec(version)?.[1] ?? '';
  if (date < FIRST || date > LAST) throw unsupportedApiVersion(version, `${FIRST} to ${LAST}`);
  return { etag: date >= WITH_ETAG, status: date >= WITH_STATUS };
}

/** @throws ServiceError 400 when the version is missing or not a date. */
export function requireApiVersion(query: URLSearchParams): string {
  const version = query.get('api-version');
  if (!version) throw missingApiVersion();
  if (!DATE.test(version)) throw invalidApiVersion(version);
  return version;
}
