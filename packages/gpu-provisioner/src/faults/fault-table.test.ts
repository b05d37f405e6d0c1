import {
  AzureError,
  classifyFault,
  createAzure,
  faultRows,
  findFaultRow,
  isAzureError,
  quotaNumbers,
} from '@kaito/azure';
import { answersOf, azureFaults, LocalAzure } from '@kaito/testing';
import type { AzureFaultCase } from '@kaito/testing';
import { diagnose, faultAdvice } from './diagnose.ts';
import type { FaultAdvice } from './advice/fault-advice.ts';
import { judge, reportOf } from './launch-failure.ts';
import type { LaunchFault } from './launch-failure.ts';

// Every way in which Azure is known to refuse or to fail, over the wire and through everything that reads it, to what is
// reported on the claim.

const NOW = Date.parse('2026-11-22T10:00:00Z');
const body = {
  vmSize: 'Standard_NC6s_v3',
  count: 1,
  osSku: 'Ubuntu',
  labels: {},
  taints: [],
  tags: {},
} as const;

let arm: LocalAzure;

beforeAll(async () => {
  arm = await LocalAzure.start();
});
afterEach(() => arm.reset());
afterAll(() => arm.close());

const newAzure = () => createAzure({ ...arm.config(), now: () => NOW });

async function refusalOf(call: Promise<unknown>): Promise<AzureError> {
  const outcome: unknown = await call.then(
    value => value,
    (error: unknown) => error,
  );
  if (!isAzureError(outcome)) throw new Error(`not refused but ${JSON.stringify(outcome)}`);
  return outcome;
}

/** The fault as it comes out of the client, by every way on which it can come. */
async function arrivalsOf(example: AzureFaultCase): Promise<readonly LaunchFault[]> {
  const { via, code, message, details = null } = example.fault;
  if (via === 'local') return [new AzureError(message, { code })];
  if (via === 'operation') return await failedPool({ code, message, details });
  const faults: LaunchFault[] = [];
  for (const answer of answersOf(example)) {
    if (via === 'token') arm.tokenAnswers.push(answer);
    else arm.answer('PUT /', answer);
    faults.push(await refusalOf(newAzure().agentPools.create('ws1', body)));
  }
  return faults;
}

/** The cause of a failed operation, from the operation and from the pool that it left behind. */
async function failedPool(error: object): Promise<readonly LaunchFault[]> {
  const properties = { provisioningState: 'Failed', status: { provisioningError: error } };
  arm.answer('GET /operations/1', { status: 200, body: { status: 'Failed', error } });
  arm.answer('GET /subscriptions', { status: 200, body: { value: [{ name: 'ws1', properties }] } });
  const azure = newAzure();
  const operation = await azure.agentPools.operation(`${arm.url}/operations/1`);
  const [pool] = await azure.agentPools.list();
  const causes = [operation.error, pool?.provisioningError];
  return causes.map(cause => cause ?? { kind: 'unknown', code: 'none', message: 'no cause was given' });
}

const label = ({ fault: { via, status, code }, message }: AzureFaultCase): string =>
  `${via} ${status ?? ''} ${code}: ${message.slice(0, 90)}`;

test.each(azureFaults.map(example => [label(example), example] as const))('%s', async (_, example) => {
  const arrivals = await arrivalsOf(example);
  expect(arrivals.length).toBeGreaterThan(0);
  for (const fault of arrivals) {
    const { kind, code, message, retryAfterMs } = fault;
    const expected = { kind: example.kind, code: example.code, message: example.message };
    expect({ kind, code, message, retryAfterMs }).toEqual({ ...expected, retryAfterMs: example.retryAfterMs });
    expect(example.quota && quotaNumbers(message)).toEqual(example.quota);
    const { reason, mover, nextStep } = diagnose(fault);
    expect({ reason, mover }).toEqual({ reason: example.reason, mover: example.mover });
    expect(nextStep).toMatch(example.step);
    const failure = judge(fault, { generation: 1, previous: undefined, now: 0, random: 0 });
    expect(failure.final ? 'never' : failure.retryInMs).toBe(example.retryInMs);
    const report = reportOf(failure);
    expect(report.reason).toBe(example.reason);
    expect(report.message).toContain(example.message);
    expect(report.message).toMatch(example.step);
  }
});

const signsOf = ({ fault: { status, code, message } }: AzureFaultCase) => ({ statusCode: status, code, message });

test('no row of the table of faults is without an example', () => {
  const used = new Set(azureFaults.map(example => findFaultRow(signsOf(example))));
  expect(faultRows.filter(row => !used.has(row)).map(({ note }) => note)).toEqual([]);
});

const opening = ({ nextStep }: FaultAdvice): string => nextStep.split('{', 1)[0] ?? '';

test('no advice is without an example', () => {
  const steps = azureFaults.map(example => {
    const kind = classifyFault(signsOf(example));
    return diagnose({ kind, code: example.code, message: example.message }).nextStep;
  });
  const unused = faultAdvice.filter(advice => !steps.some(step => step.startsWith(opening(advice))));
  expect(unused.map(({ nextStep }) => nextStep)).toEqual([]);
});

test('advice that cannot be filled is not given half', () => {
  const { nextStep } = diagnose({ kind: 'quota', code: 'QuotaExceeded', message: 'No more.' });
  expect(nextStep).toBe('ask for more quota, or free cores of this family');
});
