/** What a panel shows of one query. */
export interface Query {
  /** PromQL. `$job` stands for the scraped jobs, `$__rate_interval` for a range that fits the scrape interval. */
  readonly expr: string;
  /** The name of each series, with labels as `{{label}}`. */
  readonly legend: string;
}

/** One graph, number or table. */
export interface Panel {
  readonly title: string;
  readonly description: string;
  readonly type?: 'timeseries' | 'stat' | 'table';
  /** Grafana's id of the unit; a plain number when absent. */
  readonly unit?: 's' | 'bytes' | 'reqps' | 'percentunit';
  readonly stacked?: boolean;
  readonly queries: readonly Query[];
}

/** Panels under one heading, beside each other. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface DashboardOptions {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
  /** A metric that every scraped process of this kind has: from it the jobs to choose from are read. */
  readonly jobsOf: string;
  readonly rows: readonly Row[];
}

const WIDTH = 24;
const HEIGHT = 8;
const MOST_IN_A_LINE = 3;
const datasource = { type: 'prometheus', uid: '${datasource}' };

/** A dashboard as Grafana imports it (Grafana docs, "Dashboard JSON model"); the data source and the job are variables. */
export function grafanaDashboard({ uid, title, description, tags, jobsOf, rows }: DashboardOptions): object {
  return {
    uid,
    title,
    description,
    tags,
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    templating: { list: [datasourceVariable, jobVariable(jobsOf)] },
    panels: layOut(rows),
  };
}

const datasourceVariable = { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' };

function jobVariable(metric: string): object {
  const query = `label_values(${metric}, job)`;
  return {
    name: 'job',
    label: 'Job',
    type: 'query',
    datasource,
    query: { query, refId: 'job' },
    definition: query,
    refresh: 2,
    multi: true,
    includeAll: true,
    current: { text: 'All', value: '$__all' },
  };
}

/** Gives each row and panel its place and its id. */
function layOut(rows: readonly Row[]): readonly object[] {
  const laid: object[] = [];
  let y = 0;
  const place = (panel: object, gridPos: object): number => laid.push({ id: laid.length + 1, ...panel, gridPos });
  for (const { title, panels } of rows) {
    place({ type: 'row', title, collapsed: false, panels: [] }, { x: 0, y, w: WIDTH, h: 1 });
    y += 1;
    const columns = Math.min(panels.length, MOST_IN_A_LINE);
    const w = WIDTH / columns;
    for (const [index, panel] of panels.entries()) {
      const line = Math.floor(index / columns);
      place(toGrafana(panel), { x: (index % columns) * w, y: y + line * HEIGHT, w, h: HEIGHT });
    }
    y += Math.ceil(panels.length / columns) * HEIGHT;
  }
  return laid;
}

function toGrafana({ title, description, type = 'timeseries', unit, stacked = false, queries }: Panel): object {
  const look = stacked ? { fillOpacity: 30, stacking: { mode: 'normal' } } : { fillOpacity: 5 };
  return {
    type,
    title,
    description,
    datasource,
    fieldConfig: {
      defaults: { unit: unit ?? 'short', min: 0, ...(type === 'timeseries' && { custom: look }) },
      overrides: [],
    },
    options: optionsOf(type),
    targets: queries.map(({ expr, legend }, index) => ({
      refId: `Q${index + 1}`,
      datasource,
      expr,
      legendFormat: legend,
      ...(type === 'table' ? { instant: true, format: 'table' } : { range: true }),
    })),
  };
}

function optionsOf(type: NonNullable<Panel['type']>): object {
  if (type === 'table') return { showHeader: true };
  if (type === 'stat')
    return { reduceOptions: { calcs: ['lastNotNull'] }, textMode: 'value_and_name', colorMode: 'none' };
  return { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } };
}
