import { assert, property, string } from 'fast-check';
import { readTags, TagsError } from './tags.ts';

test.each([
  [undefined, {}],
  ['', {}],
  ['team=ml', { team: 'ml' }],
  [' team = ml , cost center=42,', { team: 'ml', 'cost center': '42' }],
  ['note=a=b', { note: 'a=b' }],
  ['empty=', { empty: '' }],
])('%j is %j', (text, tags) => {
  expect(readTags(text)).toEqual(tags);
});

test.each([
  ['team', 'not name=value'],
  ['=ml', 'not name=value'],
  ['a/b=c', 'tag name "a/b"'],
  [`a=${'x'.repeat(257)}`, '256'],
  ['kaito.sh_claim-uid=u1', 'reserved'],
  ['Kaito.sh_managed-by=me', 'reserved'],
  [Array.from({ length: 41 }, (_, i) => `t${i}=v`).join(','), 'more than 40'],
])('%j is refused', (text, words) => {
  expect(() => readTags(text)).toThrow(words);
});

function outcome(text: string): string {
  try {
    return Object.keys(readTags(text)).some(name => /[<>%&\\?/]/.test(name)) ? 'bad' : 'tags';
  } catch (error) {
    return error instanceof TagsError ? 'refused' : 'thrown';
  }
}

test('whatever the text, there are tags that Azure takes, or a TagsError', () => {
  expect(() => assert(property(string(), text => ['tags', 'refused'].includes(outcome(text))))).not.toThrow();
});
