import type { Logger } from '@kaito/kube';
import { FakeClock } from '@kaito/testing';
import { start, troubledPod, workspace } from '../../status/status.test-data.ts';
import { Look, type LookOptions } from './look.ts';

const quiet: Logger = { error: nothing, warn: nothing, info: nothing, debug: nothing, child: () => quiet };
function nothing(): void {}

const { signal } = new AbortController();
const clock = new FakeClock(start);
let asked = 0;
let log: string | undefined;

function podLogs(): Promise<string> {
  asked += 1;
  return log === undefined ? Promise.reject(new Error('the kubelet does not answer')) : Promise.resolve(log);
}

/** Only logs are of interest. */
function look(): Look {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing else of it is called
  const options = {
    client: { podLogs },
    models: { lookup: () => ({ state: 'pending' }) },
    warnings: { of: () => Promise.resolve([]) },
    clock,
    logger: quiet,
  } as unknown as LookOptions;
  return new Look(options);
}

const terminated = { exitCode: 1, startedAt: '2026-11-22T12:10:00Z', finishedAt: '2026-11-22T12:11:00Z' };
const crashing = troubledPod({ state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated } });

beforeEach(() => {
  asked = 0;
  log = undefined;
});

async function tail(of: Look): Promise<string | undefined> {
  const workload = { pods: [crashing], statefulSet: undefined, service: undefined };
  return (await of.at(workspace, workload, signal)).logTail;
}

test('the last words of a crash are read once', async () => {
  log = 'Traceback';
  const own = look();
  for (let pass = 0; pass < 3; pass++) expect(await tail(own)).toBe('Traceback');
  expect(asked).toBe(1);
});

test('a log that cannot be read holds nothing up, and is asked for again after a minute', async () => {
  const own = look();
  for (let pass = 0; pass < 3; pass++) expect(await tail(own)).toBeUndefined();
  expect(asked).toBe(1);
  log = 'Traceback';
  await clock.advance(60_000);
  expect(await tail(own)).toBe('Traceback');
});
