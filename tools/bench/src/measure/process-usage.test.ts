import { processUsage } from './process-usage.ts';

test('of this process grows with what it does', async () => {
  const before = await processUsage(process.pid);
  const end = performance.now() + 60;
  while (performance.now() < end);
  const after = await processUsage(process.pid);
  expect(after.cpuMs - before.cpuMs).toBeGreaterThanOrEqual(20);
  expect(after.rssMiB).toBeGreaterThan(10);
  expect(after.peakRssMiB).toBeGreaterThanOrEqual(after.rssMiB - 1);
});

test('of a process that is not there is an error', async () => {
  await expect(processUsage(2 ** 30)).rejects.toThrow('ENOENT');
});
