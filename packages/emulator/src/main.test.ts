import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { EmulatorClient } from './index.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const running = new Set<ChildProcess>();

function start(...args: readonly string[]): ChildProcess {
  const env = { PATH: process.env['PATH'] };
  const child = spawn(process.execPath, ['--conditions=@kaito/source', MAIN, ...args], { env, stdio: 'pipe' });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});

describe('the command', () => {
  it('prints one line when it serves, and ends without a trace when it is told to', async () => {
    const child = start('--pool-cap=7', '--operation=2s', '--location=westus3');
    const [line] = await once(createInterface(child.stdout!), 'line');
    const { url, caFile, cluster } = JSON.parse(line);
    expect(cluster.nodeResourceGroup).toBe('MC_kaito_kaito_westus3');
    const client = new EmulatorClient({ url, caFile });
    const { settings } = await client.state();
    expect([settings.poolCap, settings.timings.operationMs]).toEqual([7, 2000]);
    client.close();
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(existsSync(caFile)).toBe(false);
  }, 20_000);

  it.each([
    [['--port=99999'], 'port'],
    [['--host=0.0.0.0'], 'loopback only'],
    [['--kubeconfig=/does/not/exist'], '/does/not/exist'],
  ])(
    '%j is refused in a sentence',
    async (args, reason) => {
      const child = start(...args);
      const [stderr, [code]] = await Promise.all([text(child.stderr!), once(child, 'exit')]);
      expect(code).toBe(1);
      expect(stderr).toContain(reason);
      expect(stderr).not.toMatch(/^\s+at /m);
    },
    20_000,
  );
});
