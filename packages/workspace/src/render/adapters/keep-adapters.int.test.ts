import { eventually, useRegistry, type Layer } from '@kaito/testing';
import { jest } from '@jest/globals';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { lastOfEach, type AdapterReport } from '../../observe/adapter-reports.ts';
import { runScript, useShells, useFolder } from '../transfer/run-script.test-data.ts';
import { adaptersReadyScript, keepAdaptersScript } from './keep-adapters-script.ts';
import { adapterMarker } from './report-functions.ts';
import { VllmServer } from './vllm-server.test-data.ts';

jest.setTimeout(90_000);

const lineage = { base: 'microsoft/phi-4@1', data: 'sha256:d', config: 'sha256:c', workspace: 'default/tuned' };

interface Made {
  readonly rank?: number;
  readonly extra?: Readonly<Record<string, string>>;
}

function layersOf(says: string, { rank = 8, extra = {} }: Made = {}): readonly Layer[] {
  const files = { 'adapter_config.json': JSON.stringify({ r: rank }), 'adapter_model.safetensors': says, ...extra };
  return [Object.entries(files).map(([name, content]) => ({ name: `data/${name}`, content }))];
}

describe.each(useShells())('the container that keeps adapters, by $name', shell => {
  const registry = useRegistry();
  let server: VllmServer;
  let running: ChildProcess | undefined;
  let printed: string;

  beforeEach(async () => {
    printed = '';
    server = new VllmServer();
    await server.start();
  });
  afterEach(async () => {
    await end();
    await server.stop();
  });

  // After the hooks above, so that nothing uses it any more when it is removed.
  const folder = useFolder();

  const image = (name: string): string => `${registry().host}/public/${name}`;
  const want = (images: Readonly<Record<string, string>>): void => {
    const lines = Object.entries(images).map(([name, of]) => `${name}\t${of}\n`);
    writeFileSync(join(folder(), 'list'), lines.join(''));
  };
  const environment = (): Record<string, string> => ({
    ADAPTER_LIST: join(folder(), 'list'),
    STORE_DIR: join(folder(), 'store'),
    RUN_DIR: join(folder(), 'run'),
    PULL_AUTH_DIR: join(folder(), 'pull'),
    MAX_BYTES: '100000',
    POLL_SECONDS: '0.2',
    PAUSE_SECONDS: '1',
    SERVER: server.url,
    PATH_BEFORE: registry().orasFolder,
  });
  const begin = (env: Readonly<Record<string, string>> = {}): void => {
    const { PATH_BEFORE: oras, ...rest } = environment();
    const PATH = [shell.programs, oras, process.env['PATH']].filter(part => part !== undefined).join(':');
    running = spawn(shell.command, ['-c', keepAdaptersScript], {
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { HOME: '/tmp', ...rest, ...env, PATH, TERMINATION_LOG: '/dev/null' },
    });
    running.stdout?.on('data', (text: Buffer) => (printed += text.toString()));
  };
  const end = async (signal: 'SIGTERM' | 'SIGKILL' = 'SIGKILL'): Promise<number | null> => {
    const child = running;
    running = undefined;
    if (child?.pid === undefined) return null;
    const { pid } = child;
    const ended = new Promise<number | null>(resolve => child.once('exit', resolve));
    process.kill(signal === 'SIGTERM' ? pid : -pid, signal);
    const code = await ended;
    return code;
  };
  const reports = (): readonly AdapterReport[] => {
    const values = printed.split('\n').filter(line => line.startsWith('{'));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- checked by the reader of reports
    return lastOfEach(values.map(line => (JSON.parse(line) as Record<string, unknown>)[adapterMarker]));
  };
  const reportOf = (name: string): AdapterReport | undefined => reports().find(report => report.name === name);
  const isReady = async (env: Readonly<Record<string, string>> = {}): Promise<boolean> =>
    (await runScript(adaptersReadyScript, shell, { ...environment(), ...env })).code === 0;
  const untilServed = (served: Readonly<Record<string, string>>): Promise<void> =>
    eventually(() => expect(server.served).toEqual(served), { timeoutMs: 30_000, dump: () => printed });
  const untilSaid = (name: string, report: Partial<AdapterReport>): Promise<void> =>
    eventually(() => expect(reportOf(name)).toMatchObject(report), { timeoutMs: 30_000, dump: () => printed });

  test('loads them, tells digest and lineage, and is ready when the server has them', async () => {
    const notes = Object.fromEntries(Object.entries(lineage).map(([key, value]) => [`sh.kaito.lineage.${key}`, value]));
    const digest = await registry().push('public/a:1', layersOf('A1'), notes);
    await registry().push(
      'public/b:1',
      layersOf('B1', { extra: { 'lineage.json': JSON.stringify(lineage, null, 2) } }),
    );
    await registry().push('public/c:1', layersOf('C1'));
    want({ a: image('a:1'), b: image('b:1'), c: image('c:1') });
    expect(await isReady()).toBe(false);
    begin();
    await untilServed({ a: 'A1', b: 'B1', c: 'C1' });
    await untilSaid('c', { state: 'Loaded' });
    expect(reportOf('a')).toEqual({ name: 'a', image: image('a:1'), state: 'Loaded', digest, lineage });
    expect(reportOf('b')).toMatchObject({ lineage });
    expect(reportOf('c')).not.toHaveProperty('lineage');
    expect(await isReady()).toBe(true);
  });

  test('follows the list: more, fewer, and another image without a moment in which nothing has the name', async () => {
    for (const [tag, says] of [
      ['d:1', 'D1'],
      ['d:2', 'D2'],
      ['e:1', 'E1'],
    ] as const) {
      await registry().push(`public/${tag}`, layersOf(says));
    }
    want({ d: image('d:1') });
    begin();
    await untilServed({ d: 'D1' });
    want({ d: image('d:2'), e: image('e:1') });
    await untilServed({ d: 'D2', e: 'E1' });
    expect(server.calls.map(({ path }) => path)).not.toContain('/v1/unload_lora_adapter');
    await untilSaid('d', { state: 'Loaded', image: image('d:2') });
    want({ e: image('e:1') });
    await untilServed({ e: 'E1' });
    await untilSaid('d', { state: 'Unloaded' });
    expect(readdirSync(join(folder(), 'store')).filter(name => !name.startsWith('.'))).toEqual(['e']);
    expect(await isReady()).toBe(true);
  });

  test('puts another image in the place of one with a server that knows only to unload', async () => {
    await registry().push('public/f:1', layersOf('F1'));
    await registry().push('public/f:2', layersOf('F2'));
    await registry().push('public/f:3', layersOf('F3', { rank: 128 }));
    server.knowsInplace = false;
    want({ f: image('f:1') });
    begin();
    await untilServed({ f: 'F1' });
    want({ f: image('f:2') });
    await untilServed({ f: 'F2' });
    want({ f: image('f:3') });
    await untilSaid('f', { state: 'Failed', image: image('f:3') });
    await untilServed({ f: 'F2' });
    expect(await isReady()).toBe(true);
  });

  test('gives a server that was started again the same adapters, and is not ready before', async () => {
    await registry().push('public/g:1', layersOf('G1'));
    want({ g: image('g:1') });
    begin();
    await untilServed({ g: 'G1' });
    await untilSaid('g', { state: 'Loaded' });
    await end();
    await server.stop();
    expect(await isReady()).toBe(false);
    await server.start();
    expect(await isReady()).toBe(false);
    begin();
    await untilServed({ g: 'G1' });
    expect(await isReady()).toBe(true);
    await server.stop();
    await server.start();
    await untilServed({ g: 'G1' });
  });

  test('names one that is refused by the registry or the server, and serves the others', async () => {
    await registry().push('private/secret:1', layersOf('S1'));
    await registry().push('public/h:1', layersOf('H1'));
    await registry().push('public/large:1', layersOf('L1', { rank: 128 }));
    await registry().push('public/empty:1', [[{ name: 'data/other', content: 'x' }]]);
    const secret = `${registry().host}/private/secret:1`;
    want({ h: image('h:1') });
    begin();
    await untilServed({ h: 'H1' });
    want({ h: image('h:1'), secret, large: image('large:1'), empty: image('empty:1'), none: image('none:1') });
    await untilSaid('secret', {
      state: 'Failed',
      message: expect.stringMatching(`^cannot pull ${secret}: .*credential`),
    });
    await untilSaid('none', { state: 'Failed', message: expect.stringMatching(/^cannot pull .*none:1: .*not found$/) });
    await untilSaid('empty', {
      state: 'Failed',
      message: `cannot use ${image('empty:1')}: it has no file /data/adapter_config.json`,
    });
    await untilSaid('large', {
      state: 'Failed',
      message: `cannot load ${image('large:1')}: Call to add_lora method failed: LoRA rank 128 is greater than max_lora_rank 64.`,
    });
    // What was promised is still there.
    expect(server.served).toEqual({ h: 'H1' });
    expect(await isReady()).toBe(true);
    // The credentials come, and no line is printed twice for what stays as it is.
    mkdirSync(join(folder(), 'pull'));
    copyFileSync(registry().authFile(), join(folder(), 'pull', 'pull.json'));
    await untilServed({ h: 'H1', secret: 'S1' });
    const lines = printed.trim().split('\n');
    expect(new Set(lines).size).toBe(lines.length);
  });

  test('is not ready while one that the pod began with is missing, until it is taken off the list', async () => {
    await registry().push('public/i:1', layersOf('I1'));
    want({ i: image('i:1'), none: image('none:1') });
    begin();
    await untilServed({ i: 'I1' });
    await untilSaid('none', { state: 'Failed' });
    expect(await isReady()).toBe(false);
    want({ i: image('i:1') });
    await eventually(async () => expect(await isReady()).toBe(true), { timeoutMs: 30_000 });
    // Also one that never was there is told to be gone: nobody waits for it any more.
    await untilSaid('none', { state: 'Unloaded' });
  });

  test('takes out what somebody else has put in from its store, and leaves what is on volumes', async () => {
    await registry().push('public/j:1', layersOf('J1'));
    want({ j: image('j:1') });
    begin();
    await untilServed({ j: 'J1' });
    const [stored = ''] = server.calls.map(call => call.folder ?? '');
    const volume = join(folder(), 'kept');
    mkdirSync(volume);
    for (const file of ['adapter_config.json', 'adapter_model.safetensors'])
      copyFileSync(join(stored, file), join(volume, file));
    const load = (name: string, path: string) =>
      fetch(`${server.url}/v1/load_lora_adapter`, {
        method: 'POST',
        body: JSON.stringify({ lora_name: name, lora_path: path }),
      });
    await load('kept', volume);
    await load('intruder', stored);
    await untilServed({ j: 'J1', kept: 'J1' });
    await fetch(`${server.url}/v1/unload_lora_adapter`, { method: 'POST', body: JSON.stringify({ lora_name: 'j' }) });
    await untilServed({ j: 'J1', kept: 'J1' });
    expect(await isReady()).toBe(true);
  });

  test('of a pod without the API only brings the files', async () => {
    await registry().push('public/k:1', layersOf('K1'));
    want({ k: image('k:1') });
    const worker = { POD_INDEX: '3', PODS_PER_COPY: '2' };
    begin(worker);
    await untilSaid('k', { state: 'Loaded' });
    expect(server.calls).toEqual([]);
    expect(await isReady(worker)).toBe(true);
    await end();
    begin({ POD_INDEX: '2', PODS_PER_COPY: '2' });
    await untilServed({ k: 'K1' });
  });

  test('ends when it is told to, also in the middle of a pull, and goes on with what is there', async () => {
    await registry().push('public/l:1', layersOf('L1'));
    want({ l: image('l:1') });
    begin();
    await eventually(() => expect(existsSync(join(folder(), 'run', 'begun'))).toBe(true));
    expect(await end('SIGTERM')).toBe(0);
    begin();
    await untilServed({ l: 'L1' });
    expect(await end('SIGTERM')).toBe(0);
    const [stored = ''] = server.calls.map(call => call.folder ?? '');
    expect(readFileSync(join(stored, 'adapter_model.safetensors'), 'utf8')).toBe('L1');
  });
});
