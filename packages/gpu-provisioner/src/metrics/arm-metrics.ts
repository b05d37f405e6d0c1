import type { RequestRecord } from '@kaito/azure';
import type { Metrics } from '@kaito/kube';

/** Seconds; a request is given up after 30 s. */
const BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30];

/** What goes over the wire to Azure, requests for tokens included; each attempt counts once. */
export class ArmMetrics {
  readonly #requests;
  readonly #durations;
  readonly #throttled;

  constructor(metrics: Metrics) {
    this.#requests = metrics.counter<'operation' | 'code'>({
      name: 'kaito_arm_requests_total',
      help: 'Requests to Azure by operation and by status code, or error code where no answer came.',
      labels: ['operation', 'code'],
    });
    this.#durations = metrics.histogram<'operation'>({
      name: 'kaito_arm_request_duration_seconds',
      help: 'Time until Azure had answered a request, the body included, or until it was given up.',
      labels: ['operation'],
      buckets: BUCKETS,
    });
    this.#throttled = metrics.counter<'operation'>({
      name: 'kaito_arm_throttled_seconds_total',
      help: 'Time that throttled requests (429) were told to wait.',
      labels: ['operation'],
    });
  }

  requested({ operation, statusCode, code, durationMs, retryAfterMs = 0 }: RequestRecord): void {
    this.#requests.inc({ operation, code: String(statusCode ?? code ?? 'unknown') });
    this.#durations.observe({ operation }, durationMs / 1000);
    if (statusCode === 429) this.#throttled.inc({ operation }, retryAfterMs / 1000);
  }
}
