import { ALLOCATION_CODES, PUBLISHED_ALLOCATION_MIX } from '../../admin/allocation-protocol.ts';
import type { AllocationMix, AllocationRule } from '../../admin/protocol.ts';
import { clusterIdentity } from '../../cluster-identity.ts';
import { findVmSize } from '../vm-sizes.ts';
import { allocationRefusal } from './allocation-fault.ts';
import type { AllocationRequest } from './allocation-fault.ts';
import { Allocator } from './allocator.ts';

const cluster = clusterIdentity({});

function setUp(allocationRules: readonly AllocationRule[], allocationMix?: AllocationMix): Allocator {
  const settings = { allocationRules, ...(allocationMix && { allocationMix }) };
  return new Allocator({ cluster, settings: () => settings });
}

function ask(properties: Partial<AllocationRequest> = {}): AllocationRequest {
  const size = findVmSize('Standard_NC6s_v3')!;
  return { pool: 'ws1', size, machines: 1, spot: false, zones: [], ...properties };
}

function answer(allocator: Allocator, properties: Partial<AllocationRequest> = {}): string {
  const placement = allocator.place(ask(properties));
  return 'fault' in placement ? placement.fault.code : `zones ${placement.zones.join()}`;
}

function unlucky(): readonly string[] {
  const allocator = setUp([{ code: 'AllocationFailed', probability: 0.3, seed: 5 }]);
  return Array.from({ length: 1000 }, () => answer(allocator));
}

/** How a create ends for each pool, when they come in this order. */
function outcomes(order: readonly string[]): ReadonlyMap<string, string> {
  const allocator = setUp([], PUBLISHED_ALLOCATION_MIX);
  return new Map(order.map(pool => [pool, answer(allocator, { pool, zones: ['1'] })]));
}

describe('allocation rules', () => {
  it('close zones one by one; a pool goes where none is closed', () => {
    const zonal = setUp([{ zone: '1', code: 'ZonalAllocationFailed' }]);
    expect(answer(zonal, { zones: ['1', '2', '3'] })).toBe('zones 2,3');
    expect(answer(zonal, { zones: ['1'] })).toBe('ZonalAllocationFailed');
    expect(answer(zonal)).toBe('zones ');
    const regional = setUp([{ zone: 'regional', code: 'AllocationFailed' }]);
    expect(answer(regional)).toBe('AllocationFailed');
    expect(answer(regional, { zones: ['1'] })).toBe('zones 1');
  });

  it('tell the cause that closed the zone asked for first', () => {
    const allocator = setUp([
      { zone: '2', code: 'SkuNotAvailable' },
      { zone: '1', code: 'ZonalAllocationFailed' },
    ]);
    expect(answer(allocator, { zones: ['1', '2'] })).toBe('ZonalAllocationFailed');
  });

  it('hold for a size, a priority and a number of requests', () => {
    const allocator = setUp([
      { vmSize: 'standard_nc12S_v3', code: 'AllocationFailed' },
      { priority: 'Spot', code: 'SkuNotAvailable', times: 1 },
    ]);
    expect(answer(allocator, { size: findVmSize('Standard_NC12s_v3')! })).toBe('AllocationFailed');
    expect(answer(allocator)).toBe('zones ');
    expect(answer(allocator, { spot: true, zones: ['1', '2'] })).toBe('SkuNotAvailable');
    expect(answer(allocator, { spot: true, zones: ['1', '2'] })).toBe('zones 1,2');
    expect(allocator.rules().map(({ hits, remaining }) => [hits, remaining])).toEqual([
      [1, 'always'],
      [1, 0],
    ]);
  });

  it('hit as often as their probability says, the same way each time', () => {
    const answers = unlucky();
    const failures = answers.filter(code => code === 'AllocationFailed').length;
    expect(failures).toBeGreaterThan(250);
    expect(failures).toBeLessThan(350);
    expect(unlucky()).toEqual(answers);
  });

  it.each(ALLOCATION_CODES)('%s has the words and the manner of Azure', code => {
    const placement = setUp([{ code }]).place(ask({ zones: ['2'] }));
    if (!('fault' in placement)) throw new Error('it was placed');
    expect(placement.fault.message).toMatch(MESSAGES[code]);
    const manner =
      placement.fault.mode === 'operation'
        ? 'operation'
        : `${allocationRefusal(placement.fault).shape} ${allocationRefusal(placement.fault).status}`;
    expect(manner).toBe(MANNERS[code] ?? 'operation');
  });

  it('may change mode, message and delay, and give codes that Azure is not known to have', () => {
    const rule = { code: 'OutOfStars', message: 'no stars', mode: 'request', afterMs: 5 } as const;
    expect(setUp([rule]).place(ask())).toEqual({ fault: rule });
    expect(allocationRefusal(rule)).toMatchObject({ shape: 'flat', status: 400 });
  });
});

