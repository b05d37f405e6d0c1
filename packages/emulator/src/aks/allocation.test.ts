import { aks, put } from '../testing/aks.ts';
import { refusal } from '../testing/refusal.ts';
import { provisioningError } from './pool.ts';

/** How forty creates end under a mix. */
async function mixedOutcomes(): Promise<readonly (string | undefined)[]> {
  const { clock, settings, pools, state } = aks();
  settings.change({
    allocationMix: { seed: 3, successRate: 0.3, weights: { SkuNotAvailable: 1, AllocationFailed: 1 } },
  });
  const names = Array.from({ length: 40 }, (_, index) => `p${index}`);
  const refused = names.map(name => {
    try {
      pools.put(name, put(), {});
      return undefined;
    } catch {
      return 'refused';
    }
  });
  await clock.advance(1500);
  return names.map((name, index) => refused[index] ?? state(name));
}

describe('a create that finds capacity closed', () => {
  it('is accepted and fails, without a machine, when that is how Azure does it', async () => {
    const { clock, settings, pools, store, state, machineCalls } = aks();
    settings.change({ allocationRules: [{ code: 'AllocationFailed', afterMs: 200 }] });
    pools.put('ws1', put(), {});
    expect(state('ws1')).toBe('Creating');
    await clock.advance(200);
    expect(state('ws1')).toBe('Failed');
    const pool = store.get('ws1', clock.now())!;
    expect(provisioningError(pool, clock.now())).toMatchObject({ code: 'AllocationFailed' });
    expect(machineCalls).toEqual([]);
  });

  it('is refused at once, and leaves nothing behind, when that is how Azure does it', () => {
    const { settings, pools, store, quota } = aks();
    settings.change({ allocationRules: [{ code: 'SkuNotAvailable' }] });
    expect(refusal(() => pools.put('ws1', put(), {}))).toMatchObject({ status: 409, code: 'SkuNotAvailable' });
    expect({ inUse: quota.inUse, size: store.size }).toEqual({ inUse: {}, size: 0 });
  });

  it('goes to the zones that are open', () => {
    const { settings, pools } = aks();
    settings.change({ allocationRules: [{ zone: '1', code: 'ZonalAllocationFailed' }] });
    const { pool } = pools.put('ws1', put({ availabilityZones: ['1', '3'] }), {});
    expect(pool.placement).toEqual(['3']);
    expect(pool.properties.availabilityZones).toEqual(['1', '3']);
  });

  it('asks again when it is repeated over the pool that has failed', async () => {
    const { clock, settings, pools, quota, state } = aks();
    settings.change({ allocationRules: [{ code: 'ZonalAllocationFailed' }] });
    const zonal = put({ availabilityZones: ['1', '2'] });
    pools.put('ws1', zonal, {});
    await clock.advance(1500);
    pools.put('ws1', zonal, {});
    await clock.advance(1500);
    expect(state('ws1')).toBe('Failed');
    settings.change({ allocationRules: [{ zone: '1', code: 'ZonalAllocationFailed' }] });
    expect(pools.put('ws1', zonal, {}).pool.placement).toEqual(['2']);
    await clock.advance(1500);
    expect([state('ws1'), quota.used('cores')]).toEqual(['Succeeded', 6]);
  });

  it('asks only for machines that it has not got', async () => {
    const { clock, settings, pools, state } = aks();
    pools.put('ws1', put({ count: 2 }), {});
    await clock.advance(1500);
    settings.change({ allocationRules: [{ code: 'AllocationFailed' }] });
    pools.put('ws1', put({ count: 1, tags: { a: 'b' } }), {});
    await clock.advance(1500);
    expect(state('ws1')).toBe('Succeeded');
    pools.put('ws1', put({ count: 2 }), {});
    await clock.advance(1500);
    expect(state('ws1')).toBe('Failed');
  });

  it('meets a mix that ends the same way in every run', async () => {
    const first = await mixedOutcomes();
    expect(new Set(first)).toEqual(new Set(['refused', 'Succeeded', 'Failed']));
    expect(await mixedOutcomes()).toEqual(first);
  });
});
