import type { Clock } from '../clock/clock.ts';
import type { Metrics } from '../metrics/metrics.ts';

/** What can be read off a queue at any time. Times are of the clock's `monotonic`. */
export interface QueueState {
  depth(): number;
  processingSince(): Iterable<number>;
}

/** Counts what happens in one queue. Durations come in milliseconds. */
export interface QueueMetrics {
  observe(state: QueueState): void;
  added(): void;
  retried(): void;
  waited(ms: number): void;
  worked(ms: number): void;
  stop(): void;
}

/** controller-runtime's buckets for both durations: 10 ns to 1000 s. */
const BUCKETS = Array.from({ length: 12 }, (_, power) => 1e-8 * 10 ** power);

/** The `workqueue_*` metrics under client-go's names, labelled as controller-runtime labels them. */
export function queueMetrics(metrics: Metrics, name: string, clock: Clock): QueueMetrics {
  const labels = ['name', 'controller'] as const;
  const own = { name, controller: name };
  const counter = (metric: string, help: string) => metrics.counter({ name: `workqueue_${metric}`, help, labels });
  const gauge = (metric: string, help: string) => metrics.gauge({ name: `workqueue_${metric}`, help, labels });
  const histogram = (metric: string, help: string) =>
    metrics.histogram({ name: `workqueue_${metric}`, help, labels, buckets: BUCKETS });

  const adds = counter('adds_total', 'Number of keys added.');
  const retries = counter('retries_total', 'Number of keys added again after a failure.');
  const depth = gauge('depth', 'Number of keys that wait.');
  const unfinished = gauge('unfinished_work_seconds', 'Time spent so far on the keys that are worked on, in seconds.');
  const longest = gauge('longest_running_processor_seconds', 'Time spent so far on the oldest of them, in seconds.');
  const waits = histogram('queue_duration_seconds', 'How long keys waited, in seconds.');
  const works = histogram('work_duration_seconds', 'How long keys were worked on, in seconds.');
  let stopCollecting: (() => void) | undefined;

  return {
    observe(state) {
      stopCollecting = metrics.onCollect(() => {
        const now = clock.monotonic();
        const ages = Array.from(state.processingSince(), since => (now - since) / 1000);
        depth.set(own, state.depth());
        unfinished.set(
          own,
          ages.reduce((sum, age) => sum + age, 0),
        );
        longest.set(own, Math.max(0, ...ages));
      });
    },
    added: () => adds.inc(own),
    retried: () => retries.inc(own),
    waited: ms => waits.observe(own, ms / 1000),
    worked: ms => works.observe(own, ms / 1000),
    stop: () => stopCollecting?.(),
  };
}
