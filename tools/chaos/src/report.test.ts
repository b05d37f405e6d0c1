import { progressOf } from './progress.ts';
import { renderReport, reportOf } from './report.ts';
import type { RoundResult } from './target.ts';
import { PassThrough } from 'node:stream';

const passed: RoundResult = {
  id: 'p1',
  point: 'after PUT agentPools #1',
  fault: 'none',
  crashed: true,
  violations: [],
  notes: ['5 ms: replica 0 killed'],
  durationMs: 2000,
  replay: 'npm run chaos -- provisioner --seed 7 --only p1',
};
const failed: RoundResult = {
  ...passed,
  id: 'p2',
  fault: 'stale-list',
  violations: [{ invariant: 'no leaked pool', detail: 'pool a was there' }],
  durationMs: 4000,
  replay: 'npm run chaos -- provisioner --seed 7 --only p2',
};
const missed: RoundResult = { ...passed, id: 'p3', point: 'after release node #3', crashed: false };

describe('the report', () => {
  const report = reportOf({ seed: 7, invariants: ['no double pool'], totalMs: 9000 }, [passed, failed, missed]);

  test('counts combinations in which a process was killed, and what was kept and broken', () => {
    expect(report).toMatchObject({
      seed: 7,
      points: { planned: 2, reached: 1 },
      combinations: 2,
      rounds: 3,
      failed: 1,
      missed: ['p3: after release node #3 × none'],
      invariants: { 'no leaked pool': { kept: 2, broken: 1 }, 'no double pool': { kept: 3, broken: 0 } },
      faults: { none: { rounds: 2, failed: 0 }, 'stale-list': { rounds: 1, failed: 1 } },
      durationsMs: { total: 9000, p50: 2000, max: 4000 },
    });
  });

  test('shows a failure with what was broken, what happened and how to see it again', () => {
    const shown = renderReport(report);
    expect(shown).toContain('p2 FAILED: after PUT agentPools #1 × stale-list');
    expect(shown).toContain('no leaked pool: pool a was there');
    expect(shown).toContain('5 ms: replica 0 killed');
    expect(shown).toContain('replay: npm run chaos -- provisioner --seed 7 --only p2');
    expect(shown).toMatch(/1 rounds never got to their crash point: p3/);
    expect(shown.split('\n').at(-1)).toMatch(/^seed 7: 3 rounds, 2 crash points × faults .* 2 passed, 1 failed/);
  });
});

test('progress is a line for each round where there is no terminal, and says how long it will take', () => {
  const stream = new PassThrough();
  let now = 0;
  const clock = { now: () => now, monotonic: () => now, setTimeout: () => ({ cancel: () => undefined }) };
  const show = progressOf(stream, 4, clock);
  now = 3000;
  show(passed);
  now = 6000;
  show(failed);
  const lines = String(stream.read()).trim().split('\n');
  expect(lines[0]).toBe('1/4 ok p1 after PUT agentPools #1 × none 2.0 s, 9.0 s left');
  expect(lines.at(-1)).toMatch(/^2\/4 FAILED p2 .*6\.0 s left$/);
  expect(lines).toContain('  no leaked pool: pool a was there');
});
