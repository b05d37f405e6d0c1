import { useRegistry } from '@kaito/testing';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataImageScript, dataVolumeScript, weightsScript } from './input-scripts.ts';
import { runScript, useShells, startScript, useFolder } from './run-script.test-data.ts';

const files = [
  { name: 'data/train.csv', content: 'a,b\n1,2\n' },
  { name: 'data/sub/more.csv', content: 'a,b\n3,4\n' },
];

describe.each(useShells())('what a training starts from, by $name', shell => {
  const registry = useRegistry();
  const folder = useFolder();
  const data = (): string => join(folder(), 'data');
  const run = (name: string): string => join(folder(), 'run', name);
  beforeEach(() => {
    mkdirSync(join(folder(), 'run'));
    mkdirSync(data());
  });
  const environment = (env: Readonly<Record<string, string>>) => ({
    DATA_DIR: data(),
    RUN_DIR: join(folder(), 'run'),
    MAX_BYTES: '1000000',
    PATH_BEFORE: registry().orasFolder,
    ...env,
  });

  test('data of an image, the same as on a volume, and nothing of an earlier try', async () => {
    await registry().push('public/data:1', [files]);
    mkdirSync(join(data(), 'sub/deep'), { recursive: true });
    writeFileSync(join(data(), 'left-over.csv'), 'half');
    const DATA_IMAGE = `${registry().host}/public/data:1`;
    const ended = await runScript(dataImageScript, shell, environment({ DATA_IMAGE }));
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(new Set(readdirSync(data(), { recursive: true, encoding: 'utf8' }))).toEqual(
      new Set(['sub', 'sub/more.csv', 'train.csv']),
    );
    const digest = readFileSync(run('data.digest'), 'utf8');
    expect(JSON.parse(ended.message)).toEqual({ digest, files: 2, bytes: 16 });

    mkdirSync(join(data(), 'lost+found'), { mode: 0 });
    const volume = await runScript(dataVolumeScript, shell, environment({}));
    expect([volume.code, volume.message]).toEqual([0, ended.message]);
    writeFileSync(join(data(), 'train.csv'), 'a,b\n1,3\n');
    const other = await runScript(dataVolumeScript, shell, environment({}));
    expect(other.message).not.toBe(ended.message);
  });

  test('data of an image comes to the same after a kill', async () => {
    await registry().push('public/data:2', [files]);
    const env = environment({ DATA_IMAGE: `${registry().host}/public/data:2` });
    for (const afterMs of [30, 80, 150, 220]) {
      const running = startScript(dataImageScript, shell, env);
      const timer = setTimeout(running.kill, afterMs);
      await running.ended;
      clearTimeout(timer);
    }
    expect(await runScript(dataImageScript, shell, env)).toMatchObject({ code: 0 });
    expect(new Set(readdirSync(data(), { recursive: true, encoding: 'utf8' }))).toEqual(
      new Set(['sub', 'sub/more.csv', 'train.csv']),
    );
  });

  test('data of a ConfigMap, whose files are links, counts once', async () => {
    mkdirSync(join(data(), '..2026'));
    writeFileSync(join(data(), '..2026/train.csv'), 'abc');
    symlinkSync('..2026', join(data(), '..data'));
    symlinkSync('..data/train.csv', join(data(), 'train.csv'));
    const { code, message } = await runScript(dataVolumeScript, shell, environment({}));
    expect([code, JSON.parse(message)]).toMatchObject([0, { files: 1, bytes: 3 }]);
  });

  test('a volume without data, and one that is not there', async () => {
    const empty = await runScript(dataVolumeScript, shell, environment({}));
    expect(empty).toMatchObject({
      code: 64,
      said: expect.stringMatching(/^cannot use the training data: there is no file/),
    });
    rmSync(data(), { recursive: true });
    expect(await runScript(dataVolumeScript, shell, environment({}))).toMatchObject({ code: 64 });
  });

  test('weights are the files that a registry holds, by digest, and are not asked for twice', async () => {
    const source = join(folder(), 'source');
    mkdirSync(source);
    writeFileSync(join(source, 'model.safetensors'), 'weights');
    writeFileSync(join(source, 'config.json'), '{}');
    const WEIGHTS_REFERENCE = `${registry().host}/kaito-phi:0.1`;
    const oras = join(registry().orasFolder, 'oras');
    execFileSync(oras, ['push', WEIGHTS_REFERENCE, 'model.safetensors', 'config.json'], { cwd: source });
    const digest = (await registry().oras('resolve', WEIGHTS_REFERENCE)).trim();

    const weights = join(folder(), 'weights');
    mkdirSync(join(weights, '.kaito-part/half'), { recursive: true });
    const env = environment({ WEIGHTS_REFERENCE, WEIGHTS_DIR: weights });
    const message = JSON.stringify({ digest });
    expect(await runScript(weightsScript, shell, env)).toMatchObject({ code: 0, stderr: '', message });
    expect(readdirSync(weights).toSorted()).toEqual(['config.json', 'model.safetensors']);
    expect(readFileSync(run('weights.digest'), 'utf8')).toBe(digest);
    const again = await runScript(weightsScript, shell, { ...env, WEIGHTS_REFERENCE: 'localhost:1/gone:1' });
    expect(again).toMatchObject({ code: 0, message });
  });

  test('weights that are not there, that are nothing, or that would be written elsewhere', async () => {
    const env = environment({ WEIGHTS_DIR: join(folder(), 'weights') });
    const refuse = async (image: string, message: RegExp): Promise<void> => {
      const WEIGHTS_REFERENCE = `${registry().host}/${image}`;
      const ended = await runScript(weightsScript, shell, { ...env, WEIGHTS_REFERENCE });
      expect(ended).toMatchObject({ code: 64, said: expect.stringMatching(message) });
    };
    await refuse('kaito-none:1', /^cannot pull localhost:\d+\/kaito-none:1: .*not found$/);
    await registry().oras('push', `${registry().host}/nothing:1`);
    await refuse('nothing:1', /^cannot use localhost:\d+\/nothing:1: it holds no files$/);
    const outside = join(folder(), 'outside');
    writeFileSync(outside, 'x');
    await registry().oras('push', '--disable-path-validation', `${registry().host}/outside:1`, outside);
    rmSync(outside);
    await refuse('outside:1', /^cannot pull localhost:\d+\/outside:1: /);
    expect(existsSync(outside)).toBe(false);
  });
});
