import {
  collectDefaultMetrics,
  Counter as PromCounter,
  Gauge as PromGauge,
  Histogram as PromHistogram,
  Registry,
} from 'prom-client';

type Labels<L extends string> = Readonly<Record<L, string>>;

export interface Counter<L extends string> {
  inc(labels: Labels<L>, by?: number): void;
}

export interface Gauge<L extends string> {
  set(labels: Labels<L>, value: number): void;
  inc(labels: Labels<L>, by?: number): void;
  /** Forgets one series. */
  remove(labels: Labels<L>): void;
}

export interface Histogram<L extends string> {
  observe(labels: Labels<L>, value: number): void;
}

export interface MetricOptions<L extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly L[];
}

export interface HistogramOptions<L extends string> extends MetricOptions<L> {
  /** Upper bounds in the metric's unit, ascending. */
  readonly buckets: readonly number[];
}

/** The metrics of one process. Asking twice for a name gives the same metric, so every part may ask for its own. */
export interface Metrics {
  counter<L extends string = never>(options: MetricOptions<L>): Counter<L>;
  gauge<L extends string = never>(options: MetricOptions<L>): Gauge<L>;
  histogram<L extends string = never>(options: HistogramOptions<L>): Histogram<L>;
  /** Runs before each scrape, for gauges that are cheaper to compute than to keep. Returns the way to stop it. */
  onCollect(callback: () => void): () => void;
  /** All metrics in the Prometheus text format. */
  text(): Promise<string>;
  readonly contentType: string;
}

interface PromConfig {
  readonly name: string;
  readonly help: string;
  readonly labelNames: string[];
  readonly registers: Registry[];
}

class PromMetrics implements Metrics {
  readonly #registry = new Registry();
  readonly #counters = new Map<string, PromCounter>();
  readonly #gauges = new Map<string, PromGauge>();
  readonly #histograms = new Map<string, PromHistogram>();
  readonly #collectors = new Set<() => void>();

  constructor(processMetrics: boolean) {
    if (processMetrics) collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  counter<L extends string>(options: MetricOptions<L>): Counter<L> {
    const metric = once(this.#counters, options.name, () => new PromCounter<string>(this.#config(options)));
    return { inc: (labels, by = 1) => metric.inc(labels, by) };
  }

  gauge<L extends string>(options: MetricOptions<L>): Gauge<L> {
    const metric = once(this.#gauges, options.name, () => new PromGauge<string>(this.#config(options)));
    return {
      set: (labels, value) => metric.set(labels, value),
      inc: (labels, by = 1) => metric.inc(labels, by),
      remove: labels => metric.remove(labels),
    };
  }

  histogram<L extends string>(options: HistogramOptions<L>): Histogram<L> {
    const create = () => new PromHistogram<string>({ ...this.#config(options), buckets: [...options.buckets] });
    const metric = once(this.#histograms, options.name, create);
    return { observe: (labels, value) => metric.observe(labels, value) };
  }

  onCollect(callback: () => void): () => void {
    this.#collectors.add(callback);
    return () => this.#collectors.delete(callback);
  }

  text(): Promise<string> {
    for (const collect of this.#collectors) collect();
    return this.#registry.metrics();
  }

  #config({ name, help, labels = [] }: MetricOptions<string>): PromConfig {
    return { name, help, labelNames: [...labels], registers: [this.#registry] };
  }
}

function once<M>(known: Map<string, M>, name: string, create: () => M): M {
  const metric = known.get(name) ?? create();
  known.set(name, metric);
  return metric;
}

/**
 * A registry of its own, with the `process_*` and `nodejs_*` metrics unless they are turned off.
 * The kernel's metric names are controller-runtime's and client-go's, so that dashboards made for them work.
 */
export function createMetrics(options: { readonly processMetrics?: boolean } = {}): Metrics {
  return new PromMetrics(options.processMetrics ?? true);
}
