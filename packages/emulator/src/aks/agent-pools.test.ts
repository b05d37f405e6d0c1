import { aks, put } from '../testing/aks.ts';
import { refusal } from '../testing/refusal.ts';
import { operationStatus } from './operation.ts';
import { provisioningError } from './pool.ts';

describe('an agent pool', () => {
  it('lives from Creating through Succeeded and Deleting to gone', async () => {
    const { clock, pools, operations, machineCalls, state, store } = aks();
    const { pool, created } = pools.put('ws1', put(), {});
    expect({ created, state: state('ws1') }).toEqual({ created: true, state: 'Creating' });
    await clock.advance(1499);
    expect(state('ws1')).toBe('Creating');
    await clock.advance(1);
    expect(state('ws1')).toBe('Succeeded');
    const deleting = pools.delete('ws1', {});
    expect(state('ws1')).toBe('Deleting');
    await clock.advance(500);
    expect(state('ws1')).toBeUndefined();
    expect(store.size).toBe(0);
    expect(operationStatus(operations.get(pool.operation.id)!, clock.now())).toBe('Succeeded');
    expect(operationStatus(operations.get(deleting!.operation.id)!, clock.now())).toBe('Succeeded');
    expect(machineCalls).toEqual(['scale ws1 to 1 in 300', 'remove ws1 in 200']);
    expect(clock.timers).toBe(0);
  });

  it('is Failed with the cause after an operation that fails, has no machine, and can be deleted', async () => {
    const { clock, pools, machineCalls, state, store } = aks();
    const failOperation = { code: 'AllocationFailed', message: 'no room', afterMs: 100, nodes: 'never' as const };
    pools.put('ws1', put(), { interference: { failOperation } });
    expect(state('ws1')).toBe('Creating');
    await clock.advance(100);
    expect(state('ws1')).toBe('Failed');
    expect(provisioningError(store.get('ws1', clock.now())!, clock.now())).toEqual({
      code: 'AllocationFailed',
      message: 'no room',
    });
    expect(machineCalls).toEqual([]);
    pools.delete('ws1', {});
    await clock.advance(500);
    expect(state('ws1')).toBeUndefined();
  });

  it('gives way to its deletion while it is being created', async () => {
    const { clock, pools, operations } = aks();
    const { pool } = pools.put('ws1', put(), {});
    await clock.advance(100);
    pools.delete('ws1', {});
    const superseded = operations.get(pool.operation.id)!;
    expect(operationStatus(superseded, clock.now())).toBe('Canceled');
    expect(superseded.error?.code).toBe('AKSOperationPreemptedByDelete');
  });

  it('has one deletion, however often it is asked for', async () => {
    const { clock, pools, machineCalls } = aks();
    pools.put('ws1', put(), {});
    await clock.advance(1500);
    const first = pools.delete('ws1', {});
    await clock.advance(100);
    expect(pools.delete('ws1', {})?.operation.id).toBe(first?.operation.id);
    expect(machineCalls.filter(call => call.startsWith('remove'))).toHaveLength(1);
  });

  it('stays, Failed, when its deletion fails', async () => {
    const { clock, pools, state, machineCalls } = aks();
    pools.put('ws1', put(), {});
    await clock.advance(1500);
    pools.delete('ws1', {
      interference: { failOperation: { code: 'ScopeLocked', message: 'locked', nodes: 'never' } },
    });
    await clock.advance(500);
    expect(state('ws1')).toBe('Failed');
    expect(machineCalls).toEqual(['scale ws1 to 1 in 300']);
  });

  it('can be made anew under its name the moment it is gone', async () => {
    const { clock, pools, quota, state } = aks();
    pools.put('ws1', put(), {});
    await clock.advance(1500);
    pools.delete('ws1', {});
    await clock.advance(500);
    expect(pools.put('ws1', put({ vmSize: 'Standard_NC12s_v3' }), {}).created).toBe(true);
    await clock.advance(500);
    expect(state('ws1')).toBe('Creating');
    expect(quota.used('standardNCSv3Family')).toBe(12);
  });

  it('is Canceled by an abort, which needs something to abort', async () => {
    const { clock, pools, state, machineCalls } = aks();
    pools.put('ws1', put(), {});
    pools.abort('ws1');
    expect(state('ws1')).toBe('Canceled');
    expect(machineCalls.at(-1)).toBe('remove ws1 in 0');
    expect(refusal(() => pools.abort('ws1'))).toMatchObject({ status: 409, code: 'OperationNotAllowed' });
    expect(refusal(() => pools.abort('other'))).toMatchObject({ status: 404, code: 'NotFound' });
    await clock.advance(2000);
    expect(state('ws1')).toBe('Canceled');
  });

  it('scales, and counts only the difference', async () => {
    const { clock, pools, quota, state, machineCalls } = aks();
    pools.put('ws1', put(), {});
    await clock.advance(1500);
    expect(pools.put('ws1', put({ count: 3 }), {}).created).toBe(false);
    expect(state('ws1')).toBe('Scaling');
    expect(quota.used('standardNCSv3Family')).toBe(18);
    expect(machineCalls.at(-1)).toBe('scale ws1 to 3 in 300');
  });
});

