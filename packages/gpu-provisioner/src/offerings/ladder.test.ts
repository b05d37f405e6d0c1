import { labels } from '@kaito/crds';
import * as fc from 'fast-check';
import { constrain } from '../claims/requirements.ts';
import { attributeOf, sizeAttributes } from '../instance-types/attributes.ts';
import { anInstanceType } from '../testing/stand-ins.ts';
import { ladderOf, MAX_RUNGS } from './ladder.ts';
import type { Ladder } from './ladder.ts';
import { offeringKey } from './offering.ts';
import type { Offering } from './offering.ts';
import { a10, a100, aClaim, aLocation, cpuOnly, t4, term, unreadLocation } from './stand-ins.ts';

const TYPE = labels.instanceType;
const GPU_COUNT = 'karpenter.azure.com/sku-gpu-count';
const GPU_NAME = 'karpenter.azure.com/sku-gpu-name';
const A100 = 'Standard_NC24ads_A100_v4';
const A10 = 'Standard_NV36ads_A10_v5';
const T4 = 'Standard_NC4as_T4_v3';
const V620 = 'Standard_NG32ads_V620_v1';

const climb = (...terms: ReturnType<typeof term>[]): Ladder => ladderOf(aClaim(terms), aLocation());
const show = ({ type, zone = 'any', capacityType }: Offering) => `${type.name} ${capacityType} ${zone}`;

function rungs(ladder: Ladder): readonly string[] {
  if (!ladder.ok) throw new Error(ladder.refusal ? ladder.refusal.message : ladder.waitingFor);
  return ladder.rungs.map(show);
}

function names(ladder: Ladder): readonly string[] {
  return [...new Set(rungs(ladder).map(rung => rung.split(' ')[0] ?? ''))];
}

function refusal(ladder: Ladder) {
  return ladder.ok ? undefined : ladder.refusal;
}

const ask = (requests: Record<string, string>, ...sizes: string[]) =>
  ladderOf(aClaim([sizes.length > 0 ? term(TYPE, 'In', ...sizes) : term(TYPE, 'Exists')], requests), aLocation());

const capacityTypesOf = (...terms: ReturnType<typeof term>[]) =>
  rungs(climb(term(TYPE, 'In', A100), ...terms)).map(rung => rung.split(' ')[1]);

const zonesOf = (...terms: ReturnType<typeof term>[]) =>
  rungs(climb(term(TYPE, 'In', A100, A10), ...terms)).map(rung =>
    rung.replace(`${A100} on-demand`, 'A100').replace(`${A10} on-demand`, 'A10'),
  );

const lower = (text: string) => text.toLowerCase();
const number = (text: string) => text.replace('eastus-', '');

