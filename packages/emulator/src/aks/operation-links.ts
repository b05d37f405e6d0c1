import type { ClusterIdentity, Settings } from '../admin/protocol.ts';
import type { Call } from '../http/route.ts';
import type { Operation } from './operation.ts';

/** Version that recorded AKS answers put into these URLs, whatever version the request had. */
const API_VERSION = '2016-03-30';

interface Links {
  /** Azure-AsyncOperation, and Retry-After when the settings say so. */
  readonly status: Readonly<Record<string, string>>;
  /** Location. */
  readonly result: Readonly<Record<string, string>>;
}

/** Headers that lead from an accepted request to its operation (ARM docs, "Track asynchronous operations"). */
export function operationLinks(
  { id }: Operation,
  { call, cluster, settings }: { call: Call; cluster: ClusterIdentity; settings: Settings },
): Links {
  const { subscriptionId, location } = cluster;
  const root = `${call.origin}/subscriptions/${subscriptionId}/providers/Microsoft.ContainerService/locations/${location}`;
  return {
    status: { 'azure-asyncoperation': `${root}/operations/${id}?api-version=${API_VERSION}`, ...retryAfter(settings) },
    result: { location: `${root}/operationresults/${id}?api-version=${API_VERSION}`, ...retryAfter(settings) },
  };
}

/** The pause that callers are asked for between looks at an operation. */
export function retryAfter({ operationRetryAfterSeconds: seconds }: Settings): Record<string, string> {
  return seconds > 0 ? { 'retry-after': String(seconds) } : {};
}
