import type { AppProcess } from '@kaito/local-stack';

/** Requests to the API server since the processes were started; watches are not among them. */
export interface ApiRequests {
  readonly all: number;
  readonly writes: number;
}

const COUNTER = /^rest_client_requests_total\{[^}]*method="(?<method>[A-Z]+)"[^}]*\} (?<count>\d+)/gm;

/** Reads the requests of all of these processes from their own metrics. @throws when one does not answer. */
export async function apiRequests(apps: readonly Pick<AppProcess, 'metricsUrl'>[]): Promise<ApiRequests> {
  const texts = await Promise.all(apps.map(async ({ metricsUrl }) => (await fetch(metricsUrl)).text()));
  return texts
    .map(countRequests)
    .reduce((sum, { all, writes }) => ({ all: sum.all + all, writes: sum.writes + writes }), { all: 0, writes: 0 });
}

/** Counts the requests in metrics of the Prometheus text format, under the name that client-go gives them. */
export function countRequests(metrics: string): ApiRequests {
  let all = 0;
  let writes = 0;
  for (const { groups } of metrics.matchAll(COUNTER)) {
    const count = Number(groups?.['count']);
    all += count;
    if (groups?.['method'] !== 'GET') writes += count;
  }
  return { all, writes };
}
