import { setCondition } from './conditions.ts';
import type { Condition } from './conditions.ts';

const at = (hour: number): number => Date.UTC(2026, 0, 1, hour, 0, 0, 500);
const ready: Condition = {
  type: 'Ready',
  status: 'False',
  reason: 'Waiting',
  message: 'for a node',
  lastTransitionTime: '2026-01-01T00:00:00Z',
  observedGeneration: 1,
};

test('a new condition stands at the end, with the time in whole seconds', () => {
  const stated = { type: 'Launched', status: 'True', reason: 'Launched', message: '' } as const;
  expect(setCondition([ready], stated, { now: at(1), observedGeneration: 2 })).toEqual([
    ready,
    { ...stated, lastTransitionTime: '2026-01-01T01:00:00Z', observedGeneration: 2 },
  ]);
  expect(setCondition(undefined, stated, { now: at(1) })).toEqual([
    { ...stated, lastTransitionTime: '2026-01-01T01:00:00Z' },
  ]);
});

test('another reason does not move the time; another status does', () => {
  const same = setCondition([ready], { ...ready, reason: 'Other' }, { now: at(1) });
  expect(same).toMatchObject([{ reason: 'Other', lastTransitionTime: ready.lastTransitionTime }]);
  const moved = setCondition([ready], { ...ready, status: 'True' }, { now: at(1) });
  expect(moved).toMatchObject([{ status: 'True', lastTransitionTime: '2026-01-01T01:00:00Z' }]);
});

test('the order stays, and the input is not changed', () => {
  const other = { ...ready, type: 'Other' };
  const before = Object.freeze([ready, other]);
  expect(setCondition(before, { ...ready, status: 'True' }, { now: at(1) }).map(({ type }) => type)).toEqual([
    'Ready',
    'Other',
  ]);
});