describe('instance types', () => {
  test('several values are a ladder in the order written, in the spelling of Azure, each once', () => {
    const ladder = climb(term(TYPE, 'In', A10, A100.toLowerCase(), 'STANDARD_nv36ads_a10_V5'));
    expect(rungs(ladder)).toEqual([`${A10} on-demand any`, `${A100} on-demand any`]);
  });

  test('the name may stand under the key of the Azure provider; both keys have to admit it', () => {
    expect(names(climb(term(labels.azureSkuName, 'In', A10)))).toEqual([A10]);
    expect(names(climb(term(TYPE, 'In', A10, A100), term(labels.azureSkuName, 'In', A100)))).toEqual([A100]);
    expect(names(climb(term(labels.azureSkuName, 'NotIn', A10.toUpperCase()), term(TYPE, 'In', A10, A100)))).toEqual([
      A100,
    ]);
  });

  test('a size that is not offered is left out, with the reason; if none is left the claim is refused', () => {
    const ladder = climb(term(TYPE, 'In', 'Standard_NC7', A10));
    expect(ladder).toMatchObject({ ok: true, dropped: [{ name: 'Standard_NC7', why: 'is not offered in eastus' }] });
    expect(refusal(climb(term(TYPE, 'In', 'Standard_NC7')))).toEqual({
      reason: 'SKUNotAvailable',
      message:
        'no instance type can serve: Standard_NC7 is not offered in eastus; see: az vm list-skus --location eastus --resource-type virtualMachines --all --output table',
    });
  });

  test('a refusal tells a restriction from a size that is not there', () => {
    const why = 'restricted for this subscription (NotAvailableForSubscription)';
    const denied = { ...aLocation(), lookup: () => ({ found: 'no' as const, why }) };
    expect(refusal(ladderOf(aClaim([term(TYPE, 'In', A100)]), denied))?.message).toContain(`${A100} is ${why}`);
  });

  test.each([
    ['without a term', []],
    ['whose terms leave no value', [term(TYPE, 'In', A100), term(TYPE, 'NotIn', A100)]],
    ['whose In is empty', [term(TYPE, 'In')]],
    ['that says only what every claim says', [term(labels.arch, 'In', 'amd64'), term(labels.os, 'In', 'linux')]],
  ])('a claim %s is refused, it must name a type', (_, terms) => {
    expect(refusal(climb(...terms))).toMatchObject({
      reason: 'InvalidSpec',
      message: expect.stringContaining('must name an instance type') as unknown,
    });
  });

  test('NotIn chooses among the sizes with GPUs, the smallest first', () => {
    expect(names(climb(term(TYPE, 'NotIn', T4)))).toEqual([A100, V620, A10, 'Standard_NC48ads_A100_v4']);
  });

  test.each([
    ['Gt on GPUs', [term(GPU_COUNT, 'Gt', '1')], ['Standard_NC48ads_A100_v4']],
    ['a GPU model', [term(GPU_NAME, 'In', 'A100')], [A100, 'Standard_NC48ads_A100_v4']],
    ['a manufacturer', [term('karpenter.azure.com/sku-gpu-manufacturer', 'In', 'amd')], [V620]],
    ['memory in MiB', [term('karpenter.azure.com/sku-memory', 'Lt', '70000')], [T4, V620]],
    [
      'vCPUs and a family',
      [term('karpenter.azure.com/sku-cpu', 'Gte', '36'), term('karpenter.azure.com/sku-family', 'In', 'N')],
      [A10, 'Standard_NC48ads_A100_v4'],
    ],
    ['none of the GPU sizes', [term(GPU_COUNT, 'In', '0')], ['Standard_D4s_v5']],
    ['no GPU name', [term(GPU_NAME, 'DoesNotExist')], ['Standard_D4s_v5']],
    ['a CPU machine', [term(labels.machineType, 'In', 'cpu'), term(TYPE, 'Exists')], ['Standard_D4s_v5']],
    ['a count that CPU machines have too', [term(GPU_COUNT, 'Lt', '2')], [T4, A100, V620, A10]],
  ])('attributes choose: %s', (_, terms, expected) => {
    expect(names(climb(...terms))).toEqual(expected);
  });

  test('what is not known of a size is no reason to choose it, and none against it when it is named', () => {
    const strange = anInstanceType('Our_size', { gpus: 1 });
    const location = aLocation([strange]);
    const wanted = term(GPU_NAME, 'NotIn', 'T4');
    expect(refusal(ladderOf(aClaim([wanted]), location))?.reason).toBe('SKUNotAvailable');
    expect(names(ladderOf(aClaim([wanted, term(TYPE, 'In', 'Our_size')]), location))).toEqual(['Our_size']);
  });

  test('attributes narrow a list of names too', () => {
    const ladder = climb(term(TYPE, 'In', A10, A100), term(GPU_NAME, 'In', 'A100'));
    expect(names(ladder)).toEqual([A100]);
    expect(ladder).toMatchObject({
      dropped: [{ name: A10, why: `has ${GPU_NAME} A10, which the terms on it exclude` }],
    });
  });

  test('another architecture, operating system or region is refused', () => {
    const named = term(TYPE, 'In', A100);
    expect(refusal(climb(named, term(labels.arch, 'In', 'arm64')))).toMatchObject({ reason: 'InvalidSpec' });
    expect(refusal(climb(named, term(labels.os, 'In', 'windows')))?.message).toContain('exclude linux');
    expect(refusal(climb(named, term(labels.region, 'In', 'westus')))?.message).toContain('exclude eastus');
  });

  test('a term of the provider that is not understood is not ignored', () => {
    const key = 'karpenter.azure.com/sku-networking-accelerated';
    expect(refusal(climb(term(TYPE, 'In', A100), term(key, 'In', 'true')))?.message).toContain(
      `${key}, which is not supported`,
    );
    expect(climb(term(TYPE, 'In', A100), term(key, 'NotIn', 'true')).ok).toBe(true);
  });
});

