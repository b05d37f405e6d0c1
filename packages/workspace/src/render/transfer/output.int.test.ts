import { tar, useRegistry } from '@kaito/testing';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { outputCheckScript, outputImageScript, outputVolumeScript } from './output-scripts.ts';
import { runScript, useShells, startScript, useFolder } from './run-script.test-data.ts';

const lineage = {
  base: 'microsoft/phi-3@abc+sha256:11',
  data: 'sha256:22',
  config: 'sha256:33',
  workspace: 'team "a"/tuned',
};

describe.each(useShells())('results, by $name', shell => {
  const registry = useRegistry({ pushOnly: true });
  const folder = useFolder();
  const image = (name: string): string => `${registry().host}/${name}`;
  const results = (): string => join(folder(), 'results');

  beforeEach(() => {
    mkdirSync(join(folder(), 'run'));
    mkdirSync(results());
    writeFileSync(join(folder(), 'run/weights.digest'), 'sha256:11');
    writeFileSync(join(folder(), 'run/data.digest'), 'sha256:22');
    writeFileSync(join(results(), 'adapter_config.json'), '{"r":8}');
    writeFileSync(join(results(), 'adapter_model.safetensors'), Buffer.alloc(200_000, 'weights'));
  });

  const environment = (output: string, env: Readonly<Record<string, string>> = {}) => ({
    OUTPUT_IMAGE: output,
    PUSH_AUTH_FILE: registry().authFile(),
    RESULTS_DIR: results(),
    RUN_DIR: join(folder(), 'run'),
    MODEL_NAME: 'phi-3-mini-4k-instruct',
    LINEAGE_BASE: 'microsoft/phi-3@abc',
    LINEAGE_CONFIG: lineage.config,
    LINEAGE_WORKSPACE: lineage.workspace,
    PATH_BEFORE: registry().orasFolder,
    ...env,
  });
  const manifestOf = async (reference: string): Promise<Manifest> => {
    const manifest: Manifest = JSON.parse(await registry().oras('manifest', 'fetch', reference));
    return manifest;
  };

  test('are an image of one layer, which the registry has under the digest that is told', async () => {
    const ended = await runScript(outputImageScript, shell, environment(image('private/adapter:1')));
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const { digest }: { digest: string } = JSON.parse(ended.message);
    expect(await registry().oras('resolve', image('private/adapter:1'))).toBe(`${digest}\n`);

    const { config, layers, annotations } = await manifestOf(image(`private/adapter@${digest}`));
    expect(annotations).toEqual({
      'org.opencontainers.image.created': '1970-01-01T00:00:00Z',
      'sh.kaito.model.name': 'phi-3-mini-4k-instruct',
      'sh.kaito.lineage.base': lineage.base,
      'sh.kaito.lineage.data': lineage.data,
      'sh.kaito.lineage.config': lineage.config,
      'sh.kaito.lineage.workspace': lineage.workspace,
    });
    expect(layers.map(({ mediaType }) => mediaType)).toEqual(['application/vnd.oci.image.layer.v1.tar+gzip']);
    expect(config.mediaType).toBe('application/vnd.oci.image.config.v1+json');

    const layer = join(folder(), 'layer.tar.gz');
    await registry().oras('blob', 'fetch', '--output', layer, image(`private/adapter@${layers[0]?.digest}`));
    const unpacked = execFileSync('gzip', ['-dc', layer], { maxBuffer: 10_000_000 });
    expect(unpacked.equals(tar(entries(results())))).toBe(true);
    expect(execFileSync('tar', ['-tzf', layer], { encoding: 'utf8' })).toBe(
      ['data/', 'data/adapter_config.json', 'data/adapter_model.safetensors', 'data/lineage.json', ''].join('\n'),
    );
    const settings = JSON.parse(
      await registry().oras('blob', 'fetch', '--output', '-', image(`private/adapter@${config.digest}`)),
    );
    const diffId = execFileSync('sha256sum', { input: unpacked, encoding: 'utf8' }).split(' ')[0];
    expect(settings).toMatchObject({
      architecture: 'amd64',
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: [`sha256:${diffId}`] },
    });
  });

  test('that are equal make equal images, and come to the same after a kill', async () => {
    const first = await runScript(outputImageScript, shell, environment(image('private/equal:1')));
    for (const afterMs of [20, 60, 120, 200]) {
      const running = startScript(outputImageScript, shell, environment(image('private/equal:2')));
      const timer = setTimeout(running.kill, afterMs);
      await running.ended;
      clearTimeout(timer);
    }
    utimesSync(join(results(), 'adapter_config.json'), 1, 1);
    const second = await runScript(outputImageScript, shell, environment(image('private/equal:2')));
    expect([second.code, second.message]).toEqual([0, first.message]);
  });

  test('are not looked for at the registry alone: what the trainer has not left is named', async () => {
    rmSync(join(results(), 'adapter_model.safetensors'));
    const missing = /^cannot find the result: the training has left no adapter_model\.safetensors/;
    for (const script of [outputImageScript, outputVolumeScript])
      expect(await runScript(script, shell, environment(image('private/none:1')))).toMatchObject({
        code: 64,
        said: expect.stringMatching(missing),
      });
  });

  test('cannot be pushed by a wrong account, which the check says before', async () => {
    const wrong = environment(image('private/denied:1'), { PUSH_AUTH_FILE: registry().authFile('wrong') });
    for (const script of [outputCheckScript, outputImageScript]) {
      const { code, said, message } = await runScript(script, shell, wrong);
      expect(said).toMatch(/^cannot push to localhost:\d+\/private\/denied:1: .*unauthorized/i);
      expect([code, message]).toEqual([64, said]);
    }
    const nowhere = environment('localhost:1/x:1', { RETRIES: '2' });
    expect(await runScript(outputCheckScript, shell, nowhere)).toMatchObject({
      code: 1,
      said: expect.stringMatching(/^cannot push to localhost:1\/x:1: .*refused$/),
    });
    const digest = environment(image(`private/x@sha256:${'0'.repeat(64)}`));
    expect(await runScript(outputCheckScript, shell, digest)).toMatchObject({
      code: 64,
      said: expect.stringMatching(/name a tag$/),
    });
  });

  test('the check uploads something each time, and makes no tag', async () => {
    const blobs = (): number => readdirSync(join(registry().folder, 'registry/sha256')).length;
    await runScript(outputCheckScript, shell, environment(image('private/checked:1')));
    const before = blobs();
    const ended = await runScript(outputCheckScript, shell, environment(image('private/checked')));
    expect(ended).toMatchObject({ code: 0, message: JSON.stringify({ image: image('private/checked:latest') }) });
    expect(blobs()).toBe(before + 1);
    await expect(registry().oras('resolve', image('private/checked:1'))).rejects.toThrow(/not found/);
  });

  test('are given up at once when the pod is to end', async () => {
    const asked = Promise.withResolvers<void>();
    const mute = createServer(() => asked.resolve());
    await new Promise<void>(resolve => {
      mute.listen(0, '127.0.0.1', resolve);
    });
    try {
      const address = mute.address();
      const port = typeof address === 'object' ? address?.port : undefined;
      const running = startScript(outputImageScript, shell, environment(`localhost:${port}/mute:1`));
      await asked.promise;
      const before = performance.now();
      running.terminate();
      expect((await running.ended).code).toBe(143);
      expect(performance.now() - before).toBeLessThan(5000);
    } finally {
      mute.closeAllConnections();
      mute.close();
    }
  });

  test('on a volume have their lineage beside them', async () => {
    const ended = await runScript(outputVolumeScript, shell, environment(''));
    expect(ended).toMatchObject({
      code: 0,
      stderr: '',
      message: expect.stringMatching(/^\{"digest":"sha256:[0-9a-f]{64}"\}$/),
    });
    expect(JSON.parse(readFileSync(join(results(), 'lineage.json'), 'utf8'))).toEqual(lineage);
    expect(await runScript(outputVolumeScript, shell, environment(''))).toMatchObject({ message: ended.message });
    writeFileSync(join(results(), 'adapter_config.json'), '{"r":16}');
    expect((await runScript(outputVolumeScript, shell, environment(''))).message).not.toBe(ended.message);
  });
});

interface Manifest {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly annotations: Readonly<Record<string, string>>;
}

interface Descriptor {
  readonly digest: string;
  readonly mediaType: string;
}

function entries(results: string): Parameters<typeof tar>[0] {
  const file = (name: string) => ({ name: `data/${name}`, content: readFileSync(join(results, name)) });
  const files = [file('adapter_config.json'), file('adapter_model.safetensors')];
  const written = { name: 'data/lineage.json', content: `${JSON.stringify(lineage)}\n` };
  return [{ name: 'data/', type: '5' }, ...files, written];
}
