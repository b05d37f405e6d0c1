import type { Metrics } from '../metrics/metrics.ts';

/** What became of a review: `failed` is a refusal because the webhook could not judge. */
export type Verdict = 'allowed' | 'refused' | 'failed';

export interface WebhookMetrics {
  /** A request came in; the function is called when it is answered. `path` is one that is served, or `other`. */
  began(path: string): (status: number, verdict?: Verdict) => void;
  /** The certificates that are served and trusted: when they end, in milliseconds since the Unix epoch. */
  certificates(server: number, authority: number): void;
}

/** controller-runtime's buckets of its webhook latency are Prometheus' own. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** controller-runtime's metrics of webhooks, and two of our own: verdicts, and how long the certificates last. */
export function webhookMetrics(metrics: Metrics, clock: { monotonic(): number }): WebhookMetrics {
  const prefix = 'controller_runtime_webhook';
  const requests = metrics.counter({
    name: `${prefix}_requests_total`,
    help: 'Number of admission requests, by webhook and HTTP status code.',
    labels: ['webhook', 'code'],
  });
  const latency = metrics.histogram({
    name: `${prefix}_latency_seconds`,
    help: 'Time until an admission request was answered, in seconds.',
    labels: ['webhook'],
    buckets: BUCKETS,
  });
  const inFlight = metrics.gauge({
    name: `${prefix}_requests_in_flight`,
    help: 'Number of admission requests that are being answered.',
    labels: ['webhook'],
  });
  const verdicts = metrics.counter({
    name: 'webhook_admission_verdicts_total',
    help: 'Number of admission reviews, by webhook and verdict: allowed, refused, or failed (refused for want of an answer).',
    labels: ['webhook', 'verdict'],
  });
  const expiry = metrics.gauge({
    name: 'webhook_certificate_expiry_timestamp_seconds',
    help: 'When the certificate of the webhook server or of its authority is out of date, in seconds since the epoch.',
    labels: ['certificate'],
  });
  return {
    began(webhook) {
      const start = clock.monotonic();
      inFlight.inc({ webhook });
      return (status, verdict) => {
        inFlight.inc({ webhook }, -1);
        requests.inc({ webhook, code: String(status) });
        latency.observe({ webhook }, (clock.monotonic() - start) / 1000);
        if (verdict) verdicts.inc({ webhook, verdict });
      };
    },
    certificates(server, authority) {
      expiry.set({ certificate: 'server' }, Math.floor(server / 1000));
      expiry.set({ certificate: 'authority' }, Math.floor(authority / 1000));
    },
  };
}
