import { useRegistry, type Layer } from '@kaito/testing';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runScript, useShells, useFolder, type Ended } from './run-script.test-data.ts';
import { basics } from './shell-basics.ts';
import { registryFunctions } from './shell-registry.ts';
import { unpackFunctions } from './shell-unpack.ts';

const script = [
  basics,
  registryFunctions,
  unpackFunctions,
  'scratch "$TARGET.scratch"; unpackImage "$IMAGE" "$TARGET" "$MAX_BYTES"; printf "%s %s" "$IMAGE_DIGEST" "$(annotation key)"',
].join('\n');

describe.each(useShells())('the files of an image, by $name', shell => {
  const registry = useRegistry();
  const folder = useFolder();
  const target = (): string => join(folder(), 'target');

  const unpack = (image: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
    runScript(script, shell, {
      IMAGE: `${registry().host}/${image}`,
      TARGET: target(),
      MAX_BYTES: '100000',
      PATH_BEFORE: registry().orasFolder,
      ...env,
    });
  const unpacked = async (layers: readonly Layer[]): Promise<Readonly<Record<string, string>>> => {
    await registry().push('public/image:1', layers);
    const { code, stderr } = await unpack('public/image:1');
    expect([code, stderr]).toEqual([0, '']);
    return files(target());
  };

  test('come out of one layer, without a shell in it, and replace what was there', async () => {
    mkdirSync(target());
    writeFileSync(join(target(), 'old'), 'old');
    const layer = [
      { name: 'data/', type: '5' },
      { name: 'data/a', content: 'A' },
      { name: 'data/sub/b', content: 'B' },
    ] as const;
    const digest = await registry().push('public/one:1', [layer, [{ name: 'etc/passwd', content: 'root' }]], {
      key: 'a "b"',
    });
    const { code, stdout } = await unpack('public/one:1');
    expect([code, stdout]).toEqual([0, `${digest} a "b"`]);
    expect(files(target())).toEqual({ a: 'A', 'sub/b': 'B' });
    expect(readdirSync(folder())).toEqual(['target']);
  });

  test('of several layers lie over each other, and whiteouts take away', async () => {
    const lower = ['a', 'b', 'sub/c', 'sub/d', 'gone/e', 'turns/f'].map(name => ({
      name: `./data/${name}`,
      content: 'low',
    }));
    const upper = [
      { name: 'data/b', content: 'up' },
      { name: 'data/.wh.gone' },
      { name: 'data/sub/.wh..wh..opq' },
      { name: 'data/sub/new', content: 'up' },
      { name: 'data/turns', content: 'a file now' },
      { name: 'data/.wh...' },
    ];
    expect(await unpacked([lower, upper])).toEqual({ a: 'low', b: 'up', 'sub/new': 'up', turns: 'a file now' });
  });

  test('are gone when a layer removes the folder', async () => {
    const layers = [[{ name: 'data/a', content: 'A' }], [{ name: '.wh.data' }], [{ name: 'data/z', content: 'Z' }]];
    expect(await unpacked(layers)).toEqual({ z: 'Z' });
  });

  test('can be read, whatever their modes', async () => {
    const folders = [{ name: 'data/sub', type: '5', mode: 0 }] as const;
    expect(await unpacked([[...folders, { name: 'data/sub/a', content: 'A', mode: 0 }]])).toEqual({ 'sub/a': 'A' });
    expect(statSync(join(target(), 'sub/a')).mode & 0o600).toBe(0o600);
  });

  test.each([
    ['an absolute name', [{ name: '/data/evil', content: 'x' }], /names that lead out of it: /],
    ['a name with ..', [{ name: 'data/../../evil', content: 'x' }], /names that lead out of it: /],
    ['a link out', [{ name: 'data/l', type: '2', link: '/etc' }], /\/data\/l is a link/],
    [
      'a file behind a link',
      [
        { name: 'data/l', type: '2', link: '../..' },
        { name: 'data/l/evil', content: 'x' },
      ],
      /cannot use/,
    ],
    ['a hard link out', [{ name: 'data/h', type: '1', link: '/etc/passwd' }], /cannot use/],
    ['a hard link', [{ name: 'data/a' }, { name: 'data/h', type: '1', link: 'data/a' }], /is a link/],
    ['a name with a line break', [{ name: 'data/a\nb', content: 'x' }], /strangely named/],
    ['a link in the place of the folder', [{ name: 'data', type: '2', link: '/etc' }], /cannot use/],
    ['too much', [{ name: 'data/big', content: 'x'.repeat(100_001) }], /more than 100000 bytes in \/data/],
    ['nothing in /data', [{ name: 'other/a', content: 'x' }], /has no files in \/data/],
  ] as const)('are refused for %s', async (_what, layer, message) => {
    await registry().push('public/hostile:1', [layer]);
    const { code, said, message: left } = await unpack('public/hostile:1');
    expect(said).toMatch(message);
    expect(said).toContain(`cannot use ${registry().host}/public/hostile:1: `);
    expect([code, left, existsSync(target())]).toEqual([64, said, false]);
    expect(readdirSync(folder())).toEqual([]);
  });

  test('are refused when layers together are too much, or are no archives', async () => {
    await registry().push('public/much:1', [half('a'), half('b')]);
    expect(await unpack('public/much:1')).toMatchObject({
      code: 64,
      said: expect.stringContaining('more than 100000'),
    });
    await registry().push('public/odd:1', [Buffer.from('no archive at all '.repeat(99))]);
    expect(await unpack('public/odd:1')).toMatchObject({
      code: 64,
      said: expect.stringContaining('is no tar archive'),
    });
  });

  test('need the right account where the registry asks for one', async () => {
    await registry().push('private/image:1', [[{ name: 'data/a', content: 'A' }]]);
    const image = `${registry().host}/private/image:1`;
    const refused = await unpack('private/image:1');
    expect(refused).toMatchObject({
      code: 64,
      said: `cannot pull ${image}: failed to resolve digest: basic credential not found`,
    });
    const secrets = join(folder(), 'pull');
    mkdirSync(secrets);
    writeFileSync(join(secrets, 'a-wrong.json'), readFileSync(registry().authFile('wrong')));
    const wrong = await unpack('private/image:1', { PULL_AUTH_DIR: secrets });
    expect(wrong).toMatchObject({ code: 64, said: expect.stringMatching(/^cannot pull .*401: Unauthorized$/) });
    writeFileSync(join(secrets, 'b-right.json'), readFileSync(registry().authFile()));
    expect(await unpack('private/image:1', { PULL_AUTH_DIR: secrets })).toMatchObject({ code: 0 });
    expect(files(target())).toEqual({ a: 'A' });
  });

  test('of an image that is not there, or a registry that does not answer', async () => {
    expect(await unpack('public/none')).toMatchObject({
      code: 64,
      said: `cannot pull ${registry().host}/public/none: failed to resolve digest: ${registry().host}/public/none:latest: not found`,
    });
    const silent = await unpack('', { IMAGE: 'localhost:1/image:1', RETRIES: '2' });
    expect(silent).toMatchObject({
      code: 1,
      said: expect.stringMatching(/^cannot pull localhost:1\/image:1: .*refused$/),
    });
  });
});

function files(folder: string): Readonly<Record<string, string>> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => !entry.isDirectory());
  return Object.fromEntries(
    entries.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(folder.length + 1), readFileSync(path, 'utf8')];
    }),
  );
}

function half(name: string): Layer {
  return [{ name: `data/${name}`, content: 'x'.repeat(60_000) }];
}
