import { matchesLabels } from './label-selector.ts';

const labels = { app: 'web', tier: 'front', 'kaito.sh/workspace': '' };

test.each([
  ['app=web', true],
  ['app==web', true],
  ['app=db', false],
  ['app!=db', true],
  ['app!=web', false],
  ['other!=web', true],
  ['app', true],
  ['other', false],
  ['!other', true],
  ['! app', false],
  ['kaito.sh/workspace', true],
  ['kaito.sh/workspace=', true],
  ['app in (web, db)', true],
  ['app in (db)', false],
  ['other in (web)', false],
  ['app notin (db,web)', false],
  ['other notin (web)', true],
  ['app in (web,db),tier=front,!x', true],
  ['app in (web,db),tier=back', false],
  ['', true],
  ['toString', false],
])('%s matches: %s', (selector, expected) => {
  expect(matchesLabels(selector, labels)).toBe(expected);
});

test('a term that makes no sense is an error', () => {
  expect(() => matchesLabels('a b c', labels)).toThrow(SyntaxError);
});