describe('a refusal', () => {
  it('comes while another operation is in progress on the pool', () => {
    const { pools } = aks();
    pools.put('ws1', put(), {});
    expect(refusal(() => pools.put('ws1', put(), {}))).toMatchObject({
      status: 409,
      code: 'OperationNotAllowed',
      message: expect.stringContaining('Another agentpool operation (ws1 - Creating) is in progress'),
    });
  });

  it('comes for another pool too when operations are exclusive, until the operation has ended', async () => {
    const { clock, pools, settings } = aks();
    settings.change({ exclusiveOperations: true });
    pools.put('ws1', put(), {});
    expect(refusal(() => pools.put('ws2', put(), {}))).toMatchObject({ status: 409, code: 'OperationNotAllowed' });
    await clock.advance(1500);
    expect(pools.put('ws2', put(), {}).created).toBe(true);
  });

  it('comes when If-None-Match meets a pool, before anything else is looked at', () => {
    const { pools } = aks();
    pools.put('ws1', put(), { ifNoneMatch: '*' });
    expect(refusal(() => pools.put('ws1', {}, { ifNoneMatch: '*' }))).toMatchObject({
      status: 412,
      code: 'PreconditionFailed',
    });
  });

  it('comes when If-Match does not meet the version', async () => {
    const { clock, pools } = aks();
    expect(refusal(() => pools.put('ws1', put(), { ifMatch: '*' }))).toMatchObject({ status: 412 });
    const { pool } = pools.put('ws1', put(), {});
    await clock.advance(1500);
    expect(refusal(() => pools.delete('ws1', { ifMatch: 'another' }))).toMatchObject({ status: 412 });
    expect(pools.delete('ws1', { ifMatch: `"${pool.etag}"` })).toBeDefined();
  });

  it('comes at the cap of pools, and a pool that is gone makes room', async () => {
    const { clock, pools, settings } = aks();
    settings.change({ poolCap: 1 });
    pools.put('ws1', put(), {});
    expect(refusal(() => pools.put('ws2', put(), {}))).toMatchObject({
      status: 400,
      code: 'MaxAgentPoolCountReached',
    });
    await clock.advance(1500);
    pools.delete('ws1', {});
    await clock.advance(500);
    expect(pools.put('ws2', put(), {}).created).toBe(true);
  });

  it('comes with the numbers when quota is short, and quota comes back with the pool gone', async () => {
    const { clock, pools, settings } = aks();
    settings.change({ quotas: { standardNCSv3Family: 6 } });
    pools.put('ws1', put(), {});
    expect(refusal(() => pools.put('ws2', put({ count: 2 }), {}))).toMatchObject({
      status: 400,
      code: 'ErrCode_InsufficientVCPUQuota',
      message:
        'Insufficient vcpu quota requested 12, remaining 0 for family standardNCSv3Family for region eastus. Surge nodes would also consume vcpu quota.',
    });
    await clock.advance(1500);
    pools.delete('ws1', {});
    await clock.advance(500);
    expect(pools.put('ws2', put(), {}).created).toBe(true);
  });

  it('comes for a change of what a pool keeps for life', async () => {
    const { clock, pools } = aks();
    pools.put('ws1', put(), {});
    await clock.advance(1500);
    expect(refusal(() => pools.put('ws1', put({ vmSize: 'Standard_NC12s_v3' }), {}))).toMatchObject({
      status: 400,
      code: 'PropertyChangeNotAllowed',
    });
  });

  it('protects the last system pool', () => {
    const { pools } = aks();
    pools.seed('nodepool1', { mode: 'System' });
    expect(refusal(() => pools.delete('nodepool1', {}))).toMatchObject({
      status: 400,
      code: 'MustDefineAtLeastOneSystemPool',
    });
    pools.seed('second', { mode: 'System' });
    expect(pools.delete('nodepool1', {})).toBeDefined();
    expect(refusal(() => pools.delete('second', {}))).toMatchObject({ code: 'MustDefineAtLeastOneSystemPool' });
  });

  it('leaves quota and pools as they were', () => {
    const { pools, quota, store } = aks();
    expect(refusal(() => pools.put('ws1', put({ vmSize: 'Standard_Nope' }), {}))).toMatchObject({
      status: 400,
      code: 'VMSizeNotSupported',
    });
    expect(refusal(() => pools.put('1bad', put(), {}))).toMatchObject({ status: 400, code: 'InvalidParameter' });
    expect({ inUse: quota.inUse, size: store.size }).toEqual({ inUse: {}, size: 0 });
  });
});

describe('a pool that somebody else made', () => {
  it('is there at once in the state that was asked for', async () => {
    const { clock, pools, state, machineCalls } = aks();
    pools.seed('good', { count: 2 });
    pools.seed('bad', { provisioningState: 'Failed', provisioningError: { code: 'X', message: 'y' } });
    pools.seed('stuck', { provisioningState: 'Creating' });
    expect(['good', 'bad', 'stuck'].map(state)).toEqual(['Succeeded', 'Failed', 'Creating']);
    await clock.advance(10_000_000);
    expect(state('stuck')).toBe('Creating');
    expect(machineCalls).toEqual(['scale good to 2 in 0']);
  });
});
