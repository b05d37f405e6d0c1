import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { isNotFound, namespaces } from '@kaito/kube';
import { ensureBinaries } from '../binaries/ensure-binaries.ts';
import { gone } from '../fixtures/gone.ts';
import { useTemporaryFolder } from '../fixtures/temporary-folder.ts';
import { identify } from '../processes/host-process.ts';
import { startLocalStack } from './local-stack.ts';
import type { LocalStack } from './running-stack.ts';
import type { Components } from './options.ts';
import { Run } from './run.ts';

/** The least that a stack can be. */
const apiServerOnly: Partial<Components> = { controllerManager: false, kwok: false, emulator: false, workspace: false };

const startApiServer = (): Promise<LocalStack> => startLocalStack({ components: apiServerOnly });

/** Whether somebody listens at the address of a server. */
async function answers(server: string): Promise<boolean> {
  const socket = connect(Number(new URL(server).port), '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

describe('several stacks', () => {
  const stacks: LocalStack[] = [];
  afterEach(async () => {
    await Promise.all(stacks.splice(0).map(stack => stack.stop()));
  });

  test('run side by side without knowing each other, and leave no process, port or file', async () => {
    const [one, two] = await Promise.all([startApiServer(), startApiServer()]);
    stacks.push(one, two);
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'mine' } };
    await one.client.create(namespaces, namespace);
    await expect(one.client.get(namespaces, { name: 'mine' })).resolves.toMatchObject({ metadata: { name: 'mine' } });
    const elsewhere: unknown = await two.client.get(namespaces, { name: 'mine' }).catch((error: unknown) => error);
    expect(isNotFound(elsewhere)).toBe(true);

    const pids = stacks.flatMap(stack => stack.processes().map(({ pid }) => pid));
    const servers = stacks.map(stack => stack.client.server);
    expect(pids).toHaveLength(4);
    expect(await Promise.all(servers.map(answers))).toEqual([true, true]);
    await Promise.all(stacks.map(stack => stack.stop()));
    await gone(pids, 0);
    expect(await Promise.all(servers.map(answers))).toEqual([false, false]);
    expect(stacks.map(({ dataDir }) => existsSync(dataDir))).toEqual([false, false]);
  });

  test('one that cannot start says why and leaves no process', async () => {
    const started: string[] = [];
    const starting = startLocalStack({
      components: { ...apiServerOnly, emulator: true, provisioner: false },
      env: { emulator: { LOG_LEVEL: 'deafening' } },
      onProgress: ({ phase, detail }) => phase === 'start' && started.push(detail),
    });
    await expect(starting).rejects.toThrow(/emulator ended while it was starting[^]*LOG_LEVEL/);
    const dataDir = started.at(-1)?.replace('/emulator.log', '') ?? '';
    expect(readdirSync(dataDir)).toEqual(expect.arrayContaining(['emulator.log', 'kube-apiserver.log']));
    expect(processesWith(dataDir)).toEqual([]);
    rmSync(dataDir, { recursive: true });
  });

  test('one whose start is given up leaves no process and no file', async () => {
    const stop = new AbortController();
    let dataDir = '';
    const starting = startLocalStack({
      components: apiServerOnly,
      signal: stop.signal,
      onProgress: ({ name, phase, detail }) => {
        if (phase !== 'start' || !name.startsWith('etcd')) return;
        dataDir = detail.replace('logs in ', '');
        setTimeout(() => stop.abort(new Error('enough')), 100);
      },
    });
    await expect(starting).rejects.toThrow('enough');
    expect(processesWith(dataDir)).toEqual([]);
    expect(existsSync(dataDir)).toBe(false);
  });
});

/** Command lines of processes that name the folder. */
function processesWith(folder: string): readonly string[] {
  if (folder === '') throw new Error('no folder');
  return execFileSync('ps', ['-eo', 'args='], { encoding: 'utf8' })
    .split('\n')
    .filter(command => command.includes(folder));
}

describe('a stack whose owner was killed by SIGKILL', () => {
  let owner: ChildProcess | undefined;
  const cacheDir = process.env['KAITO_CACHE_DIR'];
  afterEach(async () => {
    if (cacheDir === undefined) delete process.env['KAITO_CACHE_DIR'];
    else process.env['KAITO_CACHE_DIR'] = cacheDir;
    if (owner?.exitCode !== null || owner.signalCode !== null) return;
    const ended = once(owner, 'exit');
    owner.kill('SIGTERM'); // It ends its stack by itself.
    await ended;
  });
  // After the hook above, which needs the record of the run.
  const folder = useTemporaryFolder();

  test('is ended by the next one', async () => {
    // A cache of its own, with the programs beside it, so that no other stack that starts now does the work.
    const assets = join(folder(), 'assets');
    mkdirSync(assets);
    const find = await ensureBinaries(['etcd', 'kube-apiserver', 'kubectl']);
    for (const name of ['etcd', 'kube-apiserver', 'kubectl'] as const) symlinkSync(find(name), join(assets, name));
    const script = `
      import { startLocalStack } from ${JSON.stringify(fileURLToPath(new URL('local-stack.ts', import.meta.url)))};
      const stack = await startLocalStack({ components: ${JSON.stringify(apiServerOnly)} });
      const pids = stack.processes().map(({ pid }) => pid);
      console.log(JSON.stringify({ pids, server: stack.client.server, dataDir: stack.dataDir }));
      setInterval(() => undefined, 1000);`;
    const child = spawn(process.execPath, ['--conditions=@kaito/source', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env['PATH'], KAITO_CACHE_DIR: folder(), KUBEBUILDER_ASSETS: assets },
    });
    owner = child;
    const run: { pids: number[]; server: string; dataDir: string } = JSON.parse(
      String(await once(createInterface(child.stdout), 'line')),
    );
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    expect(run.pids.filter(pid => identify(pid))).toEqual(run.pids);
    expect(await answers(run.server)).toBe(true);

    process.env['KAITO_CACHE_DIR'] = folder();
    const next = await Run.open({});
    next.close();
    await gone(run.pids, 0);
    expect(await answers(run.server)).toBe(false);
    expect(existsSync(run.dataDir)).toBe(false);
  });
});
