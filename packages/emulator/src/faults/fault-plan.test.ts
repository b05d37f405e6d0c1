import type { FaultSpec } from '../admin/protocol.ts';
import { ServiceError } from '../http/service-error.ts';
import { FaultPlan } from './fault-plan.ts';
import type { FaultTarget } from './fault-plan.ts';
import { readFault } from './read-fault.ts';

const reset = { type: 'reset' } as const;
const put = (pool: string): FaultTarget => ({ method: 'PUT', route: 'agentPools', pool });

describe('the fault plan', () => {
  it('hits as often as it was told, then no more', () => {
    const plan = new FaultPlan();
    plan.add({ times: 2, action: reset });
    expect([1, 2, 3].map(() => plan.take(put('a'))?.hits)).toEqual([1, 2, undefined]);
    expect(plan.list()).toEqual([]);
  });

  it('goes on for ever when told so, and counts', () => {
    const plan = new FaultPlan();
    const { id } = plan.add({ times: 'always', action: reset });
    for (let i = 0; i < 5; i += 1) expect(plan.take(put('a'))?.id).toBe(id);
    expect(plan.list()).toMatchObject([{ id, hits: 5, remaining: 'always' }]);
    plan.clear();
    expect(plan.take(put('a'))).toBeUndefined();
  });

  it('takes the first that matches', () => {
    const plan = new FaultPlan();
    const other = plan.add({ match: { pool: 'b' }, action: reset });
    const first = plan.add({ action: reset });
    const second = plan.add({ action: reset });
    expect([put('a'), put('a'), put('b')].map(target => plan.take(target)?.id)).toEqual([
      first.id,
      second.id,
      other.id,
    ]);
  });

  it.each<[FaultSpec['match'], FaultTarget, boolean]>([
    [{ method: 'PUT' }, put('a'), true],
    [{ method: 'GET' }, { method: 'LIST', route: 'agentPools', pool: undefined }, false],
    [{ route: 'operations', pool: 'ws1' }, { method: 'GET', route: 'operations', pool: 'ws1' }, true],
    [{ pool: 'ws*' }, put('ws12'), true],
    [{ pool: 'ws*' }, put('other'), false],
    [{ pool: 'ws' }, put('ws1'), false],
    [{ pool: 'ws*' }, { method: 'LIST', route: 'agentPools', pool: undefined }, false],
    [{ route: 'token' }, put('a'), false],
  ])('%j and %j match: %s', (match, target, expected) => {
    const plan = new FaultPlan();
    plan.add({ ...(match && { match }), action: reset });
    expect(plan.take(target) !== undefined).toBe(expected);
  });

  it('keeps an operation failure for the request that starts an operation', () => {
    const plan = new FaultPlan();
    plan.add({ action: { type: 'failOperation', code: 'AllocationFailed', message: 'm' } });
    plan.add({ action: { type: 'stale', ms: 100 } });
    expect(plan.take({ method: 'GET', route: 'operations', pool: 'a' })).toBeUndefined();
    expect(plan.take(put('a'))?.action.type).toBe('failOperation');
    expect(plan.take(put('a'))).toBeUndefined();
    expect(plan.take({ method: 'LIST', route: 'agentPools', pool: undefined })?.action.type).toBe('stale');
  });
});

describe('a fault from outside', () => {
  it('is read when it is good', () => {
    const spec = {
      match: { method: 'PUT', route: 'agentPools', pool: 'ws*' },
      times: 'always',
      action: {
        type: 'respond',
        status: 429,
        code: 'Throttled',
        message: 'm',
        retryAfterSeconds: 90,
        headers: { a: 'b' },
      },
    };
    expect(readFault(spec, 'fault')).toEqual(spec);
  });

  it.each([
    [undefined, 'fault must be an object'],
    [{}, 'fault.action is required'],
    [{ action: {} }, 'fault.action.type must be one of'],
    [
      { action: { type: 'respond', status: 200, code: 'x', message: 'm' } },
      'fault.action.status must be a whole number from 400',
    ],
    [{ action: { type: 'respond', status: 500 } }, 'fault.action.code is required'],
    [{ action: { type: 'reset', ms: 5 } }, "fault.action has no 'ms'"],
    [{ action: reset, times: 0 }, 'fault.times must be a whole number from 1'],
    [{ action: reset, match: { pool: 'a*b' } }, 'fault.match.pool must be a pool name'],
    [{ action: reset, match: { route: 'agentpools' } }, 'fault.match.route must be one of'],
    [{ action: { type: 'stale', ms: 70_000 } }, 'fault.action.ms must be a whole number from 1 to 60000'],
    [{ action: { type: 'stale', ms: 1 }, match: { method: 'PUT' } }, 'can never hit'],
    [{ action: { type: 'failOperation', code: 'x', message: 'm' }, match: { route: 'token' } }, 'can never hit'],
  ])('%j is refused: %s', (value, reason) => {
    expect(() => readFault(value, 'fault')).toThrow(ServiceError);
    expect(() => readFault(value, 'fault')).toThrow(reason);
  });
});
