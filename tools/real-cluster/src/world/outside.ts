import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NAMESPACES } from '../requirements.ts';
import { createCgroups, PREFIX, removeCgroups } from './cgroups.ts';
import type { Plan } from './plan.ts';

export interface WorldOptions {
  readonly plan: Omit<Plan, 'dataDir' | 'hierarchies'>;
  /** The program that runs inside, with its arguments; the path of the plan is appended. */
  readonly command: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Runs a program in namespaces of its own (processes, network, mounts, cgroups), which end with it, and with us: it holds the
 * other end of a pipe. Cgroups and files are removed afterwards; those that a run left that was killed, before.
 * @returns its exit code, null when it was killed.
 */
export async function runInside({ plan, command, signal }: WorldOptions): Promise<number | null> {
  removeLeftovers();
  const dataDir = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const id = String(process.pid);
  const { folders, hierarchies } = createCgroups(id);
  try {
    const planFile = join(dataDir, 'plan.json');
    writeFileSync(planFile, JSON.stringify({ ...plan, dataDir, hierarchies } satisfies Plan));
    const join_ = folders.map(folder => `echo $$ > '${folder}/cgroup.procs'`).join('; ');
    // The first process of a pid namespace inherits orphans; a shell buries them.
    const init = ['sh', '-c', '"$@" 3<&3 & wait $!', 'init'];
    const all = ['-ec', `${join_}; exec "$@"`, 'sh', 'unshare', ...NAMESPACES, ...init, ...command, planFile];
    // Records of runs name processes by ids that mean something else in there: those of others would be taken for left-overs.
    const env = { ...process.env, KAITO_CACHE_DIR: join(dataDir, 'cache') };
    const child = spawn('sh', all, { env, stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
    const end = (): void => void child.stdio[3]?.destroy();
    signal.addEventListener('abort', end, { once: true });
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
    return await ended.finally(() => signal.removeEventListener('abort', end));
  } finally {
    removeCgroups(id);
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Removes cgroups and data folders of runs that were killed. */
export function removeLeftovers(): void {
  removeCgroups();
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
