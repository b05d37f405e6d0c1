import type { Counter, Gauge, Histogram, HistogramOptions, MetricOptions, Metrics } from './metrics.ts';

/** A metric as people read of it. */
export interface MetricDescription {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly help: string;
}

/**
 * The metrics that some parts of a program register, by name; nothing is measured.
 * @param sources create these parts with the metrics that they are given
 */
export function describeMetrics(sources: readonly ((metrics: Metrics) => unknown)[]): readonly MetricDescription[] {
  const recorder = new MetricRecorder();
  for (const source of sources) source(recorder);
  return [...recorder.described.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

/** Writes down what is registered, and measures nothing. */
class MetricRecorder implements Metrics {
  readonly described = new Map<string, MetricDescription>();
  readonly contentType = 'text/plain';

  counter<L extends string>(options: MetricOptions<L>): Counter<L> {
    this.#describe('counter', options);
    return { inc: nothing };
  }

  gauge<L extends string>(options: MetricOptions<L>): Gauge<L> {
    this.#describe('gauge', options);
    return { set: nothing, inc: nothing, remove: nothing };
  }

  histogram<L extends string>(options: HistogramOptions<L>): Histogram<L> {
    this.#describe('histogram', options);
    return { observe: nothing };
  }

  onCollect(): () => void {
    return nothing;
  }

  text(): Promise<string> {
    return Promise.resolve('');
  }

  #describe(type: MetricDescription['type'], { name, help, labels = [] }: MetricOptions<string>): void {
    this.described.set(name, { name, type, labels, help });
  }
}

function nothing(): void {}
