import type { Clock, Metrics } from '@kaito/kube';
import type { Slots } from './slots.ts';

/** Upper bounds in seconds, as vLLM has them (vLLM, v1/metrics/loggers.py), cut to what a small model needs. */
const FIRST_TOKEN = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40];
const PER_TOKEN = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2.5];
const WHOLE_REQUEST = [0.3, 0.5, 1, 2, 5, 10, 20, 40, 60, 120];

/** What is counted of one request. */
export interface RequestCount {
  readonly token: () => void;
  finished(reason: 'stop' | 'length' | 'abort'): void;
}

export interface ModelMetricsOptions {
  readonly metrics: Metrics;
  readonly modelName: string;
  readonly slots: Slots;
  readonly clock: Clock;
}

/**
 * vLLM's metrics by their names, those that autoscalers and dashboards read, so that what is built on them works with the stand-in too
 * (vLLM docs, "Metrics").
 */
export class ModelMetrics {
  readonly #clock: Clock;
  readonly #labels: { readonly model_name: string };
  readonly #parts;

  constructor({ metrics, modelName, slots, clock }: ModelMetricsOptions) {
    this.#clock = clock;
    this.#labels = { model_name: modelName };
    this.#parts = createParts(metrics);
    const { running, waiting } = this.#parts;
    metrics.onCollect(() => {
      running.set(this.#labels, slots.running);
      waiting.set(this.#labels, slots.waiting);
    });
  }

  /** @param arrived when the request came, on the monotonic clock */
  started(promptTokens: number, arrived: number): RequestCount {
    const { prompt, generated, success, firstToken, perToken, whole } = this.#parts;
    const labels = this.#labels;
    prompt.inc(labels, promptTokens);
    let last: number | undefined;
    return {
      token: () => {
        const now = this.#clock.monotonic();
        if (last === undefined) firstToken.observe(labels, (now - arrived) / 1000);
        else perToken.observe(labels, (now - last) / 1000);
        last = now;
        generated.inc(labels);
      },
      finished: reason => {
        success.inc({ ...labels, finished_reason: reason });
        whole.observe(labels, (this.#clock.monotonic() - arrived) / 1000);
      },
    };
  }
}

// oxlint-disable-next-line typescript/explicit-function-return-type -- the metrics' types are long and say nothing more
function createParts(metrics: Metrics) {
  const labels = ['model_name'] as const;
  return {
    running: metrics.gauge({ name: 'vllm:num_requests_running', help: 'Requests that are being answered.', labels }),
    waiting: metrics.gauge({ name: 'vllm:num_requests_waiting', help: 'Requests that wait for a slot.', labels }),
    prompt: metrics.counter({ name: 'vllm:prompt_tokens_total', help: 'Tokens read.', labels }),
    generated: metrics.counter({ name: 'vllm:generation_tokens_total', help: 'Tokens written.', labels }),
    success: metrics.counter({
      name: 'vllm:request_success_total',
      help: 'Requests that have ended, by why.',
      labels: ['model_name', 'finished_reason'],
    }),
    firstToken: metrics.histogram({
      name: 'vllm:time_to_first_token_seconds',
      help: 'From the request to its first token.',
      labels,
      buckets: FIRST_TOKEN,
    }),
    perToken: metrics.histogram({
      name: 'vllm:inter_token_latency_seconds',
      help: 'From one token to the next.',
      labels,
      buckets: PER_TOKEN,
    }),
    whole: metrics.histogram({
      name: 'vllm:e2e_request_latency_seconds',
      help: 'From the request to the end of its answer.',
      labels,
      buckets: WHOLE_REQUEST,
    }),
  };
}
