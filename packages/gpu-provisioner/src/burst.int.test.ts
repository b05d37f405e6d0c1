import { jest } from '@jest/globals';
import { machines, nodeClaims } from '@kaito/crds';
import { aMachine, aNodeClaim, eventually, useStack } from '@kaito/testing';

const COUNT = 100;
/** Requests to ARM for each claim that a burst may cost, with everything counted. */
const BUDGET = 1.3;

jest.setTimeout(240_000);

// Half a hundred claims of each kind, and nodes that join long before AKS has finished.
const stack = useStack({
  workspace: false,
  settings: { poolCap: 1000, timings: { nodeRegisterMs: 300, operationMs: 2000, deleteMs: 500, nodeRemoveMs: 300 } },
});

async function claims() {
  const lists = await Promise.all([stack().client.list(machines), stack().client.list(nodeClaims)]);
  return lists.flatMap(({ items }) => items);
}

/** Every request that Azure got, whatever it was for. */
async function expectWithinBudget(): Promise<void> {
  const { total, counts } = await stack().emulator.requests();
  if (total / COUNT > BUDGET) throw new Error(`${total} requests for ${COUNT} claims: ${JSON.stringify(counts)}`);
}

const numbers = Array.from({ length: COUNT / 2 }, (_, i) => i);

test(`${COUNT} claims at once become Ready within ${BUDGET} ARM requests each`, async () => {
  await stack().emulator.resetRequests();
  await Promise.all([
    ...numbers.map(i => stack().client.create(machines, aMachine({ metadata: { name: `m${i}` } }))),
    ...numbers.map(i => stack().client.create(nodeClaims, aNodeClaim({ metadata: { name: `n${i}` } }))),
  ]);
  const all = await eventually(
    async () => {
      const found = await claims();
      const ready = found.filter(({ status }) =>
        status?.conditions?.some(c => c.type === 'Ready' && c.status === 'True'),
      );
      // Not by a matcher: a message with half a hundred claims takes longer than all else.
      if (ready.length < COUNT) throw new Error(`${ready.length} of ${COUNT}`);
      return ready;
    },
    { timeoutMs: 180_000, describe: 'all claims are Ready' },
  );
  expect(new Set(all.map(({ status }) => status?.providerID)).size).toBe(COUNT);
  await expectWithinBudget();
});

test(`${COUNT} claims deleted at once are gone within ${BUDGET} ARM requests each`, async () => {
  await stack().emulator.resetRequests();
  const all = await claims();
  await Promise.all(
    all.map(({ kind, metadata: { name } }) =>
      stack().client.delete(kind === 'Machine' ? machines : nodeClaims, { name }),
    ),
  );
  await eventually(async () => expect((await claims()).map(({ metadata }) => metadata.name)).toEqual([]), {
    timeoutMs: 180_000,
  });
  await expectWithinBudget();
  expect((await stack().emulator.state()).pools.filter(({ mode }) => mode !== 'System')).toEqual([]);
});
