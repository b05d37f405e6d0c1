import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { signalGroup } from '../processes/host-process.ts';

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Whether what it has started ends with it when it is stopped, for programs that leave that to others. */
  readonly wholeGroup?: boolean;
  /** Gets standard error while it comes in; it is kept for the error message all the same. */
  readonly onStderr?: (chunk: string) => void;
}

/** `go build` cleans up at this one only. */
const STOP_SIGNAL = 'SIGINT';
const GROUP_GRACE_MS = 3_000;

/** A program that was run and did not succeed; the message ends with the last line that it wrote to standard error. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly stdout: string;
  readonly stderr: string;

  constructor(message: string, output: { readonly stdout: string; readonly stderr: string }, options?: ErrorOptions) {
    const said = output.stderr.trim().split('\n').at(-1);
    super(said ? `${message}: ${said}` : message, options);
    this.stdout = output.stdout;
    this.stderr = output.stderr;
  }
}

/**
 * Runs a program to its end.
 * @returns its standard output.
 * @throws CommandError when it cannot be started, fails or takes too long; the signal's reason when that is aborted.
 */
export async function runProgram(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { timeoutMs, signal } = options;
  signal?.throwIfAborted();
  const limit = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  const shown = [command, ...args].join(' ');
  try {
    const output = await collect(launch(command, args, options, limit), options.onStderr);
    if (output.end === 'exit 0') return output.stdout;
    const why = limit?.aborted ? `took longer than ${timeoutMs} ms` : `failed (${output.end})`;
    throw new CommandError(`${shown} ${why}`, output);
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof CommandError) throw cause;
    const why = limit?.aborted ? `took longer than ${timeoutMs} ms` : `did not run: ${String(cause)}`;
    throw new CommandError(`${shown} ${why}`, { stdout: '', stderr: '' }, { cause });
  }
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

function launch(
  command: string,
  args: readonly string[],
  { cwd, env, signal, wholeGroup = false }: RunOptions,
  limit?: AbortSignal,
): Child {
  const stop = AbortSignal.any([signal, limit].filter(each => each !== undefined));
  const child = spawn(command, args, {
    ...(env ? { env } : {}),
    ...(cwd === undefined ? {} : { cwd }),
    ...(wholeGroup ? { detached: true } : { signal: stop, killSignal: STOP_SIGNAL }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (wholeGroup) endGroupWhen(stop, child);
  return child;
}

/** One that would be left keeps the output open, and locks. */
function endGroupWhen(stop: AbortSignal, child: Child): void {
  const { pid } = child;
  if (pid === undefined) return; // It did not start.
  const end = (): void => {
    signalGroup(pid, STOP_SIGNAL);
    const kill = setTimeout(() => signalGroup(pid, 'SIGKILL'), GROUP_GRACE_MS);
    child.once('close', () => clearTimeout(kill));
  };
  stop.addEventListener('abort', end, { once: true });
  child.once('close', () => stop.removeEventListener('abort', end));
}

interface Output {
  readonly stdout: string;
  readonly stderr: string;
  readonly end: string;
}

async function collect(child: Child, onStderr: ((chunk: string) => void) | undefined): Promise<Output> {
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
    onStderr?.(chunk);
  });
  const [stdout, end] = await Promise.all([text(child.stdout), endOf(child)]);
  return { stdout, stderr, end };
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, killedBy) => resolve(killedBy ?? `exit ${code}`));
  });
}
