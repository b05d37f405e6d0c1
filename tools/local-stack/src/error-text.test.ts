import { readFileSync } from 'node:fs';
import { hasCode, messageOf, rootMessageOf } from './error-text.ts';

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

const fromNode = thrownBy(() => readFileSync('/no/such/file'));

test('reads errors of Node itself, which are no instances of our Error here', () => {
  expect(hasCode(fromNode, 'ENOENT')).toBe(true);
  expect(hasCode(fromNode, 'EACCES')).toBe(false);
  expect(messageOf(fromNode)).toMatch(/ENOENT: no such file/);
});

test('reads whatever else was thrown', () => {
  expect(messageOf('text')).toBe('text');
  expect(messageOf(undefined)).toBe('undefined');
  expect(messageOf(Object.assign(new Error(''), { code: 'ECONNRESET' }))).toBe('ECONNRESET');
  expect(hasCode(undefined, 'ENOENT')).toBe(false);
});

test('finds the innermost cause', () => {
  const error = new TypeError('fetch failed', { cause: new Error('outer', { cause: fromNode }) });
  expect(rootMessageOf(error)).toMatch(/ENOENT/);
  expect(rootMessageOf(new Error('alone'))).toBe('alone');
});
