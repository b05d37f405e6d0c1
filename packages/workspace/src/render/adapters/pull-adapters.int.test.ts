import { useRegistry, type Layer } from '@kaito/testing';
import { diagnose } from '@kaito/planner';
import { jest } from '@jest/globals';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastOfEach, type AdapterReport } from '../../observe/adapter-reports.ts';
import { runScript, useShells, useFolder, type Ended } from '../transfer/run-script.test-data.ts';
import { pullAdaptersScript } from './pull-adapters-script.ts';
import { adapterMarker } from './report-functions.ts';

jest.setTimeout(60_000);

const layer: Layer = [
  { name: 'data/adapter_config.json', content: '{"r":8}' },
  { name: 'data/adapter_model.safetensors', content: 'weights' },
  { name: 'data/lineage.json', content: '{"base":"microsoft/phi-4@1"}' },
];

function reportsOf({ stdout }: Ended): readonly AdapterReport[] {
  const lines = stdout.split('\n').filter(line => line.startsWith('{'));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- checked by the reader of reports
  return lastOfEach(lines.map(line => (JSON.parse(line) as Record<string, unknown>)[adapterMarker]));
}

describe.each(useShells())('adapters that are there before the server starts, by $name', shell => {
  const registry = useRegistry();
  const folder = useFolder();
  const image = (name: string): string => `${registry().host}/public/${name}`;
  const pull = (images: Readonly<Record<string, string>>): Promise<Ended> =>
    runScript(pullAdaptersScript, shell, {
      ADAPTERS: Object.entries(images)
        .map(([name, of]) => `${name}\t${of}\n`)
        .join(''),
      STORE_DIR: join(folder(), 'adapter'),
      RUN_DIR: join(folder(), 'run'),
      PULL_AUTH_DIR: join(folder(), 'pull'),
      MAX_BYTES: '100000',
      PATH_BEFORE: registry().orasFolder,
    });

  test('lie in folders of their names, with nothing beside them that the server would take for one', async () => {
    const digest = await registry().push('public/a:1', [layer]);
    await registry().push('public/b:1', [layer]);
    const images = { a: image('a:1'), b: image('b:1') };
    const ended = await pull(images);
    expect([ended.code, ended.stderr]).toEqual([0, '']);
    expect(readdirSync(join(folder(), 'adapter')).toSorted()).toEqual(['a', 'b']);
    expect(readFileSync(join(folder(), 'adapter', 'a', 'adapter_model.safetensors'), 'utf8')).toBe('weights');
    const lineage = { base: 'microsoft/phi-4@1' };
    expect(reportsOf(ended)[0]).toEqual({ name: 'a', image: images.a, state: 'Loaded', digest, lineage });
    // A run that comes again finds all there, and says the same.
    writeFileSync(join(folder(), 'adapter', 'a', 'mark'), '');
    expect(reportsOf(await pull(images))).toEqual(reportsOf(ended));
    expect(readdirSync(join(folder(), 'adapter', 'a'))).toContain('mark');
  });

  test('name the one that cannot be had as their last words, and go on from what is there', async () => {
    await registry().push('public/c:1', [layer]);
    const broken = join(folder(), 'adapter', 'none');
    mkdirSync(broken, { recursive: true });
    writeFileSync(join(broken, 'half'), '');
    const ended = await pull({ c: image('c:1'), none: image('none:1') });
    expect(ended).toMatchObject({ code: 1, said: expect.stringMatching(/^adapter none: cannot pull .*not found$/) });
    expect(reportsOf(ended)).toMatchObject([
      { name: 'c', state: 'Loaded' },
      { name: 'none', state: 'Failed' },
    ]);
    expect(diagnose({ place: 'log', text: ended.stderr })).toMatchObject({ cause: 'AdapterPullFailed', mover: 'user' });
    expect(readdirSync(join(folder(), 'adapter'))).toEqual(['c']);
    await registry().push('public/none:1', [layer]);
    expect((await pull({ c: image('c:1'), none: image('none:1') })).code).toBe(0);
    expect(readdirSync(join(folder(), 'adapter', 'none'))).toContain('adapter_config.json');
  });
});
