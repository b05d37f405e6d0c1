import { WholeCharacters } from './whole-characters.ts';

/** Tokens that are bytes. */
const detokenize = (tokens: readonly number[]): string => new TextDecoder().decode(Uint8Array.from(tokens));

test('a character of several tokens comes out when it is whole', () => {
  const characters = new WholeCharacters(detokenize);
  const pieces = [...new TextEncoder().encode('a€😀b')].map(byte => characters.add(byte));
  expect(pieces).toEqual(['a', '', '', '€', '', '', '', '😀', 'b']);
});

test('what is no character is not held back for ever', () => {
  const characters = new WholeCharacters(detokenize);
  expect([0xf0, 0x9f].map(byte => characters.add(byte))).toEqual(['', '']);
  expect(characters.end()).toContain('\ufffd');
});
