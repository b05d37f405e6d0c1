import { aks, put } from '../testing/aks.ts';
import { refusal } from '../testing/refusal.ts';

const spot = { scaleSetPriority: 'Spot' };

describe('an eviction', () => {
  it('takes the machines, gives back their quota, and leaves the pool as it is', async () => {
    const { clock, pools, evictions, quota, state, store, machineCalls } = aks();
    pools.put('ws1', put({ ...spot, count: 2 }), {});
    await clock.advance(1500);
    expect(quota.inUse).toEqual({ lowPriorityCores: 12 });
    expect(evictions.evict('ws1', { instance: 1 })).toEqual({ pool: 'ws1', instances: [1], policy: 'Delete' });
    expect(machineCalls.at(-1)).toBe('lose ws1 1 in 200');
    expect([quota.used('lowPriorityCores'), state('ws1')]).toEqual([6, 'Succeeded']);
    expect(evictions.evict('ws1', {}).instances).toEqual([0]);
    expect(store.get('ws1', clock.now())).toMatchObject({ evicted: [1, 0], properties: { count: 2 } });
    expect(quota.inUse).toEqual({});
    pools.delete('ws1', {});
    await clock.advance(500);
    expect(quota.used('lowPriorityCores')).toBe(0);
  });

  it('comes after its notice, unless the pool is deleted before', async () => {
    const { clock, pools, evictions, machineCalls } = aks();
    for (const name of ['stays', 'goes']) pools.put(name, put(spot), {});
    await clock.advance(1500);
    evictions.evict('stays', { noticeMs: 1000 });
    evictions.evict('goes', { noticeMs: 1000 });
    expect(machineCalls.at(-1)).toBe('report goes 0 VMEventScheduled PreemptScheduled PreemptionScheduled');
    pools.delete('goes', {});
    await clock.advance(999);
    expect(machineCalls.some(call => call.startsWith('lose'))).toBe(false);
    await clock.advance(1);
    expect(machineCalls.filter(call => call.startsWith('lose'))).toEqual(['lose stays 0 in 200']);
    expect(clock.timers).toBe(0);
  });

  it('of a pool that deallocates only stops the machines', async () => {
    const { clock, pools, evictions, quota, machineCalls } = aks();
    pools.put('ws1', put({ ...spot, scaleSetEvictionPolicy: 'Deallocate' }), {});
    await clock.advance(1500);
    expect(evictions.evict('ws1', {}).policy).toBe('Deallocate');
    expect(machineCalls.at(-1)).toBe('lose ws1 0 in never');
    expect(quota.used('lowPriorityCores')).toBe(6);
  });

  it('can be made good by a PUT, which asks for the machines that are gone', async () => {
    const { clock, pools, evictions, quota, store, machineCalls } = aks();
    pools.put('ws1', put(spot), {});
    await clock.advance(1500);
    evictions.evict('ws1', {});
    pools.put('ws1', put(spot), {});
    expect(quota.used('lowPriorityCores')).toBe(6);
    expect(store.get('ws1', clock.now())?.evicted).toEqual([]);
    expect(machineCalls.at(-1)).toBe('scale ws1 to 1 in 300');
  });

  it('finds nothing to take from a pool that got no machine, nor a second time', async () => {
    const { clock, settings, pools, evictions, quota } = aks();
    pools.put('ws1', put(spot), {});
    settings.change({ allocationRules: [{ code: 'AllocationFailed' }] });
    pools.put('ws2', put(spot), {});
    await clock.advance(1500);
    evictions.evict('ws1', {});
    expect([evictions.evict('ws1', {}).instances, evictions.evict('ws2', {}).instances]).toEqual([[], []]);
    expect(quota.used('lowPriorityCores')).toBe(6);
  });

  it('is refused for a pool that is not there, or not Spot', () => {
    const { pools, evictions } = aks();
    pools.put('ws1', put(), {});
    expect(refusal(() => evictions.evict('ws1', {}))).toMatchObject({ status: 400 });
    expect(refusal(() => evictions.evict('other', {}))).toMatchObject({ status: 404 });
  });
});
