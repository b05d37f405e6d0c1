import { createMetrics } from './metrics.ts';

test('asking twice for a name gives the same metric', async () => {
  const metrics = createMetrics({ processMetrics: false });
  for (const by of [1, 2]) {
    metrics.counter({ name: 'c_total', help: 'c', labels: ['kind'] }).inc({ kind: 'x' }, by);
    metrics.histogram({ name: 'h_seconds', help: 'h', buckets: [1, 5] }).observe({}, by);
    metrics.gauge({ name: 'g', help: 'g' }).inc({}, by);
  }
  const text = await metrics.text();
  expect(text).toContain('c_total{kind="x"} 3');
  expect(text).toContain('h_seconds_bucket{le="1"} 1');
  expect(text).toContain('h_seconds_sum 3');
  expect(text).toContain('g 3');
});

test('gauges can be computed when they are read', async () => {
  const metrics = createMetrics({ processMetrics: false });
  const gauge = metrics.gauge({ name: 'g', help: 'g', labels: ['kind'] });
  let value = 1;
  const stop = metrics.onCollect(() => gauge.set({ kind: 'x' }, value));
  await metrics.text();
  value = 2;
  await expect(metrics.text()).resolves.toContain('g{kind="x"} 2');
  stop();
  gauge.remove({ kind: 'x' });
  await expect(metrics.text()).resolves.not.toContain('kind="x"');
});

test('the process measures itself unless told not to', async () => {
  await expect(createMetrics().text()).resolves.toContain('process_cpu_user_seconds_total');
  await expect(createMetrics({ processMetrics: false }).text()).resolves.not.toContain('process_');
});
