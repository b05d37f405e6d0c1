import { findCondition, isFalse, isTrue } from './condition.ts';

const claim = {
  status: {
    conditions: [
      { type: 'Launched', status: 'True', reason: 'Launched' },
      { type: 'Registered', status: 'Unknown', reason: 'NodeNotFound' },
      { type: 'Ready', status: 'False', reason: 'UnhealthyDependents' },
    ],
  },
};

test('findCondition returns the condition of a type with all that it holds', () => {
  expect(findCondition(claim, 'Registered')?.reason).toBe('NodeNotFound');
  expect(findCondition(claim, 'Initialized')).toBeUndefined();
  expect(findCondition({}, 'Ready')).toBeUndefined();
});

test.each([
  ['Launched', true, false],
  ['Registered', false, false],
  ['Ready', false, true],
  ['Initialized', false, false],
])('%s: isTrue %s, isFalse %s', (type, yes, no) => {
  expect([isTrue(claim, type), isFalse(claim, type)]).toEqual([yes, no]);
});
