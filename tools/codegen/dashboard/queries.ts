import type { Panel, Query } from './grafana.ts';

export const job = 'job=~"$job"';

/** The highest of the replicas: each tells the whole, or nothing while it does not lead. */
export const each = (metric: string, ...labels: readonly string[]): Query => ({
  expr: `max by (${labels.join(', ')}) (${metric}{${job}})`,
  legend: legendOf(labels),
});

/** How often something happened within an hour: what happens to GPU nodes is too rare for a rate. */
export const hourly = (metric: string, ...labels: readonly string[]): Query => ({
  expr: `sum by (${labels.join(', ')}) (increase(${metric}{${job}}[1h]))`,
  legend: legendOf(labels),
});

export const rate = (metric: string, ...labels: readonly string[]): Query => ({
  expr: `sum by (${labels.join(', ')}) (rate(${metric}{${job}}[$__rate_interval]))`,
  legend: legendOf(labels),
});

/** The time within which a share of the cases was done. */
export const quantile = (
  share: number,
  metric: string,
  options: { readonly by: string; readonly range?: string },
): Query => ({
  expr: `histogram_quantile(${share}, sum by (le, ${options.by}) (increase(${metric}_bucket{${job}}[${options.range ?? '1h'}])))`,
  legend: `p${share * 100} {{${options.by}}}`,
});

function legendOf(labels: readonly string[]): string {
  return labels.map(label => `{{${label}}}`).join(' ');
}

export const seconds = { unit: 's' } as const satisfies Partial<Panel>;
export const requests = { unit: 'reqps' } as const satisfies Partial<Panel>;
