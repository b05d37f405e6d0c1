import { allowedValues } from './requirement.ts';

const key = 'node.kubernetes.io/instance-type';

test('no In requirement for the key leaves the choice open', () => {
  expect(allowedValues(undefined, key)).toBeUndefined();
  expect(allowedValues([{ key: 'other', operator: 'In', values: ['a'] }], key)).toBeUndefined();
  expect(allowedValues([{ key, operator: 'NotIn', values: ['a'] }], key)).toBeUndefined();
});

test('several In requirements leave what they share, in the order of the first', () => {
  const requirements = [
    { key, operator: 'In', values: ['c', 'a', 'b'] },
    { key, operator: 'In', values: ['b', 'c'] },
  ];
  expect(allowedValues(requirements, key)).toEqual(['c', 'b']);
});

test('an In requirement without values, and two that share nothing, leave nothing', () => {
  expect(allowedValues([{ key, operator: 'In' }], key)).toEqual([]);
  const apart = ['a', 'b'].map(value => ({ key, operator: 'In', values: [value] }));
  expect(allowedValues(apart, key)).toEqual([]);
});
