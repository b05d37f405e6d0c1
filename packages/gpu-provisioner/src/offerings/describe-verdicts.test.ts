import { instanceTypesUnavailableMessage } from '@kaito/crds';
import { FakeClock } from '@kaito/testing';
import { POOL_COUNTER } from '../quota/demand.ts';
import type { RungVerdict } from './choose-offering.ts';
import { describeVerdicts, noRungLeft } from './describe-verdicts.ts';
import { a10, anOffering, t4 } from './stand-ins.ts';

const clock = new FakeClock(Date.UTC(2026, 0, 1, 12, 0, 30));
const occasion = { location: 'eastus', clock };

const short = (parts: object = {}): RungVerdict => ({
  offering: anOffering(),
  why: {
    state: 'short',
    shortage: {
      counter: 'standardNCADSA100v4Family',
      displayName: 'Standard NCADSA100v4 Family vCPUs',
      needed: 24,
      free: 10,
      limit: 40,
      limitNeeded: 54,
      ...parts,
    },
  },
});
const closed: RungVerdict = {
  offering: anOffering({ type: a10, capacityType: 'spot', zone: '1' }),
  why: { state: 'unavailable', until: 3_600_000, reason: 'ZonalAllocationFailure', said: 'no\n  room' },
};
const probing: RungVerdict = {
  offering: anOffering({ type: t4 }),
  why: { state: 'probing', until: 9, reason: 'AllocationFailure', said: 'no' },
};

test('quota is told with the numbers, what to ask for, and a command that shows them', () => {
  expect(describeVerdicts([short()], occasion)).toBe(
    'Standard_NC24ads_A100_v4 needs 24 cores of standardNCADSA100v4Family (Standard NCADSA100v4 Family vCPUs) in eastus, 10 of 40 are free: ask for 54; see: az vm list-usage --location eastus --output table',
  );
});

test('nothing is to be asked for while the limit may be enough', () => {
  expect(describeVerdicts([short({ limitNeeded: 40 })], occasion)).toContain(
    '10 of 40 are free; the counters may be settling',
  );
});

test('agent pools are no cores', () => {
  const text = describeVerdicts([short({ counter: POOL_COUNTER, free: 0, limit: 100, limitNeeded: 101 })], occasion);
  expect(text).toBe(
    'Standard_NC24ads_A100_v4 needs an agent pool, 0 of 100 are free: delete agent pools that are not needed',
  );
});

test('each rung is named with its reason and the time of the next attempt', () => {
  expect(describeVerdicts([closed, probing], occasion)).toBe(
    'Standard_NV36ads_A10_v5 as spot in zone 1 is left alone until 13:01 UTC after ZonalAllocationFailure: no room; Standard_NC4as_T4_v3 is being tried by another claim after AllocationFailure',
  );
});

test('the text stays the same while nothing changes', async () => {
  const before = describeVerdicts([closed], occasion);
  await clock.advance(17_000);
  expect(describeVerdicts([closed], occasion)).toBe(before);
});

test("KAITO's sentence stands in it, as KAITO compares it, when no rung is left", () => {
  expect(noRungLeft([closed], occasion)).toBe(
    `${instanceTypesUnavailableMessage}: ${describeVerdicts([closed], occasion)}`,
  );
  expect(describeVerdicts([closed], occasion)).not.toContain(instanceTypesUnavailableMessage);
});

test.each([
  ['many rungs', Array.from({ length: 60 }, () => short())],
  ['long words of Azure', [{ ...closed, why: { ...closed.why, said: 'x '.repeat(5000) } } as RungVerdict]],
  ['a long name', [{ ...probing, offering: anOffering({ type: { ...t4, name: 'N'.repeat(5000) } }) }]],
])('it is never longer than 600 characters: %s', (_, verdicts) => {
  for (const describe of [describeVerdicts, noRungLeft]) {
    const text = describe(verdicts, occasion);
    expect(text.length).toBeLessThanOrEqual(600);
    expect(text.length).toBeGreaterThan(100);
  }
});

test('what does not fit is counted', () => {
  const text = describeVerdicts([short(), ...Array.from({ length: 9 }, () => closed)], occasion);
  expect(text).toMatch(/; \d more; see: az vm list-usage --location eastus --output table$/);
});
