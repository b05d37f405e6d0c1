import { closuresOf } from './closure.ts';
import type { OfferingFault } from './closure.ts';
import type { Offering } from './offering.ts';
import { a100, anOffering } from './stand-ins.ts';

const HOUR = 3_600_000;
const lifetimes = { capacityMs: 2 * HOUR, quotaMs: HOUR / 6, skuMs: 23 * HOUR };
const inZone1 = anOffering({ zone: '1' });
const spot = anOffering({ capacityType: 'spot' });
const A100 = 'standard_nc24ads_a100_v4';

/** `scope reason hours`, for each closure. */
function closed(offering: Offering, fault: OfferingFault): readonly string[] {
  return closuresOf(offering, fault, lifetimes).map(({ scope, reason, ms }) => {
    const from = scope.fromVcpus > 0 ? ` from ${scope.fromVcpus}` : '';
    return `${scope.key}${from} ${reason} ${Math.round((ms / HOUR) * 100) / 100}`;
  });
}

const capacity = (code: string, message = 'no room'): OfferingFault => ({ kind: 'capacity', code, message });
const quota = (message: string, code = 'OperationNotAllowed'): OfferingFault => ({ kind: 'quota', code, message });
const exceeding = (counter: string, limit: number) =>
  quota(
    `Operation could not be completed as it results in exceeding approved ${counter} Cores quota. Location: eastus, Current Limit: ${limit}, Current Usage: ${limit}, Additional Required: 24, (Minimum) New Limit Required: ${limit + 24}`,
  );

const words = (zones: string) =>
  `The requested size for resource 'x' is currently not available in location 'eastus' ${zones}for subscription 's'.`;

describe('capacity', () => {
  test.each([
    ['ZonalAllocationFailed', [`${A100}/1/on-demand ZonalAllocationFailure 2`]],
    ['OverconstrainedZonalAllocationRequest', [`${A100}/1/on-demand OverconstrainedZonalAllocationFailure 2`]],
    ['OverconstrainedAllocationRequest', [`${A100}/1/on-demand OverconstrainedAllocationFailure 2`]],
    ['AllocationFailed', [`${A100}/1/on-demand AllocationFailure 2`, `${A100}/any/on-demand AllocationFailure 2`]],
    ['AKSCapacityHeavyUsage', [`${A100}/1/on-demand AllocationFailure 2`, `${A100}/any/on-demand AllocationFailure 2`]],
  ])('%s in a zone closes %j', (code, expected) => {
    expect(closed(inZone1, capacity(code))).toEqual(expected);
  });

  test('without a zone, the place that Azure chooses is closed and no zone', () => {
    expect(closed(anOffering(), capacity('AllocationFailed'))).toEqual([`${A100}/any/on-demand AllocationFailure 2`]);
    expect(closed(anOffering(), capacity('ZonalAllocationFailed'))).toEqual([
      `${A100}/any/on-demand ZonalAllocationFailure 2`,
    ]);
  });

  test('the cause may stand in the words of an envelope', () => {
    const wrapped = capacity(
      'ReconcileVMSSAgentPoolFailed',
      'Code="ZonalAllocationFailed" Message="Allocation failed."',
    );
    expect(closed(inZone1, wrapped)).toEqual([`${A100}/1/on-demand ZonalAllocationFailure 2`]);
  });
});

describe('not sold', () => {
  test('everywhere, long for on-demand and an hour for spot', () => {
    const unsold: OfferingFault = { kind: 'sku', code: 'VMSizeNotSupported', message: 'no' };
    expect(closed(inZone1, unsold)).toEqual([`${A100}/all/on-demand SKUNotAvailable 23`]);
    expect(closed(spot, unsold)).toEqual([`${A100}/all/spot SKUNotAvailable 1`]);
    expect(closed(spot, capacity('SkuNotAvailable'))).toEqual([`${A100}/all/spot SKUNotAvailable 1`]);
    expect(closed(inZone1, capacity('SkuNotAvailable', words('')))).toEqual([
      `${A100}/all/on-demand SKUNotAvailable 23`,
    ]);
  });

  test('only in the zones that Azure names: AKS may find room where it chooses the place', () => {
    expect(closed(inZone1, capacity('SkuNotAvailable', words("zones '1,2' ")))).toEqual([
      `${A100}/1/on-demand SKUNotAvailable 23`,
      `${A100}/2/on-demand SKUNotAvailable 23`,
    ]);
    expect(closed(anOffering(), capacity('SkuNotAvailable', words("zones '1,2' ")))).toEqual([
      `${A100}/all/on-demand SKUNotAvailable 23`,
    ]);
    const zone: OfferingFault = { kind: 'sku', code: 'AvailabilityZoneNotSupported', message: 'no' };
    expect(closed(inZone1, zone)).toEqual([`${A100}/1/on-demand SKUNotAvailable 23`]);
  });
});

describe('quota', () => {
  const family = 'family standardncadsa100v4family/on-demand';

  test('of a family closes its sizes with at least as many cores; with a limit of 0 all of them, for an hour', () => {
    expect(closed(inZone1, exceeding('standardNCADSA100v4Family', 40))).toEqual([
      `${family} from 24 SubscriptionQuotaReached 0.17`,
    ]);
    expect(closed(inZone1, exceeding('standardNCADSA100v4Family', 0))).toEqual([
      `${family} SubscriptionQuotaReached 1`,
    ]);
  });

  test('of a family that is not known closes the size', () => {
    const type = { ...a100, family: '' };
    expect(closed({ ...inZone1, type }, quota('QuotaExceeded', 'QuotaExceeded'))).toEqual([
      `${A100}/all/on-demand SubscriptionQuotaReached 0.17`,
    ]);
  });

  test.each([exceeding('LowPriority', 10), exceeding('LowPriorityCores', 10), quota('no', 'LowPriorityQuotaExceeded')])(
    'for spot cores closes spot of every size: %j',
    fault => {
      expect(closed(spot, fault)).toEqual(['any/spot SubscriptionQuotaReached 0.17']);
    },
  );

  test('for the cores of the region closes nothing: the quota ledger has the numbers', () => {
    expect(closed(anOffering(), exceeding('Total Regional', 100))).toEqual([]);
    expect(closed(anOffering(), quota('Insufficient regional vcpu quota left for location eastus.'))).toEqual([]);
  });
});

test.each(['busy', 'throttled', 'transient', 'spec', 'auth', 'policy', 'cap', 'exists', 'notFound'] as const)(
  'a fault of kind %s closes nothing',
  kind => {
    expect(closed(anOffering(), { kind, code: 'AllocationFailed', message: 'AllocationFailed' })).toEqual([]);
  },
);
