import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { jest } from '@jest/globals';
import { eventually } from '@kaito/testing';
import { removeLeftovers } from './world/outside.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
/** Images are built the first time, and with other tests beside it everything takes longer. */
const WITHIN_MS = 840_000;

jest.setTimeout(WITHIN_MS + 30_000);

interface Running {
  readonly process: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
}

let running: Running | undefined;
afterEach(async () => {
  running?.process.kill('SIGKILL');
  await running?.ended;
});

/** Starts what `npm run e2e:real` starts. */
function start(command: string): Running {
  const args = ['--conditions=@kaito/source', 'tools/real-cluster/src/main.ts', command];
  const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, NODE_OPTIONS: '' } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += String(chunk)));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  running = { process: child, output: () => output, ended };
  return running;
}

/** Where no real cluster can run, nobody shall think that it was tested. */
function skipped(output: string): boolean {
  const [reason] = /^SKIPPED: .*$/m.exec(output) ?? [];
  if (reason) console.warn(reason);
  return reason !== undefined;
}

/** Processes that have the folder of a run in their command line, whoever started them. */
function processesOf(run: string): readonly string[] {
  return readdirSync('/proc').flatMap(pid => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return command.includes(run) ? [command] : [];
    } catch {
      return []; // It has ended meanwhile.
    }
  });
}

test('on real kubelets: install, a model that answers, upgrade under load, leaders killed, uninstall in either order', async () => {
  const { process: child, ended, output } = start('e2e');
  const limit = setTimeout(() => child.kill('SIGTERM'), WITHIN_MS);
  const code = await ended;
  clearTimeout(limit);
  if (skipped(output())) return;
  console.log(output());
  expect({ code, output: code === 0 ? '' : output() }).toEqual({ code: 0, output: '' });
  expect(output()).toContain('leaders killed, others lead');
  for (const first of ['workspace', 'gpu-provisioner']) expect(output()).toContain(`uninstalled, ${first} first`);
});

test('a run that is killed leaves no process behind', async () => {
  const { process: child, ended, output } = start('up');
  const reached = (): void => {
    if (child.exitCode === null && !output().includes('the cluster runs pods')) throw new Error('it runs no pods yet');
  };
  await eventually(reached, { timeoutMs: WITHIN_MS, describe: 'the cluster', dump: output });
  if (skipped(output())) return;
  const run = `kaito-real-${child.pid}-`;
  expect(processesOf(run).length).toBeGreaterThan(5);
  child.kill('SIGKILL');
  await ended;
  await eventually(() => expect(processesOf(run)).toEqual([]), { timeoutMs: 20_000 });
  removeLeftovers();
});
