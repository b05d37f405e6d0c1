import { readFileSync } from 'node:fs';
import { jest } from '@jest/globals';
import { describeProvisionerMetrics } from '@kaito/gpu-provisioner';
import { describeWorkspaceMetrics } from '@kaito/workspace';
import { parse } from 'yaml';
import { charts } from '../codegen/charts/chart-files.ts';
import { isGroup, type ChartValues } from '../codegen/charts/chart-value.ts';
import { azureValues, chartFolder, helm, render, setting, type Rendered } from './helm.ts';
import { refusedValues, valueSets } from './value-sets.ts';

jest.setTimeout(60_000);

const { version }: { readonly version: string } = JSON.parse(readFileSync(chartFolder('../package.json'), 'utf8'));
const metrics = [...describeProvisionerMetrics(), ...describeWorkspaceMetrics()].map(({ name }) => name);

/** What a chart says of its values in its templates: `.Values.a.b`. */
function valuesRead(objects: string): readonly string[] {
  return [...objects.matchAll(/\.Values\.([A-Za-z.]+)/g)].map(([, path = '']) => path.replace(/\.$/, ''));
}

function knows(values: ChartValues, path: string): boolean {
  const [first = '', ...rest] = path.split('.');
  const value = values[first];
  if (value === undefined) return false;
  return rest.length === 0 || !isGroup(value) || knows(value.values, rest.join('.'));
}

test.each(charts.map(({ name }) => name))('%s: helm lint finds nothing', async chart => {
  const said = await helm([
    'lint',
    '--strict',
    chartFolder(chart),
    ...setting(azureValues.filter(() => chart === 'gpu-provisioner')),
  ]);
  expect(said).toContain('0 chart(s) failed');
});

test.each(charts.map(chart => [chart.name, chart] as const))('%s: is of the version of the project', name => {
  const chart: Readonly<Record<string, unknown>> = parse(readFileSync(`${chartFolder(name)}/Chart.yaml`, 'utf8'));
  expect([chart['version'], chart['appVersion']]).toEqual([version, version]);
});

test.each(charts.map(chart => [chart.name, chart.values] as const))(
  '%s: its templates read no value that is not described',
  async (name, values) => {
    const { readdir, readFile } = await import('node:fs/promises');
    const folder = `${chartFolder(name)}/templates`;
    const files = (await readdir(folder, { recursive: true })).filter(file => /\.(yaml|tpl|txt)$/.test(file));
    const texts = await Promise.all(files.map(file => readFile(`${folder}/${file}`, 'utf8')));
    const read = new Set(texts.flatMap(valuesRead));
    expect(read.size).toBeGreaterThan(30);
    expect([...read].filter(path => !knows(values, path))).toEqual([]);
    const whole = texts.join('\n');
    expect(Object.keys(values).filter(key => !whole.includes(`alues.${key}`))).toEqual([]);
  },
);

test.each(refusedValues)('%s: %j is refused with a message that says why', async (chart, values, message) => {
  await expect(helm(['template', chart, chartFolder(chart), ...setting(values)])).rejects.toMatchObject({
    stderr: expect.stringMatching(message) as unknown,
  });
});

test('the same values give the same bytes', async () => {
  const args = ['template', 'workspace', chartFolder('workspace')];
  expect(await helm(args)).toBe(await helm(args));
});

test('no name stands twice in an environment, and one without a value is left out', async () => {
  for (const [chart, , values] of valueSets) {
    const objects = await render(chart, { namespace: 'ns', values });
    const env = objects.flatMap(environmentOf);
    expect(env.length).toBeGreaterThan(5);
    expect(env.map(({ name }) => name)).toEqual([...new Set(env.map(({ name }) => name))]);
    expect(env.filter(({ value, valueFrom }) => value === undefined && valueFrom === undefined)).toEqual([]);
  }
});

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: object;
}

type Deployment = Rendered & {
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly { readonly env: readonly Variable[] }[] } };
  };
};

function environmentOf(object: Rendered): readonly Variable[] {
  if (object.kind !== 'Deployment') return [];
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- apps/v1 Deployment
  return (object as Deployment).spec.template.spec.containers.flatMap(({ env }) => env);
}

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: object;
}

test.each(charts.map(({ name }) => name))('%s: alerts ask for metrics that exist', chart => {
  const alerts: readonly Alert[] = parse(readFileSync(`${chartFolder(chart)}/alerts.yaml`, 'utf8'));
  expect(alerts.length).toBeGreaterThan(3);
  const asked = alerts.flatMap(({ expr }) => [...expr.matchAll(/\bkaito_\w+/g)].map(([name]) => name));
  expect(asked.filter(name => !metrics.includes(name.replace(/_bucket$/, '')))).toEqual([]);
  expect(alerts.filter(({ annotations }) => Object.keys(annotations).join() !== 'summary,description')).toEqual([]);
});
