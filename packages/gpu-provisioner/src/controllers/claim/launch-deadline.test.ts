import { tagsFor } from '../../pools/ownership.ts';
import { anAgentPool } from '../../testing/stand-ins.ts';
import { punctuality } from './launch-deadline.ts';

const MINUTE = 60_000;
const deadlines = { launchMs: 30 * MINUTE, registrationMs: 15 * MINUTE, initializationMs: 20 * MINUTE };
const tags = tagsFor({ kind: 'Machine', name: 'm', uid: 'u1' }, 0);
const creating = anAgentPool('m', { provisioningState: 'Creating', tags });
const finished = anAgentPool('m', { tags });

test('launch timeout: AKS has as long as configured, to the millisecond', () => {
  expect(punctuality(creating, undefined, deadlines, 30 * MINUTE - 1)).toEqual({ dueInMs: 1 });
  expect(punctuality(creating, undefined, deadlines, 30 * MINUTE)).toMatchObject({
    late: { kind: 'node', code: 'LaunchTimeout', message: expect.stringContaining('within 30 min') },
  });
});

test('registration timeout: the node has its time from when the pool was seen finished', () => {
  expect(punctuality(finished, 5 * MINUTE, deadlines, 20 * MINUTE - 1)).toEqual({ dueInMs: 1 });
  expect(punctuality(finished, 5 * MINUTE, deadlines, 20 * MINUTE)).toMatchObject({
    late: { code: 'RegistrationTimeout', message: expect.stringContaining('has not joined') },
  });
});

test('registration timeout after a restart: not longer than launch and registration together', () => {
  expect(punctuality(finished, undefined, deadlines, 45 * MINUTE - 1)).toEqual({ dueInMs: 1 });
  expect(punctuality(finished, 44 * MINUTE, deadlines, 45 * MINUTE)).toMatchObject({
    late: { code: 'RegistrationTimeout' },
  });
});

test('an adopted pool, which tells no time, is never given up', () => {
  const adopted = anAgentPool('m', { provisioningState: 'Creating', tags: {} });
  expect(punctuality(adopted, undefined, deadlines, Number.MAX_SAFE_INTEGER)).toEqual({ dueInMs: Infinity });
});
