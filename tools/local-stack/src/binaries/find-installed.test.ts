import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fakeProgram } from '../fixtures/fake-program.ts';
import { useTemporaryFolder } from '../fixtures/temporary-folder.ts';
import { binaries } from './catalogue.ts';
import { findInstalled } from './find-installed.ts';

describe('findInstalled', () => {
  const folder = useTemporaryFolder();
  const first = (): string => join(folder(), 'first');
  const second = (): string => join(folder(), 'second');
  const reports: string[] = [];
  const search = (): Promise<string | undefined> =>
    findInstalled(binaries.etcd, {
      searchPath: [join(folder(), 'missing'), first(), second()],
      onProgress: ({ detail }) => reports.push(detail),
    });
  beforeEach(() => {
    reports.length = 0;
  });

  test('takes the first that fits', async () => {
    const file = fakeProgram(first(), 'etcd', 'echo etcd Version: 3.5.9');
    fakeProgram(second(), 'etcd', 'echo etcd Version: 3.6.16');
    expect(await search()).toBe(file);
    expect(reports).toEqual([`${file}: installed, 3.5.9`]);
  });

  test('passes over one that is too old, and says so', async () => {
    const old = fakeProgram(first(), 'etcd', 'echo etcd Version: 3.4.1');
    const file = fakeProgram(second(), 'etcd', 'echo etcd Version: 3.6.16');
    expect(await search()).toBe(file);
    expect(reports[0]).toBe(`${old}: passed over, 3.4.1 is too far from 3.6.16`);
  });

  test('passes over one that fails, prints no version, or cannot be executed', async () => {
    const broken = fakeProgram(first(), 'etcd', 'echo missing library >&2; exit 127');
    const mute = fakeProgram(second(), 'etcd', 'echo hello');
    expect(await search()).toBeUndefined();
    expect(reports).toEqual([
      `${broken}: passed over, ${broken} --version failed (exit 127): missing library`,
      `${mute}: passed over, it prints no version`,
    ]);
    reports.length = 0;
    writeFileSync(join(first(), 'etcd'), 'not a program', { mode: 0o755 });
    expect(await search()).toBeUndefined();
    expect(reports[0]).toMatch(/passed over/);
  });

  test('does not look at what is not executable', async () => {
    fakeProgram(first(), 'other', 'exit 0');
    writeFileSync(join(first(), 'etcd'), '#!/bin/sh\necho etcd Version: 3.6.16\n', { mode: 0o644 });
    expect(await search()).toBeUndefined();
    expect(reports).toEqual([]);
  });

  test('ends with the reason of its signal', async () => {
    fakeProgram(first(), 'etcd', 'exec sleep 1000');
    const stop = new AbortController();
    const searching = findInstalled(binaries.etcd, {
      searchPath: [first()],
      onProgress: () => undefined,
      signal: stop.signal,
    });
    stop.abort(new Error('enough'));
    await expect(searching).rejects.toThrow('enough');
  });
});
