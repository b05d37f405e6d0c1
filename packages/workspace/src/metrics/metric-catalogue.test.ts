import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeWorkspaceMetrics } from './metric-catalogue.ts';

const metrics = describeWorkspaceMetrics();
const sources = fileURLToPath(new URL('..', import.meta.url));
/** Names that KAITO gave, and that its dashboards know. */
const ofKaito = ['kaito_workspace_count', 'kaito_workspace_preset_count'];

/** The names of metrics in all sources of the controller. */
function namesInSources(): readonly string[] {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter(
    file => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  );
  const texts = files.map(file => readFileSync(join(sources, file), 'utf8'));
  return texts.flatMap(text => [...text.matchAll(/name: '(kaito_\w+)'/g)].map(([, name = '']) => name));
}

test('every metric that is registered anywhere is in the catalogue', () => {
  expect(metrics.map(({ name }) => name)).toEqual([...new Set(namesInSources())].toSorted());
});

describe.each(metrics.map(metric => [metric.name, metric] as const))('%s', (name, { type, help }) => {
  test('is named as Prometheus wants it, unless KAITO named it', () => {
    expect(name).toMatch(/^kaito_[a-z]+(?:_[a-z]+)*$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    expect(name.endsWith('_count') && !ofKaito.includes(name)).toBe(false);
    expect(type !== 'histogram' || name.endsWith('_seconds')).toBe(true);
  });

  test('says in a sentence what it tells', () => {
    expect(help).toMatch(/^[A-Z].{9,200}\.$/);
  });
});
