import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fakeProgram } from '../fixtures/fake-program.ts';
import { useReleaseServer } from '../fixtures/release-server.ts';
import { useTemporaryFolder } from '../fixtures/temporary-folder.ts';
import { binaries, currentPlatform, type Binary, type GoModule, type Released } from './catalogue.ts';
import { ensureBinaries, type EnsureOptions } from './ensure-binaries.ts';
import { formatVersion } from './version.ts';

const { kwok, kubectl, etcd } = binaries;
const sumOf = (content: string): string => createHash('sha256').update(content).digest('hex');
const noGo: EnsureOptions['build'] = () => Promise.reject(new Error('Go is not installed, or not on the PATH'));

describe('ensureBinaries', () => {
  const folder = useTemporaryFolder();
  const server = useReleaseServer();
  let builds: (readonly [GoModule, readonly string[]])[] = [];
  beforeEach(() => {
    builds = [];
  });

  const cacheDir = (): string => join(folder(), 'cache');
  const installedDir = (): string => join(folder(), 'installed');
  const cachePath = ({ name, version }: Binary): string => {
    const { os, arch } = currentPlatform();
    return join(cacheDir(), 'bin', `${name}-${formatVersion(version)}-${os}-${arch}`, name);
  };
  const publish = (binary: Released, content: string): void => {
    const { path, checksumPath } = binary.release(currentPlatform());
    server().serve(`/${path}`, content);
    server().serve(`/${checksumPath}`, `${sumOf(content)}  ${path.split('/').at(-1)}\n`);
  };
  /** Writes "built" programs instead of compiling them. */
  const build: EnsureOptions['build'] = (module, wanted, { outDir }) => {
    builds.push([module, wanted.map(({ name }) => name).toSorted()]);
    return Promise.resolve(wanted.map(({ name }) => fakeProgram(outDir, name, 'echo built')));
  };
  const options = (overrides: EnsureOptions = {}): EnsureOptions => {
    const url = server().url;
    const settings = {
      searchPath: [installedDir()],
      cacheDir: cacheDir(),
      downloadUrls: { kubernetes: url, etcd: url, kwok: url, helm: url, oci: url },
    };
    return { settings, build, ...overrides };
  };

  test('an installed program comes first', async () => {
    const file = fakeProgram(installedDir(), 'kwok', 'echo kwok version v0.8.1');
    publish(kwok, 'released');
    expect((await ensureBinaries(['kwok'], options()))('kwok')).toBe(file);
    expect(server().requests).toEqual([]);
  });

  test('then the cache, when none is installed that fits', async () => {
    fakeProgram(installedDir(), 'kwok', 'echo kwok version v0.5.0');
    fakeProgram(join(cachePath(kwok), '..'), 'kwok', 'echo cached');
    expect((await ensureBinaries(['kwok'], options()))('kwok')).toBe(cachePath(kwok));
    expect(server().requests).toEqual([]);
  });

  test('then the official release, which goes into the cache', async () => {
    publish(kwok, 'released');
    expect((await ensureBinaries(['kwok'], options()))('kwok')).toBe(cachePath(kwok));
    expect(readFileSync(cachePath(kwok), 'utf8')).toBe('released');
    expect(builds).toEqual([]);
    const asked = server().requests.length;
    await ensureBinaries(['kwok'], options());
    expect(server().requests).toHaveLength(asked);
  });

  test('then a build, of all programs of a module at once', async () => {
    publish(etcd, 'not an archive');
    const find = await ensureBinaries(['kubectl', 'kube-scheduler', 'kwok', 'etcd'], options());
    expect(Object.fromEntries(builds)).toEqual({
      etcd: ['etcd'],
      kubernetes: ['kube-scheduler', 'kubectl'],
      kwok: ['kwok'],
    });
    expect(builds).toHaveLength(3);
    expect(find('kubectl')).toBe(cachePath(kubectl));
    expect(readFileSync(cachePath(etcd), 'utf8')).toContain('built');
  });

  test('a release with a wrong sum is not used', async () => {
    publish(kwok, 'released');
    server().serve(`/${kwok.release(currentPlatform()).path}`, 'something else');
    await ensureBinaries(['kwok'], options());
    expect(readFileSync(cachePath(kwok), 'utf8')).toContain('built');
  });

  test('leaves nothing but programs in the cache, not even what a killed process has left', async () => {
    fakeProgram(join(cacheDir(), 'work/kwok'), 'part', '');
    publish(kwok, 'released');
    await ensureBinaries(['kwok', 'kubectl'], options());
    expect(readdirSync(cacheDir())).toEqual(['bin']);
  });

  test('of two at the same time one does the work and the other waits for it', async () => {
    const waits: string[] = [];
    const { promise: started, resolve: start } = Promise.withResolvers<void>();
    const { promise: finished, resolve: finish } = Promise.withResolvers<void>();
    const slowBuild: EnsureOptions['build'] = async (...args) => {
      start();
      await finished;
      return build(...args);
    };
    const first = ensureBinaries(['kwok'], options({ build: slowBuild }));
    await started;
    const second = ensureBinaries(
      ['kwok'],
      options({ onProgress: ({ detail }) => (detail.includes('waiting') ? finish() : waits.push(detail)) }),
    );
    expect((await first)('kwok')).toBe(cachePath(kwok));
    expect((await second)('kwok')).toBe(cachePath(kwok));
    expect(builds).toHaveLength(1);
  });

  test('when nothing works the error says what was tried, why each way failed, and what to do', async () => {
    const error: unknown = await ensureBinaries(['kwok'], options({ build: noGo })).catch((thrown: unknown) => thrown);
    const { path, checksumPath } = kwok.release(currentPlatform());
    expect(path).toContain('kwok');
    expect(String(error)).toBe(
      [
        'BinaryUnavailableError: kwok 0.8.0 is needed and could not be had:',
        '  installed: none that fits in KUBEBUILDER_ASSETS or PATH',
        `  cache:     not in ${cachePath(kwok)}`,
        `  download:  ${server().url}/${checksumPath}: the server answered 404 Not Found`,
        '  Go build:  Go is not installed, or not on the PATH',
        'Do one of these: install Go 1.26 or newer (it needs a Go module proxy or the internet); let this machine reach the',
        'release pages (behind a proxy: HTTPS_PROXY and NODE_USE_ENV_PROXY=1); name mirrors by KAITO_DOWNLOAD_K8S,',
        'KAITO_DOWNLOAD_ETCD, KAITO_DOWNLOAD_KWOK, KAITO_DOWNLOAD_HELM and KAITO_DOWNLOAD_ORAS; or put the programs into a folder and name it by KUBEBUILDER_ASSETS.',
      ].join('\n'),
    );
  });

  test('ends with the reason of its signal and lets go of the lock', async () => {
    const stop = new AbortController();
    server().serve(`/${kwok.release(currentPlatform()).checksumPath}`, () => stop.abort(new Error('enough')));
    await expect(ensureBinaries(['kwok'], options({ signal: stop.signal }))).rejects.toThrow('enough');
    expect(builds).toEqual([]);
    await ensureBinaries(['kwok'], options({ connectTimeoutMs: 50 }));
    expect(builds).toHaveLength(1);
  });

  test('breaks the lock of a process that died', async () => {
    fakeProgram(cacheDir(), 'unused', '');
    writeFileSync(
      join(cacheDir(), 'bin.lock'),
      JSON.stringify({ pid: process.pid, startTime: 'another', command: 'gone' }),
    );
    publish(kwok, 'released');
    await ensureBinaries(['kwok'], options());
    expect(readFileSync(cachePath(kwok), 'utf8')).toBe('released');
  });
});