describe('requests', () => {
  test('a size that could never satisfy them is left out, also when it is named', () => {
    const ladder = ask({ 'nvidia.com/gpu': '2' }, A100, 'Standard_NC48ads_A100_v4');
    expect(names(ladder)).toEqual(['Standard_NC48ads_A100_v4']);
    expect(ladder).toMatchObject({
      dropped: [{ name: A100, why: 'has 1 nvidia.com/gpu, 2 nvidia.com/gpu requested' }],
    });
  });

  test.each([
    [{ 'nvidia.com/gpu': '1', memory: '300Gi' }, [A10, 'Standard_NC48ads_A100_v4']],
    [{ cpu: '36500m' }, ['Standard_NC48ads_A100_v4']],
    [{ 'amd.com/gpu': '1' }, [V620]],
    [{ storage: '1Ti', pods: '7' }, [T4, A100, V620, A10, 'Standard_NC48ads_A100_v4']],
  ])('%j', (requests, expected) => {
    expect(names(ask(requests))).toEqual(expected);
  });

  test('a request that is no amount is refused', () => {
    expect(refusal(ask({ memory: 'lots' }, A100))?.message).toContain('memory: "lots"');
    expect(refusal(ask({ cpu: '-1' }, A100))?.reason).toBe('InvalidSpec');
    expect(refusal(ask({ memory: '900Gi' }, A100))).toMatchObject({
      reason: 'InvalidSpec',
      message: expect.stringContaining(`${A100} has 220 GiB of memory, 900 GiB of memory requested`) as unknown,
    });
  });
});

describe('before the list was read', () => {
  test('names pass as they are, with everything that is asked of them', () => {
    const claim = aClaim(
      [term(TYPE, 'In', 'Standard_Brand_New'), term(GPU_COUNT, 'Gt', '1'), term(labels.capacityType, 'In', 'spot')],
      { 'nvidia.com/gpu': '2' },
    );
    const ladder = ladderOf(claim, unreadLocation);
    expect(rungs(ladder)).toEqual(['Standard_Brand_New spot any']);
    expect(ladder).toMatchObject({ rungs: [{ type: { gpus: undefined, family: '', vcpus: 0 } }] });
  });

  test('a claim that leaves the choice waits, it is not refused', () => {
    expect(ladderOf(aClaim([term(GPU_COUNT, 'In', '1')]), unreadLocation)).toEqual({
      ok: false,
      refusal: undefined,
      waitingFor: 'the list of instance types of eastus could not be read yet',
    });
  });
});

describe('capacity types', () => {
  const CAPACITY = labels.capacityType;
  test.each([
    ['nothing', [], ['on-demand']],
    ['In, in its order', [term(CAPACITY, 'In', 'spot', 'on-demand')], ['spot', 'on-demand']],
    ['Exists', [term(CAPACITY, 'Exists')], ['on-demand', 'spot']],
    ['NotIn', [term(CAPACITY, 'NotIn', 'reserved')], ['on-demand', 'spot']],
    ['NotIn on-demand', [term(CAPACITY, 'NotIn', 'on-demand')], ['spot']],
    ['one that is unknown beside another', [term(CAPACITY, 'In', 'reserved', 'spot')], ['spot']],
    ['two terms', [term(CAPACITY, 'In', 'spot', 'on-demand'), term(CAPACITY, 'NotIn', 'spot')], ['on-demand']],
  ])('%s', (_, terms, expected) => {
    expect(capacityTypesOf(...terms)).toEqual(expected);
  });

  test.each([[term(CAPACITY, 'In', 'reserved')], [term(CAPACITY, 'DoesNotExist')], [term(CAPACITY, 'In', 'Spot')]])(
    '%j is refused',
    wish => {
      expect(refusal(climb(term(TYPE, 'In', A100), wish))?.message).toContain('must allow on-demand or spot');
    },
  );

  test('a size that is not sold as spot has no spot rung', () => {
    expect(rungs(climb(term(TYPE, 'In', T4), term(CAPACITY, 'In', 'spot', 'on-demand')))).toEqual([
      `${T4} on-demand any`,
    ]);
    expect(refusal(climb(term(TYPE, 'In', T4), term(CAPACITY, 'In', 'spot')))).toMatchObject({
      reason: 'SKUNotAvailable',
      message: expect.stringContaining(`${T4} is not sold as spot`) as unknown,
    });
  });
});

