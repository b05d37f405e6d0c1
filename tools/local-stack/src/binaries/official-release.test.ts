import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useReleaseServer } from '../fixtures/release-server.ts';
import { useTemporaryFolder } from '../fixtures/temporary-folder.ts';
import type { ProgressEvent } from '../progress.ts';
import { binaries } from './catalogue.ts';
import { downloadRelease, type ReleaseOptions } from './official-release.ts';

const sumOf = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');

describe('downloadRelease', () => {
  const folder = useTemporaryFolder();
  const server = useReleaseServer();
  const kubectl = '/release/v1.36.3/bin/linux/amd64/kubectl';
  const program = '#!/bin/sh\necho hello\n';

  const options = (overrides: Partial<ReleaseOptions> = {}): ReleaseOptions => ({
    platform: { os: 'linux', arch: 'amd64' },
    baseUrl: server().url,
    pinned: {},
    workDir: folder(),
    onProgress: () => undefined,
    ...overrides,
  });

  test('takes a program whose sum is the published one, ready to run', async () => {
    server().serve(kubectl, program);
    server().serve(`${kubectl}.sha256`, `${sumOf(program)}\n`);
    const file = await downloadRelease(binaries.kubectl, options());
    expect(execFileSync(file, { encoding: 'utf8' })).toBe('hello\n');
    expect(statSync(file).mode & 0o777).toBe(0o755);
  });

  test('throws a program with another sum away', async () => {
    server().serve(kubectl, `${program}# and more`);
    server().serve(`${kubectl}.sha256`, sumOf(program));
    await expect(downloadRelease(binaries.kubectl, options())).rejects.toThrow(
      `its SHA-256 is ${sumOf(`${program}# and more`)}, not ${sumOf(program)}`,
    );
    expect(existsSync(join(folder(), 'kubectl'))).toBe(false);
  });

  test('does not take a program without a published sum', async () => {
    server().serve(kubectl, program);
    await expect(downloadRelease(binaries.kubectl, options())).rejects.toThrow(
      /kubectl\.sha256: the server answered 404/,
    );
    expect(server().requests).not.toContain(kubectl);
  });

  test('does not take a sum from a page that holds none', async () => {
    server().serve(kubectl, program);
    server().serve(`${kubectl}.sha256`, '<html>sign in</html>');
    await expect(downloadRelease(binaries.kubectl, options())).rejects.toThrow(/it holds no SHA-256 of kubectl/);
  });

  test('a pinned sum overrules the published one', async () => {
    server().serve(kubectl, program);
    server().serve(`${kubectl}.sha256`, sumOf(program));
    const pinned = { [kubectl.slice(1)]: sumOf('what was pinned') };
    await expect(downloadRelease(binaries.kubectl, options({ pinned }))).rejects.toThrow(
      `not ${sumOf('what was pinned')}`,
    );
  });

  test('takes etcd out of its archive', async () => {
    const content = join(folder(), 'content');
    mkdirSync(join(content, 'etcd-v3.6.16-linux-amd64'), { recursive: true });
    writeFileSync(join(content, 'etcd-v3.6.16-linux-amd64/etcd'), program, { mode: 0o644 });
    writeFileSync(join(content, 'etcd-v3.6.16-linux-amd64/README.md'), 'no');
    const archive = execFileSync('tar', ['-cz', '-C', content, 'etcd-v3.6.16-linux-amd64']);
    server().serve('/v3.6.16/etcd-v3.6.16-linux-amd64.tar.gz', archive);
    server().serve(
      '/v3.6.16/SHA256SUMS',
      `${'0'.repeat(64)}  other\n${sumOf(archive)}  etcd-v3.6.16-linux-amd64.tar.gz\n`,
    );
    const file = await downloadRelease(binaries.etcd, options());
    expect(readFileSync(file, 'utf8')).toBe(program);
    expect(execFileSync(file, { encoding: 'utf8' })).toBe('hello\n');
    expect(existsSync(join(folder(), 'etcd-v3.6.16-linux-amd64/README.md'))).toBe(false);
  });

  test('says how far it is', async () => {
    server().serve('/v0.8.0/kwok-linux-amd64', (_request, response) =>
      response.setHeader('content-length', program.length).end(program),
    );
    server().serve('/v0.8.0/checksums.txt', `${sumOf(program)}  kwok-linux-amd64\n`);
    const events: ProgressEvent[] = [];
    await downloadRelease(binaries.kwok, options({ onProgress: event => events.push(event) }));
    expect(events.at(0)).toEqual({
      name: 'kwok',
      phase: 'download',
      detail: `${server().url}/v0.8.0/kwok-linux-amd64`,
    });
    expect(events.at(-1)).toMatchObject({ name: 'kwok', phase: 'download', percent: 100 });
  });
});
