import { spawn } from 'node:child_process';
import { guard, release } from '../processes/exit-guard.ts';
import { signalGroup } from '../processes/host-process.ts';

export interface HookOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;
  /** Aborting it kills the command. */
  readonly signal: AbortSignal;
}

/** Runs a short command in a container: a probe, or what is to be done before the end. @returns whether it ended well */
export function runHook(command: readonly string[], { env, folder, signal }: HookOptions): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  const [program = '', ...args] = command;
  const child = spawn(program, args, { cwd: folder, env, detached: true, stdio: 'ignore' });
  const { pid } = child;
  if (pid !== undefined) guard(pid);
  const kill = (): void => {
    if (pid !== undefined) signalGroup(pid, 'SIGKILL');
  };
  signal.addEventListener('abort', kill, { once: true });
  return new Promise(resolve => {
    const settle = (well: boolean): void => {
      signal.removeEventListener('abort', kill);
      kill(); // What it has left behind.
      if (pid !== undefined) release(pid);
      resolve(well);
    };
    child.once('exit', code => settle(code === 0));
    child.once('error', () => settle(false));
  });
}
