import type { ClaimKey } from '../claims/claim.ts';
import type { Demand } from './demand.ts';
import { Room } from './room.ts';
import { WaitingList } from './waiting-list.ts';

const small: Demand = { vcpus: 6, family: '', spot: false };
const large: Demand = { vcpus: 24, family: '', spot: false };

/** So many cores are left, and nothing else is limited. */
function cores(free: number): Room {
  const numbers = { limit: free, others: 0, othersAtLeast: 0, ours: 0, inFlight: 0, free };
  return new Room(key => (key === 'cores' ? { counter: 'cores', displayName: 'cores', ...numbers } : undefined));
}

function lineOf(...demands: readonly (readonly Demand[])[]): WaitingList {
  const list = new WaitingList();
  demands.forEach((wanted, i) => list.wait(claim(i), wanted));
  return list;
}

function claim(i: number): { readonly uid: string; readonly key: ClaimKey } {
  return { uid: `u${i}`, key: `Machine/m${i}` };
}

test('thirty wait and one fits: one is called, and once', () => {
  const list = lineOf(...Array.from({ length: 30 }, () => [small]));
  expect(list.call(cores(11), 0)).toEqual(['Machine/m0']);
  expect(list.call(cores(11), 1)).toEqual([]);
  expect(list.call(cores(12), 2)).toEqual(['Machine/m1']);
});

test('who asked again in vain is called again, in the old place', () => {
  const list = lineOf([small], [small]);
  expect(list.call(cores(6), 0)).toEqual(['Machine/m0']);
  list.wait(claim(0), [small]);
  expect(list.call(cores(0), 1)).toEqual([]);
  expect(list.call(cores(6), 2)).toEqual(['Machine/m0']);
});

test('one that does not fit lets those pass that do', () => {
  expect(lineOf([large], [small], [small]).call(cores(13), 0)).toEqual(['Machine/m1', 'Machine/m2']);
});

test('any of several demands will do', () => {
  expect(lineOf([large, small]).call(cores(6), 0)).toEqual(['Machine/m0']);
});

test('one that was called and does not come loses its place to the next', () => {
  const list = lineOf([small], [small]);
  list.call(cores(6), 0);
  expect(list.call(cores(6), 29_999)).toEqual([]);
  expect(list.call(cores(6), 30_000)).toEqual(['Machine/m1']);
  expect(list.size).toBe(1);
});

test('a newcomer stands behind everybody, and each in the line behind those before it', () => {
  const list = lineOf([small], [small]);
  const left = (uid: string): number => {
    const room = cores(18);
    list.serveBefore(uid, room);
    return [small, small, small].filter(demand => room.takeFirst([demand])).length;
  };
  expect([left('u0'), left('u1'), left('newcomer')]).toEqual([3, 2, 1]);
});

test('who leaves is not called', () => {
  const list = lineOf([small], [small]);
  expect([list.leave('u0'), list.leave('u0')]).toEqual([true, false]);
  expect(list.call(cores(6), 0)).toEqual(['Machine/m1']);
});
