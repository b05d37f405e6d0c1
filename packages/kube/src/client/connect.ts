import { systemClock } from '../clock/clock.ts';
import { createMetrics } from '../metrics/metrics.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Client } from './client.ts';
import { Credentials } from './credentials.ts';
import { HttpClient } from './http-client.ts';
import { Transport } from './transport.ts';

export interface ConnectOptions {
  /** Path of a kubeconfig; absent: KUBECONFIG, then `~/.kube/config`, then the service account of the pod. */
  readonly kubeconfig?: string | undefined;
  /** A context of the kubeconfig instead of its current one. */
  readonly context?: string | undefined;
  /** Names this program in the API server's audit log. */
  readonly userAgent: string;
  readonly metrics?: Metrics | undefined;
  /** Limit of each call in milliseconds; 30,000 when absent. Watches have none. */
  readonly timeoutMs?: number | undefined;
}

const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * A client for the cluster that the configuration names. Nothing is sent yet.
 * @throws Error when there is no usable configuration; it says which file and what is wrong with it.
 */
export function connect(options: ConnectOptions): Client {
  const { userAgent, metrics = createMetrics({ processMetrics: false }), timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const clock = systemClock;
  const credentials = new Credentials(options, () => clock.monotonic());
  return new HttpClient(new Transport({ credentials, userAgent, metrics, clock, timeoutMs }));
}
