import type { Shortage } from '../quota/demand.ts';
import { chooseOffering } from './choose-offering.ts';
import type { Standing } from './choose-offering.ts';
import { offeringKey } from './offering.ts';
import type { OfferingState } from './offering-memory.ts';
import { a10, a100, anOffering, t4 } from './stand-ins.ts';

const rungs = [anOffering({ type: a10 }), anOffering({ type: a100 }), anOffering({ type: t4 })];
const [first, second, third] = rungs;
const cause = { reason: 'AllocationFailure', said: 'no room' };
const shortage: Shortage = { counter: 'f', displayName: 'F', needed: 24, free: 10, limit: 40, limitNeeded: 54 };

/** What is said about some rungs; the others are free. */
function standing(states: Partial<Record<string, OfferingState>>, short: readonly string[] = []): Standing {
  const known = new Map(Object.entries(states));
  return {
    state: offering => known.get(offering.type.name) ?? { state: 'available' },
    shortage: offering => (short.includes(offering.type.name) ? shortage : undefined),
  };
}

test('the first rung that is free', () => {
  expect(chooseOffering(rungs, standing({}))).toEqual({ choice: first });
  const closed = { state: 'unavailable', until: 9, ...cause } as const;
  expect(chooseOffering(rungs, standing({ [a10.name]: closed }))).toEqual({ choice: second });
  expect(chooseOffering(rungs, standing({ [a10.name]: closed }, [a100.name]))).toEqual({ choice: third });
});

test('a claim goes on to the next rung while another claim probes the one before', () => {
  const probing = { state: 'probing', until: 9, ...cause } as const;
  expect(chooseOffering(rungs, standing({ [a10.name]: probing }))).toEqual({ choice: second });
});

test('no rung: a verdict on each, the earliest time, and whether quota alone is missing for one', () => {
  const states: Record<string, OfferingState> = {
    [a10.name]: { state: 'unavailable', until: 90, ...cause },
    [t4.name]: { state: 'probing', until: 50, ...cause },
  };
  const choice = chooseOffering(rungs, standing(states, [a100.name]));
  expect(choice).toMatchObject({ choice: undefined, retryAt: 50, waitingForQuota: true });
  const verdicts = 'none' in choice ? choice.none.map(({ offering, why }) => [offeringKey(offering), why.state]) : [];
  expect(verdicts.map(([, state]) => state)).toEqual(['unavailable', 'short', 'probing']);
});

test('when only quota is short there is no time to wait for', () => {
  const names = [a10.name, a100.name, t4.name];
  expect(chooseOffering(rungs, standing({}, names))).toMatchObject({ retryAt: undefined, waitingForQuota: true });
});

test('quota that is short counts before a memory of a refusal: it has the numbers', () => {
  const closed = { state: 'unavailable', until: 9, ...cause } as const;
  const choice = chooseOffering([anOffering()], standing({ [a100.name]: closed }, [a100.name]));
  expect(choice).toMatchObject({ none: [{ why: { state: 'short', shortage } }], retryAt: undefined });
});

test('an empty ladder has no choice and nothing to wait for', () => {
  expect(chooseOffering([], standing({}))).toEqual({
    choice: undefined,
    none: [],
    retryAt: undefined,
    waitingForQuota: false,
  });
});
