import { constrain, singleValues } from './requirements.ts';

const KEY = 'example.com/size';
const term = (operator: string, ...values: string[]) => ({ key: KEY, operator, values });

describe('constrain', () => {
  test('lists what all terms admit, in the order of the first In', () => {
    const wish = constrain([term('In', 'c', 'a', 'b'), term('NotIn', 'a'), term('In', 'b', 'c')], KEY);
    expect(wish.listed).toEqual(['c', 'b']);
    expect(wish.constrained).toBe(true);
  });

  test('does not mind terms on other keys', () => {
    const wish = constrain([{ key: 'other', operator: 'In', values: ['x'] }], KEY);
    expect([wish.listed, wish.constrained, wish.admits('anything')]).toEqual([[], false, true]);
  });

  test.each([
    ['In', ['4'], '4', true],
    ['In', ['4'], '5', false],
    ['NotIn', ['4'], '5', true],
    ['NotIn', ['4'], '4', false],
    ['Exists', [], '4', true],
    ['DoesNotExist', [], '4', false],
    ['Gt', ['4'], '5', true],
    ['Gt', ['4'], '4', false],
    ['Gt', ['4'], 'words', false],
    ['Lt', ['4'], '3', true],
    ['Lt', ['4'], '4', false],
    ['Gte', ['4'], '4', true],
    ['Lte', ['4'], '5', false],
    ['Sounds', ['4'], '4', false],
  ])('%s %j on "%s" is %s', (operator, values, value, expected) => {
    expect(constrain([term(operator, ...values)], KEY).admits(value)).toBe(expected);
  });

  test('names a value once that is listed twice', () => {
    expect(constrain([term('In', 'a', 'a')], KEY).listed).toEqual(['a']);
  });
});

test('singleValues gives a label for a key that is down to one value, and for no other', () => {
  const requirements = [
    { key: 'one', operator: 'In', values: ['x'] },
    { key: 'two', operator: 'In', values: ['x', 'y'] },
    { key: 'narrowed', operator: 'In', values: ['x', 'y'] },
    { key: 'narrowed', operator: 'NotIn', values: ['x'] },
    { key: 'free', operator: 'Exists' },
  ];
  expect(singleValues(requirements)).toEqual({ one: 'x', narrowed: 'y' });
});
