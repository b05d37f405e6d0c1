import * as fc from 'fast-check';
import { contains } from './contains.ts';

test.each<[string, unknown, unknown, boolean]>([
  ['a subset', { a: 1, b: { c: 2, d: 3 } }, { b: { c: 2 } }, true],
  ['another value', { a: 1 }, { a: 2 }, false],
  ['a missing field', { a: 1 }, { b: 2 }, false],
  ['a quantity written differently', { memory: '1Gi' }, { memory: '1024Mi' }, false],
  ['a number and its text', { port: 80 }, { port: '80' }, false],
  ['an undefined field', { a: 1 }, { a: 1, b: undefined }, true],
  ['empty values that the server leaves out', {}, { a: {}, b: [], c: '', d: false, e: 0, f: { g: {} } }, true],
  ['an empty value where there is one', { a: 'x' }, { a: '' }, false],
  ['defaults within list items', [{ name: 'c', image: 'i', pullPolicy: 'Always' }], [{ name: 'c', image: 'i' }], true],
  ['an item that others added', [{ name: 'c' }, { name: 'sidecar' }], [{ name: 'c' }], true],
  ['items in another order', [{ name: 'b' }, { name: 'a' }], [{ name: 'a' }, { name: 'b' }], true],
  ['an item twice', [{ name: 'a' }], [{ name: 'a' }, { name: 'a' }], false],
  ['another command line', ['run', '--fast'], ['run'], false],
  ['a command line in another order', ['a', 'b'], ['b', 'a'], false],
  ['a list and an object', {}, [{ a: 1 }], false],
  ['an object and a text', 'x', { a: 1 }, false],
])('%s', (_name, live, desired, expected) => {
  expect(contains(live, desired)).toBe(expected);
});

test('every value contains itself', () => {
  fc.assert(
    fc.property(fc.jsonValue(), value => {
      expect(contains(value, value)).toBe(true);
    }),
  );
});