const MESSAGES: Readonly<Record<(typeof ALLOCATION_CODES)[number], RegExp>> = {
  AllocationFailed: /sufficient capacity for the requested VM size in this region/,
  ZonalAllocationFailed: /sufficient capacity for the requested VM size in this zone/,
  OverconstrainedAllocationRequest: /too restrictive.*\n {2}- Networking.*\n {2}- VM Size/,
  OverconstrainedZonalAllocationRequest: /\n {2}- Availability Zone\n/,
  SkuNotAvailable: /Standard_NC6s_v3' is currently not available in location 'eastus' zones '2'/,
  AKSCapacityHeavyUsage: /heavy usage in region eastus/,
  VMSizeNotSupported: /'Standard_NC6s_v3' is not supported for subscription/,
  ErrCode_InsufficientVCPUQuota: /requested 6, remaining 0 for family standardNCSv3Family for region eastus/,
  QuotaExceeded: /exceeding approved Total Regional Cores quota.* Additional Required: 6/,
  OperationNotAllowed: /exceeding approved standardNCSv3Family Cores quota.*\(Minimum\) New Limit Required: 6/,
  ReconcileVMSSAgentPoolFailed: /agent pool ws1.*exit status=85/,
  VMExtensionProvisioningError: /vmssCSE.*exit status=85/,
};

const MANNERS: Readonly<Record<string, string>> = {
  SkuNotAvailable: 'nested 409',
  AKSCapacityHeavyUsage: 'flat 400',
  VMSizeNotSupported: 'flat 400',
  ErrCode_InsufficientVCPUQuota: 'flat 400',
  QuotaExceeded: 'nested 400',
  OperationNotAllowed: 'nested 409',
};

describe('the published mix', () => {
  const pools = Array.from({ length: 20_000 }, (_, index) => `p${index}`);

  it('lets 27 % succeed and fails the others in the shares that were published', () => {
    const all = [...outcomes(pools).values()];
    const share = (code: string): number => all.filter(outcome => outcome === code).length / all.length;
    expect(Math.abs(share('zones 1') - 0.27)).toBeLessThan(0.01);
    for (const [code, weight] of Object.entries(PUBLISHED_ALLOCATION_MIX.weights)) {
      expect(Math.abs(share(code) - (0.73 * weight) / 99.61)).toBeLessThan(0.015);
      expect(share(code)).toBeGreaterThan(0);
    }
  });

  it('treats a pool the same way in whatever order requests come', () => {
    const forth = outcomes(pools.slice(0, 200));
    const back = outcomes(pools.slice(0, 200).toReversed());
    expect(pools.slice(0, 200).map(pool => back.get(pool))).toEqual([...forth.values()]);
  });

  it('has no zonal failures for regional pools', () => {
    const mix = { seed: 1, successRate: 0, weights: { ZonalAllocationFailed: 1 } };
    expect(answer(setUp([], mix), { zones: ['1'] })).toBe('ZonalAllocationFailed');
    expect(answer(setUp([], mix))).toBe('AllocationFailed');
  });

  it('stands behind the rules', () => {
    const allocator = setUp([{ code: 'SkuNotAvailable' }], {
      seed: 1,
      successRate: 0,
      weights: { AllocationFailed: 1 },
    });
    expect(answer(allocator)).toBe('SkuNotAvailable');
  });
});
