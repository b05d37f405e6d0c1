import type { Metrics } from '../metrics/metrics.ts';

/** Counts what the reflector of one kind does, under client-go's names. */
export interface ReflectorMetrics {
  listed(): void;
  watched(withInitialEvents: boolean): void;
  failed(): void;
}

export function reflectorMetrics(metrics: Metrics, name: string): ReflectorMetrics {
  const labels = ['name'] as const;
  const lists = metrics.counter({
    name: 'reflector_lists_total',
    help: 'Number of times that the whole state was read.',
    labels,
  });
  const watches = metrics.counter({ name: 'reflector_watches_total', help: 'Number of watches begun.', labels });
  const failures = metrics.counter({
    name: 'reflector_failures_total',
    help: 'Number of lists and watches that ended in an error or at once.',
    labels,
  });
  return {
    listed: () => lists.inc({ name }),
    watched: withInitialEvents => {
      watches.inc({ name });
      if (withInitialEvents) lists.inc({ name });
    },
    failed: () => failures.inc({ name }),
  };
}
