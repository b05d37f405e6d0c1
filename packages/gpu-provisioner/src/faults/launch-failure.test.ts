import { faultRows } from '@kaito/azure';
import type { FaultKind } from '@kaito/azure';
import { faultPolicies, retryDelay } from './fault-policy.ts';
import { judge, reportOf } from './launch-failure.ts';
import type { LaunchFailure, LaunchFault } from './launch-failure.ts';

const fault = (kind: FaultKind, extra: Partial<LaunchFault> = {}): LaunchFault => ({
  kind,
  code: 'Code',
  message: 'What Azure said.',
  ...extra,
});
const first = (kind: FaultKind, extra?: Partial<LaunchFault>): LaunchFailure =>
  judge(fault(kind, extra), { generation: 1, previous: undefined, now: 0, random: 0 });

describe('the delay before the next attempt', () => {
  test.each<[FaultKind, readonly number[]]>([
    ['transient', [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]],
    ['capacity', [30_000, 60_000, 120_000, 240_000, 480_000, 600_000, 600_000]],
    ['quota', [600_000, 600_000, 600_000]],
    ['auth', [60_000, 120_000, 240_000, 300_000]],
    ['unknown', [30_000, 60_000, 120_000]],
  ])('for %s is %j', (kind, delays) => {
    expect(delays.map((_, i) => Math.round(retryDelay(kind, i + 1, 0)))).toEqual(delays);
  });

  test('for busy is spread from 5 to 20 seconds', () => {
    expect([retryDelay('busy', 1, 0), retryDelay('busy', 9, 0.999_999)].map(Math.round)).toEqual([5000, 20_000]);
  });

  test('is never hot, whatever the fault', () => {
    const hot = faultRows.filter(({ kind }) => faultPolicies[kind].attempts > 1 && retryDelay(kind, 1, 0) < 900);
    expect(hot).toEqual([]);
  });
});

describe('a verdict', () => {
  test('honours Retry-After however long', () => {
    expect(first('throttled', { retryAfterMs: 3_600_000 }).retryAt).toBe(3_600_000);
  });

  test.each<FaultKind>(['sku', 'spec'])('on %s is final at once', kind => {
    expect(first(kind).final).toBe(true);
  });

  test('on a machine that does not become a node is final after the third', () => {
    let previous: LaunchFailure | undefined;
    const finals = [1, 2, 3].map(() => {
      previous = judge(fault('node'), { generation: 1, previous, now: 0, random: 0 });
      return previous.final;
    });
    expect(finals).toEqual([false, false, true]);
  });

  test('counts anew for another kind of fault and for a changed claim', () => {
    const previous = first('transient');
    const context = { previous, now: 0, random: 0 };
    expect(judge(fault('transient'), { ...context, generation: 1 }).failures).toBe(2);
    expect(judge(fault('capacity'), { ...context, generation: 1 }).failures).toBe(1);
    expect(judge(fault('transient'), { ...context, generation: 2 }).failures).toBe(1);
  });
});

describe('a report', () => {
  test('keeps the numbers that Azure gave, and says whose move it is and when it is tried again', () => {
    const message =
      'Insufficient vcpu quota requested 24, remaining 0 for family StandardNCADSA100v4Family for region eastus.';
    expect(reportOf(first('quota', { code: 'ErrCode_InsufficientVCPUQuota', message }))).toEqual({
      state: 'waiting',
      reason: 'SubscriptionQuotaReached',
      message: `${message} (ErrCode_InsufficientVCPUQuota); ask for at least 24 more vCPUs for StandardNCADSA100v4Family in eastus (Azure portal, Quotas; to see what is used: az vm list-usage --location eastus); next attempt in 10 min`,
    });
  });

  test("of a size that cannot be had holds KAITO's sentence and fails", () => {
    const { state, message } = reportOf(first('sku'));
    expect(state).toBe('failed');
    expect(message).toContain('all requested instance types were unavailable during launch');
    expect(message).toContain('What Azure said.');
  });

  test('of a foreign pool fails though it is looked at again', () => {
    expect(reportOf(first('exists'))).toMatchObject({ state: 'failed', reason: 'PoolNotOwned' });
  });

  test('of an unknown fault shows it verbatim', () => {
    expect(reportOf(first('unknown', { message: 'Strange things.', code: 'X' })).message).toContain(
      'Strange things. (X)',
    );
  });

  test('does not change with jitter', () => {
    const messages = [0, 0.99].map(
      random => reportOf(judge(fault('quota'), { generation: 1, previous: undefined, now: 0, random })).message,
    );
    expect(messages[0]).toBe(messages[1]);
  });
});
