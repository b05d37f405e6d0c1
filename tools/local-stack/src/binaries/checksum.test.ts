import { findChecksum, pinnedChecksums } from './checksum.ts';

const SUM = 'a'.repeat(64);
const OTHER = 'b'.repeat(64);

describe('findChecksum', () => {
  test.each([
    ['a bare sum', `${SUM}\n`],
    ['a bare sum in capitals', SUM.toUpperCase()],
    ['a line for the file', `${OTHER}  other\n${SUM}  tool.tar.gz\n`],
    ['a line in binary mode', `${SUM} *tool.tar.gz\n`],
    ['a line with a path', `${SUM}  ./release/tool.tar.gz\n`],
  ])('reads %s', (_form, published) => {
    expect(findChecksum(published, 'tool.tar.gz')).toBe(SUM);
  });

  test.each([
    ['an error page', '<html>not found</html>'],
    ['nothing', ''],
    ['lines for other files', `${SUM}  other\n${OTHER}  another\n`],
    ['a sum that is too short', `${SUM.slice(1)}\n`],
  ])('finds none in %s', (_what, published) => {
    expect(findChecksum(published, 'tool.tar.gz')).toBeUndefined();
  });
});

test('pinned sums are SHA-256 sums', async () => {
  for (const sum of Object.values(await pinnedChecksums())) expect(sum).toMatch(/^[0-9a-f]{64}$/);
});
