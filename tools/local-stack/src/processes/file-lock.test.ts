import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { useTemporaryFolder } from '../fixtures/temporary-folder.ts';
import { withLock } from './file-lock.ts';
import { identify } from './host-process.ts';

describe('withLock', () => {
  const folder = useTemporaryFolder();
  const file = (): string => join(folder(), 'lock');

  test('gives what the work gives and leaves nothing', async () => {
    expect(await withLock(file(), () => Promise.resolve(7))).toBe(7);
    expect(readdirSync(folder())).toEqual([]);
  });

  test('lets go when the work fails', async () => {
    await expect(withLock(file(), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(existsSync(file())).toBe(false);
  });

  test('many processes at once: none loses what another has done', async () => {
    const counter = join(folder(), 'counter');
    writeFileSync(counter, '0');
    const script = `
      import { readFileSync, writeFileSync } from 'node:fs';
      import { setTimeout as delay } from 'node:timers/promises';
      import { withLock } from ${JSON.stringify(fileURLToPath(new URL('file-lock.ts', import.meta.url)))};
      for (let i = 0; i < 5; i++) await withLock(${JSON.stringify(file())}, async () => {
        const before = Number(readFileSync(${JSON.stringify(counter)}, 'utf8'));
        await delay(2);
        writeFileSync(${JSON.stringify(counter)}, String(before + 1));
      });`;
    const run = promisify(execFile);
    await Promise.all(
      [1, 2, 3].map(() => run(process.execPath, ['--conditions=@kaito/source', '--input-type=module', '-e', script])),
    );
    expect(readFileSync(counter, 'utf8')).toBe('15');
  }, 30_000);

  test('breaks the lock of a process that is dead, even when many see it at once', async () => {
    writeFileSync(file(), JSON.stringify({ ...identify(process.pid), startTime: '1' }));
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      await Promise.resolve();
      inside--;
    };
    await Promise.all([1, 2, 3, 4].map(() => withLock(file(), work)));
    expect(most).toBe(1);
  });

  test('tells once who holds it, and ends with the reason of its signal', async () => {
    writeFileSync(file(), JSON.stringify(identify(process.pid)));
    const stop = new AbortController();
    const holders: number[] = [];
    const waiting = withLock(file(), () => Promise.resolve(), {
      signal: stop.signal,
      onWait: ({ pid }) => {
        holders.push(pid);
        setTimeout(() => stop.abort(new Error('enough')), 250);
      },
    });
    await expect(waiting).rejects.toThrow('enough');
    expect(holders).toEqual([process.pid]);
    expect(existsSync(file())).toBe(true);
  });
});
