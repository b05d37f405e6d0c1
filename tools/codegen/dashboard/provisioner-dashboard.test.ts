import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeProvisionerMetrics } from '@kaito/gpu-provisioner';
import { connect, Controller, createMetrics, LeaderElector, systemClock } from '@kaito/kube';
import type { Logger } from '@kaito/kube';

interface GridPosition {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

interface DashboardPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: GridPosition;
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
}

interface Dashboard {
  readonly panels: readonly DashboardPanel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] };
}

const file = fileURLToPath(new URL('../../../charts/gpu-provisioner/dashboards/gpu-provisioner.json', import.meta.url));
const dashboard: Dashboard = JSON.parse(readFileSync(file, 'utf8'));
const panels = dashboard.panels.filter(({ type }) => type !== 'row');
const expressions = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const));
const described = describeProvisionerMetrics();

const silent: Logger = { error() {}, warn() {}, info() {}, debug() {}, child: () => silent };

/** A kubeconfig of a cluster that nobody asks anything. */
const kubeconfigText = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'c',
  clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
  users: [{ name: 'c', user: {} }],
  contexts: [{ name: 'c', context: { cluster: 'c', user: 'c' } }],
});

/** The names of the metrics that the kernel and the process register. */
async function kernelMetrics(): Promise<readonly string[]> {
  const metrics = createMetrics();
  const folder = mkdtempSync(join(tmpdir(), 'kaito-dashboard-'));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigText);
  const client = connect({ kubeconfig, userAgent: 'test', metrics });
  const own = { metrics, logger: silent, clock: systemClock };
  const lease = { leaseName: 'lease', namespace: 'ns', identity: 'me' };
  expect([
    new Controller({ ...own, name: 'claim', reconcile: () => Promise.resolve(), workers: 1 }),
    new LeaderElector({ ...own, ...lease, client, random: Math.random }),
  ]).toHaveLength(2);
  const text = await metrics.text();
  await client.close();
  rmSync(folder, { recursive: true });
  return [...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name = '']) => name);
}

/** The metrics in an expression: what stands before the braces of a selector, without a histogram's endings. */
function metricsIn(expr: string): readonly string[] {
  const histograms = new Set(described.filter(({ type }) => type === 'histogram').map(({ name }) => name));
  return [...expr.matchAll(/([a-z_]\w*)\{/g)].map(([, name = '']) => {
    const base = name.replace(/_(?:bucket|sum|count)$/, '');
    return histograms.has(base) || base.startsWith('controller_runtime') ? base : name;
  });
}

test('every metric in every query exists', async () => {
  const known = new Set([...described.map(({ name }) => name), ...(await kernelMetrics())]);
  expect(expressions.filter(([, expr]) => metricsIn(expr).length === 0)).toEqual([]);
  expect(expressions.flatMap(([, expr]) => metricsIn(expr)).filter(name => !known.has(name))).toEqual([]);
});

test('every metric of the provisioner is shown', () => {
  const shown = new Set(expressions.flatMap(([, expr]) => metricsIn(expr)));
  expect(described.map(({ name }) => name).filter(name => !shown.has(name))).toEqual([]);
});

test.each(expressions)('%s: %s groups by labels that its metric has, and only looks at the chosen jobs', (_, expr) => {
  const labels = described.filter(({ name }) => metricsIn(expr).includes(name)).flatMap(metric => metric.labels);
  const kernel = ['controller', 'name', 'code', 'result'];
  const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, names = '']) => names.split(', ')).filter(Boolean);
  expect(grouped.filter(name => ![...labels, ...kernel, 'le', 'pod'].includes(name))).toEqual([]);
  expect(expr.match(/\{/g)).toHaveLength(expr.match(/\{job=~"\$job"/g)?.length ?? 0);
  expect(expr.match(/\(/g)).toHaveLength(expr.match(/\)/g)?.length ?? 0);
});

test('the data source is a variable, everywhere', () => {
  expect(dashboard.templating.list).toContainEqual(expect.objectContaining({ name: 'datasource', type: 'datasource' }));
  const used = panels.flatMap(({ datasource, targets = [] }) => [
    datasource,
    ...targets.map(target => target.datasource),
  ]);
  expect(new Set(used.map(source => source?.uid))).toEqual(new Set(['${datasource}']));
});

test('panels have a title, a description, an id of their own and do not lie on each other', () => {
  expect(panels.filter(({ title, description }) => !title || !description)).toEqual([]);
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)} ${y + Math.floor(cell / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
});
