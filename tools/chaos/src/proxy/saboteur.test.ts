import type { CrashPoint } from '../plan/crash-point.ts';
import { Saboteur } from './saboteur.ts';
import type { ProxiedRequest } from './write-kind.ts';

const put = (): ProxiedRequest => ({ method: 'PUT', path: '/x/managedClusters/c/agentPools/p', body: '{}' });
const status = (): ProxiedRequest => ({
  method: 'PATCH',
  path: '/apis/karpenter.sh/v1/nodeclaims/n/status',
  body: '{}',
});
const read = (): ProxiedRequest => ({ method: 'GET', path: '/api/v1/nodes', body: '' });
const release = (): ProxiedRequest => ({
  method: 'PATCH',
  path: '/apis/karpenter.sh/v1/nodeclaims/n?fieldManager=x',
  body: '{"metadata":{"finalizers":[]}}',
});

let struck: number[];
let witnessed: string[];
let saboteur: Saboteur;

beforeEach(() => {
  struck = [];
  witnessed = [];
  saboteur = new Saboteur({
    strike: replica => void struck.push(replica),
    witness: { request: 'release claim', look: claim => Promise.resolve(void witnessed.push(claim)) },
    holdUp: () => Promise.resolve(void witnessed.push('held up')),
  });
});

/** What becomes of a request and of its answer. */
async function pass(request: ProxiedRequest, replica = 0): Promise<string> {
  const hook = saboteur.hookFor(replica);
  const verdict = await hook.arriving(request);
  if (typeof verdict === 'object') return String(verdict.status);
  if (verdict === 'hang') return 'no answer';
  return verdict === 'drop' ? 'dropped before' : `${await hook.answered(request)} after`;
}

const at = (request: CrashPoint['request'], nth: number, side: CrashPoint['side']): CrashPoint => ({
  request,
  nth,
  side,
});

test('strikes before the nth request of its kind goes on, and nowhere else', async () => {
  saboteur.aim(at('PUT agentPools', 2, 'before'));
  expect(await pass(put())).toBe('answer after');
  expect(await pass(status())).toBe('answer after');
  expect(struck).toEqual([]);
  expect(await pass(put(), 1)).toBe('dropped before');
  expect(struck).toEqual([1]);
  expect(await pass(put())).toBe('answer after');
  expect(struck).toEqual([1]);
});

test('strikes when the request is carried out and its answer has not gone on', async () => {
  saboteur.aim(at('PUT agentPools', 1, 'after'));
  const hook = saboteur.hookFor(0);
  const request = put();
  expect(await hook.arriving(request)).toBe('forward');
  expect(struck).toEqual([]);
  expect(await hook.answered(request)).toBe('drop');
  expect(struck).toEqual([0]);
});

test('counts writes of any kind where none is named, and never what only reads', async () => {
  saboteur.aim(at('any write', 2, 'before'));
  expect(await pass(read())).toBe('answer after');
  expect(await pass(put())).toBe('answer after');
  expect(await pass(read())).toBe('answer after');
  expect(await pass(status())).toBe('dropped before');
});

test('counts anew when it is aimed again', async () => {
  saboteur.aim(at('PUT agentPools', 1, 'before'));
  await pass(put());
  saboteur.aim(at('PUT agentPools', 1, 'before'));
  expect(await pass(put())).toBe('dropped before');
  expect(struck).toEqual([0, 0]);
});

test('answers for the API server as often as the fault says', async () => {
  saboteur.disturb({ request: 'claim status', do: 409, times: 2 });
  expect(await pass(put())).toBe('answer after');
  expect([await pass(status()), await pass(status()), await pass(status())]).toEqual(['409', '409', 'answer after']);
  expect(saboteur.faultHits).toBe(2);
});

test('loses an answer without a strike', async () => {
  saboteur.disturb({ request: 'claim status', do: 'lose the answer', times: 1 });
  expect(await pass(status())).toBe('drop after');
  expect(struck).toEqual([]);
});

test('strikes also where the fault would have answered', async () => {
  saboteur.disturb({ request: 'claim status', do: 500, times: 1 });
  saboteur.aim(at('claim status', 1, 'after'));
  expect(await pass(status())).toBe('dropped before');
  expect(struck).toEqual([0]);
});

test('holds a request up before it goes on, and lets one hang, whatever it writes', async () => {
  saboteur.disturb({ request: 'any write', do: 'hold it up', times: 1 });
  expect(await pass(put())).toBe('answer after');
  expect(witnessed).toEqual(['held up']);
  saboteur.disturb({ request: 'any write', do: 'hang', times: 1 });
  expect([await pass(read()), await pass(status()), await pass(status())]).toEqual([
    'answer after',
    'no answer',
    'answer after',
  ]);
  expect(saboteur.writes).toBe(3);
});

test('has the pools looked at before a claim is let go', async () => {
  expect(await pass(release())).toBe('answer after');
  expect(witnessed).toEqual(['n']);
});

test('lets a request and its answer go their way when a strike only pauses', async () => {
  saboteur = new Saboteur({
    strike: replica => void struck.push(replica),
    witness: { request: 'release claim', look: () => Promise.resolve() },
    pauses: true,
  });
  saboteur.aim(at('PUT agentPools', 1, 'before'));
  expect(await pass(put())).toBe('answer after');
  saboteur.aim(at('PUT agentPools', 1, 'after'));
  expect(await pass(put())).toBe('answer after');
  expect(struck).toEqual([0, 0]);
});