describe('zones', () => {
  test.each([
    ['nothing', [], ['A100 any', 'A10 any']],
    [
      'names and numbers, in their order',
      [term(labels.zone, 'In', 'eastus-2', '1', 'eastus-1')],
      ['A100 2', 'A100 1', 'A10 2', 'A10 1'],
    ],
    ['NotIn', [term(labels.zone, 'NotIn', 'eastus-1')], ['A100 2', 'A100 3', 'A10 2']],
    ['Exists, which every zone meets', [term(labels.zone, 'Exists')], ['A100 any', 'A10 any']],
    [
      'all of them by name, which is a wish for zones',
      [term(labels.zone, 'In', '1', '2', '3')],
      ['A100 1', 'A100 2', 'A100 3', 'A10 1', 'A10 2'],
    ],
    ['the older key', [term('failure-domain.beta.kubernetes.io/zone', 'In', 'eastus-1')], ['A100 1', 'A10 1']],
    [
      'a zonal machine',
      [term('karpenter.azure.com/placement-scope', 'In', 'zonal')],
      ['A100 1', 'A100 2', 'A100 3', 'A10 1', 'A10 2'],
    ],
    ['a regional machine', [term('karpenter.azure.com/placement-scope', 'In', 'regional')], ['A100 any', 'A10 any']],
  ])('%s', (_, terms, expected) => {
    expect(zonesOf(...terms)).toEqual(expected);
  });

  test('the location may be configured by its other name', () => {
    const claim = aClaim([
      term(TYPE, 'In', A100),
      term(labels.zone, 'In', 'eastus-1'),
      term(labels.region, 'In', 'eastus'),
    ]);
    expect(rungs(ladderOf(claim, { ...aLocation(), location: 'East US' }))).toEqual([`${A100} on-demand 1`]);
  });

  test('a size that no allowed zone sells is left out, with the reason', () => {
    const ladder = climb(term(TYPE, 'In', A10, V620, A100), term(labels.zone, 'In', 'eastus-3'));
    expect(rungs(ladder)).toEqual([`${A100} on-demand 3`]);
    expect(ladder).toMatchObject({
      dropped: [
        { name: A10, why: 'is not sold in zone 3, only in 1, 2', reason: 'SKUNotAvailable' },
        { name: V620, why: 'is not sold in zone 3, only where Azure chooses the zone' },
      ],
    });
  });

  test.each([
    [[term(labels.zone, 'In', 'westus-1')], 'westus-1 is no zone there; there are eastus-1, eastus-2, eastus-3'],
    [[term(labels.zone, 'In', 'eastus-1', 'eastus-9')], '9 is no zone there'],
    [[term(labels.zone, 'In', '1'), term(labels.zone, 'NotIn', 'eastus-1')], 'no zone is left'],
    [[term(labels.zone, 'DoesNotExist')], 'no zone is left'],
    [
      [term(labels.zone, 'In', '1'), term('karpenter.azure.com/placement-scope', 'In', 'regional')],
      'neither zonal nor regional',
    ],
  ])('%j is refused', (terms, message) => {
    expect(refusal(climb(term(TYPE, 'In', A100), ...terms))).toMatchObject({
      reason: 'InvalidSpec',
      message: expect.stringContaining(message) as unknown,
    });
  });
});

test('types are the outer order, then capacity types, then zones', () => {
  const ladder = climb(
    term(TYPE, 'In', A10, A100),
    term(labels.capacityType, 'In', 'spot', 'on-demand'),
    term(labels.zone, 'In', '2', '1'),
  );
  expect(rungs(ladder)).toEqual([
    ...['spot 2', 'spot 1', 'on-demand 2', 'on-demand 1'].map(place => `${A10} ${place}`),
    ...['spot 2', 'spot 1', 'on-demand 2', 'on-demand 1'].map(place => `${A100} ${place}`),
  ]);
});

