import { jest } from '@jest/globals';
import { measureWorkspaces } from './measure-workspaces.ts';
import { workspaceRows } from './rows.ts';

jest.setTimeout(90_000);

test('a workspace becomes ready, is found again after a restart and deleted, and every row has its number', async () => {
  const steps: string[] = [];
  const measurement = await measureWorkspaces({
    count: 1,
    idleSeconds: 1,
    timeoutMs: 60_000,
    signal: new AbortController().signal,
    onStep: step => void steps.push(step),
  });
  expect(measurement.create.armByOperation).toMatchObject({ 'PUT agentPools': 1 });
  expect(measurement.remove.armByOperation).toMatchObject({ 'DELETE agentPools': 1 });
  expect(measurement.restart).toMatchObject({ armWrites: 0, changes: 0, apiWrites: 0 });
  expect(measurement.idle).toMatchObject({ changes: 0, apiWrites: 0 });
  const rows = workspaceRows(measurement);
  expect(rows.filter(({ measured }) => !Number.isFinite(measured))).toEqual([]);
  expect(rows.find(({ what }) => what.startsWith('of that ours'))?.measured).toBeGreaterThan(0);
  expect(steps).toContain('deleting 1 workspace');
});
