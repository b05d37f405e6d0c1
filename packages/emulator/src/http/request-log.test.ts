import { OperationLog } from '../aks/operation.ts';
import { RequestLog } from './request-log.ts';

const request = (pool: string): Parameters<RequestLog['arrived']>[0] => ({
  operation: 'PUT agentPools',
  method: 'PUT',
  path: `/${pool}`,
  correlationId: 'c',
  pool,
  at: 0,
});

describe('the request log', () => {
  it('counts what has arrived, and learns later how it ended', () => {
    const log = new RequestLog();
    const done = log.arrived(request('a'));
    expect(log.report()).toMatchObject({ total: 1, counts: { 'PUT agentPools': 1 }, log: [{ pool: 'a' }] });
    expect(log.report().log[0]).not.toHaveProperty('status');
    done({ status: 201, faultId: 'fault-1' });
    expect(log.report().log[0]).toMatchObject({ status: 201, faultId: 'fault-1' });
  });

  it('counts all and remembers the latest', () => {
    const log = new RequestLog(3);
    for (let index = 0; index < 20; index += 1) log.arrived(request(`p${index}`));
    const { total, log: latest } = log.report();
    expect([total, latest.map(({ pool }) => pool)]).toEqual([20, ['p17', 'p18', 'p19']]);
    log.reset();
    expect(log.report()).toEqual({ total: 0, counts: {}, log: [] });
  });
});

it('the log of operations keeps the newest', () => {
  const log = new OperationLog(2);
  for (const id of ['a', 'b', 'c']) {
    log.put({ id, pool: 'p', kind: 'Creating', startedAt: 0, endsAt: 1, outcome: 'Succeeded' });
  }
  expect(['a', 'b', 'c'].map(id => log.get(id)?.id)).toEqual([undefined, 'b', 'c']);
});