test('a ladder has a last rung, and says what comes after it', () => {
  const many = Array.from({ length: MAX_RUNGS + 2 }, (_, index) => `Size_${index}`);
  const ladder = ladderOf(aClaim([term(TYPE, 'In', ...many)]), unreadLocation);
  expect(rungs(ladder)).toHaveLength(MAX_RUNGS);
  expect(ladder).toMatchObject({ dropped: [{ name: 'Size_60' }, { name: 'Size_61' }] });
});

test('a refusal of many sizes stays readable', () => {
  const many = Array.from({ length: 5000 }, (_, index) => `Standard_${'X'.repeat(200)}${index}`);
  const message = refusal(climb(term(TYPE, 'In', ...many)))?.message ?? '';
  expect(message).toContain('4992 more');
  expect(message.length).toBeLessThan(1500);
});

describe('any terms', () => {
  const attributes = [...sizeAttributes, labels.arch];
  const values = fc.oneof(
    fc.constantFrom(A100, A10.toLowerCase(), T4, 'Standard_NC7', 'eastus-1', '2', '3', 'westus-1', 'spot', 'on-demand'),
    fc.constantFrom(
      'reserved',
      '0',
      '1',
      '4',
      '24',
      '225280',
      'A100',
      'nvidia',
      'N',
      'amd64',
      'linux',
      'eastus',
      'gpu',
    ),
    fc.string({ maxLength: 5 }),
  );
  const keys = fc.constantFrom(
    TYPE,
    labels.azureSkuName,
    labels.capacityType,
    labels.zone,
    labels.machineType,
    ...attributes,
  );
  const anyTerm = fc.record(
    {
      key: fc.oneof({ weight: 9, arbitrary: keys }, { weight: 1, arbitrary: fc.string({ maxLength: 12 }) }),
      operator: fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt', 'Gte', 'Lte') },
        { weight: 1, arbitrary: fc.string({ maxLength: 5 }) },
      ),
      values: fc.array(values, { maxLength: 4 }),
    },
    { requiredKeys: ['key', 'operator'] },
  );
  const amounts = fc.dictionary(
    fc.constantFrom('nvidia.com/gpu', 'cpu', 'memory', 'storage'),
    fc.constantFrom('0', '1', '2', '100Gi', '-1', 'x', '4000m'),
  );
  const named = fc.array(fc.constantFrom(A100, A10, T4, V620), { minLength: 1, maxLength: 3 });
  const claims = fc
    .tuple(fc.option(named), fc.array(anyTerm, { maxLength: 4 }), amounts)
    .map(([types, terms, requests]) => aClaim(types ? [term(TYPE, 'In', ...types), ...terms] : terms, requests));
  const locations = fc.constantFrom(aLocation(), unreadLocation, aLocation([]), aLocation([t4, cpuOnly, a10, a100]));

  test('give rungs that meet all of them, each once, the same every time, and never an error', () => {
    let climbed = 0;
    fc.assert(
      fc.property(claims, locations, (claim, location) => {
        const ladder = ladderOf(claim, location);
        expect(ladderOf(claim, location)).toEqual(ladder);
        if (!ladder.ok) return;
        climbed += 1;
        expect(ladder.rungs.length).toBeGreaterThan(0);
        expect(ladder.rungs.length).toBeLessThanOrEqual(MAX_RUNGS);
        expect(new Set(ladder.rungs.map(offeringKey)).size).toBe(ladder.rungs.length);
        for (const rung of ladder.rungs) expect(broken(rung)).toEqual([]);

        function broken({ type, capacityType, zone }: Offering): readonly string[] {
          const admits = (key: string, value: string | undefined, fold?: (text: string) => string) =>
            constrain(claim.requirements, key, fold).admits(value);
          const places = zone === undefined ? ['1', '2', '3'] : [zone];
          return [
            ...[TYPE, labels.azureSkuName].filter(key => !admits(key, type.name, lower)),
            ...(constrain(claim.requirements, labels.capacityType).constrained || capacityType === 'spot'
              ? [labels.capacityType].filter(key => !admits(key, capacityType))
              : []),
            ...[labels.zone].filter(key => !places.every(place => admits(key, place, number))),
            ...attributes.filter(key => {
              const attribute = attributeOf(type, key);
              return attribute !== 'unknown' && !admits(key, attribute === 'absent' ? undefined : attribute.value);
            }),
          ];
        }
      }),
      { numRuns: 1000 },
    );
    expect(climbed).toBeGreaterThan(50);
  });
});
