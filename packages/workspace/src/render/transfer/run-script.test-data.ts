import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** How a script has ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The last line of stderr. */
  readonly said: string;
  /** What the kubelet would show as the termination message. */
  readonly message: string;
}

/** A script that runs. */
export interface Running {
  readonly ended: Promise<Ended>;
  /** Kills it and all that it has started, as the end of a container does. */
  readonly kill: () => void;
  /** Tells the script alone that it is to end, as the kubelet does. */
  readonly terminate: () => void;
}

/** A shell by which scripts are run, and the programs that they find. */
export interface Shell {
  readonly name: string;
  readonly command: string;
  /** Folder of programs that come before those of this machine. */
  readonly programs?: string;
}

/**
 * This machine's shell, and that of the images where busybox is there: with its tar, gzip, find and so on. Call it where tests are declared; what it needs goes
 * after the tests of the file.
 */
export function useShells(): readonly Shell[] {
  const sh: Shell = { name: 'sh', command: 'sh' };
  if (spawnSync('busybox', ['true']).status !== 0) return [sh];
  const programs = mkdtempSync(join(tmpdir(), 'kaito-busybox-'));
  spawnSync('busybox', ['--install', '-s', programs]);
  afterAll(() => rmSync(programs, { recursive: true, force: true }));
  return [sh, { name: 'busybox', command: join(programs, 'sh'), programs }];
}

/** A new folder for each test, removed after it. */
export function useFolder(): () => string {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kaito-transfer-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  return () => folder;
}

/**
 * Starts a script as a container would: with nothing but its own environment.
 * @param env beside PATH; waits between tries are short
 */
export function startScript(script: string, shell: Shell, env: Readonly<Record<string, string>>): Running {
  const log = join(mkdtempSync(join(tmpdir(), 'kaito-termination-')), 'log');
  const path = [shell.programs, env['PATH_BEFORE'], process.env['PATH']].filter(part => part !== undefined).join(':');
  const child = spawn(shell.command, ['-c', script], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { HOME: '/tmp', RETRY_SECONDS: '0', ...env, PATH: path, TERMINATION_LOG: log },
  });
  return { ended: collect(child, log), kill: () => killGroup(child), terminate: () => void child.kill('SIGTERM') };
}

/** Runs a script to its end. */
export function runScript(script: string, shell: Shell, env: Readonly<Record<string, string>>): Promise<Ended> {
  return startScript(script, shell, env).ended;
}

async function collect(child: ChildProcess, log: string): Promise<Ended> {
  const { stdout: out, stderr: err } = child;
  if (!out || !err) throw new Error('the script has no output');
  const code = new Promise<number | null>((resolve, reject) => {
    child.once('exit', resolve);
    child.once('error', reject);
  });
  const [stdout, stderr] = await Promise.all([text(out), text(err)]);
  const ended = { code: await code, stdout, stderr, said: stderr.trim().split('\n').at(-1) ?? '', message: read(log) };
  rmSync(join(log, '..'), { recursive: true, force: true });
  return ended;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // It was killed before it could say anything.
  }
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It had ended.
  }
}
