import { labels } from '@kaito/crds';
import * as fc from 'fast-check';
import { constrain, singleValues } from './requirements.ts';

const KEY = 'example.com/size';
const term = (operator: string, ...values: string[]) => ({ key: KEY, operator, values });
const admits = (value: string | undefined, ...terms: ReturnType<typeof term>[]) => constrain(terms, KEY).admits(value);

describe('constrain', () => {
  test('lists what all terms admit, in the order of the first In', () => {
    const wish = constrain([term('In', 'c', 'a', 'b'), term('NotIn', 'a'), term('In', 'b', 'c')], KEY);
    expect(wish).toMatchObject({ listed: ['c', 'b'], named: true, constrained: true });
  });

  test('does not mind terms on other keys', () => {
    const wish = constrain([{ key: 'other', operator: 'In', values: ['x'] }], KEY);
    expect(wish).toMatchObject({ listed: [], named: false, constrained: false });
    expect([wish.admits('anything'), wish.admits(undefined)]).toEqual([true, true]);
  });

  test.each([
    ['In', ['4'], '4', true],
    ['In', ['4'], '5', false],
    ['In', [], '4', false],
    ['NotIn', ['4'], '5', true],
    ['NotIn', ['4'], '4', false],
    ['Exists', [], '4', true],
    ['DoesNotExist', [], '4', false],
    ['Gt', ['4'], '5', true],
    ['Gt', ['4'], '4', false],
    ['Gt', ['4'], 'words', false],
    ['Gt', ['4'], '', false],
    ['Gt', ['4', '1'], '5', false],
    ['Gt', [], '5', false],
    ['Gt', [''], '5', false],
    ['Gt', ['0x1'], '5', false],
    ['Lt', ['4'], '3', true],
    ['Lt', ['4'], '4', false],
    ['Gte', ['4'], '4', true],
    ['Gte', ['4'], '3', false],
    ['Lte', ['4'], '4', true],
    ['Lte', ['4'], '5', false],
    ['Sounds', ['4'], '4', false],
    ['constructor', ['4'], '4', false],
  ])('%s %j on "%s" is %s', (operator, values, value, expected) => {
    expect(admits(value, term(operator, ...values))).toBe(expected);
  });

  test.each([
    ['In', ['4'], false],
    ['NotIn', ['4'], true],
    ['Exists', [], false],
    ['DoesNotExist', [], true],
    ['Gt', ['4'], false],
    ['Lte', ['4'], false],
    ['Sounds', ['4'], false],
  ])('%s %j on a machine without the key is %s', (operator, values, expected) => {
    expect(admits(undefined, term(operator, ...values))).toBe(expected);
  });

  test('all terms have to admit a value', () => {
    const between = [term('Gt', '2'), term('Lte', '8'), term('NotIn', '4')];
    expect(['2', '3', '4', '8', '9'].filter(value => admits(value, ...between))).toEqual(['3', '8']);
  });

  test('names a value once that is listed twice, however it is spelt', () => {
    const terms = [term('In', 'A', 'a', 'b', 'A'), term('NotIn', 'B')];
    expect(constrain(terms, KEY, value => value.toLowerCase()).listed).toEqual(['A']);
  });

  test('reads the older names of well-known labels as the new ones', () => {
    const old = { key: 'failure-domain.beta.kubernetes.io/zone', operator: 'In', values: ['eastus-1', 'eastus-2'] };
    const current = { key: labels.zone, operator: 'NotIn', values: ['eastus-1'] };
    expect(constrain([old, current], labels.zone).listed).toEqual(['eastus-2']);
  });

  test('what it lists, it admits; and it never throws', () => {
    const value = fc.oneof(fc.constantFrom('', '1', '4', '-2', 'a'), fc.string({ maxLength: 4 }));
    const anyTerm = fc.record({
      key: fc.constantFrom(KEY, 'other'),
      operator: fc.oneof(fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt', 'Gte', 'Lte'), value),
      values: fc.array(value, { maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(anyTerm, { maxLength: 5 }), terms => {
        const wish = constrain(terms, KEY);
        expect(wish.listed.every(wish.admits)).toBe(true);
        expect(new Set(wish.listed).size).toBe(wish.listed.length);
      }),
    );
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
