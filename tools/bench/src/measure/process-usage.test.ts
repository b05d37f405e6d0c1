import { processUsage } from './process-usage.ts';

test('of this process grows with what it does', async () => {
  const before = await processUsage(process.pid);
  // By CPU time, not by the clock: on a busy machine the test may hardly run.
  const began = process.cpuUsage();
  while (process.cpuUsage(began).user < 60_000);
  const after = await processUsage(process.pid);
  expect(after.cpuMs - before.cpuMs).toBeGreaterThanOrEqual(20);
  expect(after.rssMiB).toBeGreaterThan(10);
  expect(after.peakRssMiB).toBeGreaterThanOrEqual(after.rssMiB - 1);
});

test('of a process that is not there is an error', async () => {
  await expect(processUsage(2 ** 30)).rejects.toThrow('ENOENT');
});
