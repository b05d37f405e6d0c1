import { measureClaims } from './measure-claims.ts';
import { claimRows } from './rows.ts';

test('a few claims are made, found again after a restart and deleted, and every row has its number', async () => {
  const steps: string[] = [];
  const measurement = await measureClaims({
    count: 4,
    idleSeconds: 1,
    timeoutMs: 60_000,
    signal: new AbortController().signal,
    onStep: step => void steps.push(step),
  });
  expect(measurement.create.armByOperation).toMatchObject({ 'PUT agentPools': 4 });
  expect(measurement.remove.armByOperation).toMatchObject({ 'DELETE agentPools': 4 });
  expect(measurement.restart).toMatchObject({ armWrites: 0, changes: 0 });
  expect(measurement.idle).toMatchObject({ changes: 0 });
  expect(claimRows(measurement).filter(({ measured }) => !Number.isFinite(measured))).toEqual([]);
  expect(steps).toContain('deleting 4 claims');
});
