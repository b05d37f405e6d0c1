import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';

/** How a probe trusts the server and shows who asks; PEM. */
export interface ProbeTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface ProbeAnswer {
  readonly status: number;
  readonly body: string;
}

const PROBE_TIMEOUT_MS = 2_000;

/**
 * One GET over a connection of its own.
 * @throws when nobody answers within two seconds.
 */
export function probe(url: string, tls: ProbeTls = {}, signal?: AbortSignal): Promise<ProbeAnswer> {
  const request = url.startsWith('https:') ? requestHttps : requestHttp;
  const limit = AbortSignal.timeout(PROBE_TIMEOUT_MS);
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      { ...tls, agent: false, signal: signal ? AbortSignal.any([signal, limit]) : limit },
      response => {
        text(response).then(body => resolve({ status: response.statusCode ?? 0, body }), reject);
      },
    );
    call.on('error', reject);
    call.end();
  });
}
