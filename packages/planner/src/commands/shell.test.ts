import { assert, property, string } from 'fast-check';
import { commandLine, shellWord } from './shell.ts';

/** What a POSIX shell makes of a word of plain text, quoted text and escaped quotes. */
function unquoted(word: string): string {
  return word.replaceAll(
    /'([^']*)'|\\(.)/gs,
    (_, inside: string | undefined, escaped: string | undefined) => inside ?? escaped ?? '',
  );
}

describe('shellWord', () => {
  it('leaves what a shell reads as itself', () => {
    expect(shellWord('--model=meta-llama/Llama-3.3-70B-Instruct')).toBe('--model=meta-llama/Llama-3.3-70B-Instruct');
  });

  it.each([
    ['$(id)', `'$(id)'`],
    ["it's", String.raw`'it'\''s'`],
    ['a b; c', `'a b; c'`],
    ['', `''`],
    ['a\nb', `'a\nb'`],
  ])('quotes %j', (text, expected) => {
    expect(shellWord(text)).toBe(expected);
  });

  it('gives back every text', () => {
    const comesBack = property(string({ unit: 'binary-ascii' }), text => unquoted(shellWord(text)) === text);
    expect(() => assert(comesBack)).not.toThrow();
  });
});

describe('commandLine', () => {
  it('writes flags in their order', () => {
    expect(commandLine('run', { b: '1', a: true, json: '{"x":1}' })).toBe(`run --b=1 --a '--json={"x":1}'`);
  });
});
