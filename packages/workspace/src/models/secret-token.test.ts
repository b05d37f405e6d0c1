import { tokenOf } from './secret-token.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('tokenOf', () => {
  test('gives the token without the line break that editors add', () => {
    expect(tokenOf({ HF_TOKEN: base64('hf_abc\n') })).toBe('hf_abc');
  });

  test.each([
    ['no data', undefined],
    ['another key', { TOKEN: base64('hf_abc') }],
    ['empty', { HF_TOKEN: '' }],
    ['two lines', { HF_TOKEN: base64('hf_abc\nX-Evil: 1') }],
    ['not text', { HF_TOKEN: 'AP8A' }],
  ])('%s: none', (_, data) => {
    expect(tokenOf(data)).toBeUndefined();
  });
});
