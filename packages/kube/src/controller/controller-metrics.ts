import type { Metrics } from '../metrics/metrics.ts';

/** How a reconcile ended (controller-runtime's values of the label `result`). */
export type Outcome = 'success' | 'error' | 'requeue' | 'requeue_after';

export interface ControllerMetrics {
  began(): void;
  /** A reconcile is over, after `ms` milliseconds. */
  ended(outcome: Outcome, ms: number): void;
  terminalError(): void;
}

/** controller-runtime's buckets of controller_runtime_reconcile_time_seconds. */
const BUCKETS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2,
  2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];

/** The `controller_runtime_*` metrics of one controller. */
export function controllerMetrics(metrics: Metrics, controller: string, workers: number): ControllerMetrics {
  const labels = ['controller'] as const;
  const own = { controller };
  const prefix = 'controller_runtime';
  const total = metrics.counter({
    name: `${prefix}_reconcile_total`,
    help: 'Number of reconciles, by result.',
    labels: ['controller', 'result'],
  });
  const errors = metrics.counter({
    name: `${prefix}_reconcile_errors_total`,
    help: 'Number of failed reconciles.',
    labels,
  });
  const terminal = metrics.counter({
    name: `${prefix}_terminal_reconcile_errors_total`,
    help: 'Number of reconciles that failed for good.',
    labels,
  });
  const time = metrics.histogram({
    name: `${prefix}_reconcile_time_seconds`,
    help: 'Length of a reconcile, in seconds.',
    labels,
    buckets: BUCKETS,
  });
  const active = metrics.gauge({ name: `${prefix}_active_workers`, help: 'Number of workers at work.', labels });
  metrics.gauge({ name: `${prefix}_max_concurrent_reconciles`, help: 'Number of workers.', labels }).set(own, workers);
  active.set(own, 0);

  return {
    began: () => active.inc(own),
    ended(outcome, ms) {
      active.inc(own, -1);
      total.inc({ controller, result: outcome });
      if (outcome === 'error') errors.inc(own);
      time.observe(own, ms / 1000);
    },
    terminalError: () => terminal.inc(own),
  };
}
