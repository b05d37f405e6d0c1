import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeProvisionerMetrics } from './metric-catalogue.ts';

const metrics = describeProvisionerMetrics();
const sources = fileURLToPath(new URL('..', import.meta.url));

/** The names of metrics in all sources of the provisioner. */
function namesInSources(): readonly string[] {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter(
    file => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  );
  const texts = files.map(file => readFileSync(join(sources, file), 'utf8'));
  return texts.flatMap(text => [...text.matchAll(/name: '((?:kaito|karpenter)_\w+)'/g)].map(([, name = '']) => name));
}

test('every metric that is registered anywhere is in the catalogue', () => {
  expect(metrics.map(({ name }) => name)).toEqual([...new Set(namesInSources())].toSorted());
});

describe.each(metrics.map(metric => [metric.name, metric] as const))('%s', (name, { type, help, labels }) => {
  test('is named as Prometheus wants it: counters end in _total, times are seconds, nothing else does', () => {
    expect(name).toMatch(/^(?:kaito|karpenter)_[a-z]+(?:_[a-z]+)*$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    expect(name).not.toMatch(/_(?:ms|milliseconds|minutes|hours|count|sum|bucket|info_total)(?:_|$)/);
    expect(type !== 'histogram' || name.endsWith('_seconds')).toBe(true);
    expect(labels.filter(label => !/^[a-z]+(?:_[a-z]+)*$/.test(label))).toEqual([]);
  });

  test('says in a sentence what it tells', () => {
    expect(help).toMatch(/^[A-Z0-9a-z].{9,200}\.$/);
    expect(help).not.toContain('\n');
  });
});
