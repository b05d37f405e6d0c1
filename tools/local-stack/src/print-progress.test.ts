import { Writable } from 'node:stream';
import { printProgress, type ProgressStream } from './print-progress.ts';
import type { ProgressEvent } from './progress.ts';

/** As much of a stream as is printed to. */
function fakeStream(isTTY: boolean): { readonly stream: ProgressStream; readonly printed: () => string } {
  let printed = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      printed += chunk.toString();
      done();
    },
  });
  return { stream: Object.assign(stream, { isTTY, columns: 40 }), printed: () => printed };
}

const events: readonly ProgressEvent[] = [
  { name: 'kwok', phase: 'download', detail: 'from there' },
  { name: 'kwok', phase: 'download', detail: 'from there', percent: 1 },
  { name: 'kwok', phase: 'download', detail: 'from there', percent: 2 },
  { name: 'kwok', phase: 'cache', detail: '/cache/kwok' },
  { name: 'kwok', phase: 'ready', detail: '/cache/kwok' },
];

describe('printProgress', () => {
  test('without a terminal: a line per step, and none per percent', () => {
    const { stream, printed } = fakeStream(false);
    const print = printProgress(stream);
    for (const event of events) print(event);
    expect(printed()).toBe('kwok: download from there\nkwok: ready /cache/kwok\n');
  });

  test('on a terminal: one line that changes and fits, and one that stays when a program is ready', () => {
    const { stream, printed } = fakeStream(true);
    const print = printProgress(stream);
    for (const event of events) print(event);
    print({ name: 'etcd', phase: 'build', detail: 'x'.repeat(100) });
    expect(printed()).toContain('kwok: download from there 2 %');
    expect(printed().match(/\n/g)).toHaveLength(1);
    expect(printed()).toContain('kwok: ready /cache/kwok\n');
    expect(printed()).not.toContain('x'.repeat(40));
  });
});
