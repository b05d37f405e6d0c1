import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { hasCode, messageOf } from '../error-text.ts';
import { signalGroup } from '../processes/host-process.ts';
import type { ContainerEnd } from './container-record.ts';
import type { ContainerLog } from './container-log.ts';
import type { RunningContainer } from './runtime.ts';

export interface ContainerProcessOptions {
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;
  readonly log: ContainerLog;
  /** The file that a container writes its last words to. */
  readonly messageFile: string;
  /** Whether the end of the log stands for last words that are missing after a failure. */
  readonly messageFromLog: boolean;
  /** Makes of a text what the container would have written. */
  readonly shown: (text: string) => string;
  /** Has the process ended when we end. @returns how to forget it again */
  readonly watch: (pid: number) => () => void;
}

/** Of a termination message, and of the part of a log that stands for one (Kubernetes docs, "Determine the Reason for Pod Failure"). */
const MESSAGE_BYTES = 4_096;
const MESSAGE_FROM_LOG = { characters: 2_048, lines: 80 } as const;
/** Of a container whose command cannot be started (container runtimes). */
const START_ERROR = 128;

/** Runs a container as a process in a group of its own: whatever it starts goes with it. */
export function startContainerProcess(options: ContainerProcessOptions): RunningContainer {
  const { command, env, folder, log } = options;
  const [program = '', ...args] = command;
  log.rotate();
  const startedAt = new Date().toISOString();
  const child = spawn(program, args, { cwd: folder, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  log.take('stdout', child.stdout);
  log.take('stderr', child.stderr);
  let killedFor: 'Error' | 'OOMKilled' | undefined;
  const ended = endOfProcess(child, options).then((end): ContainerEnd => {
    const reason = end.exitCode === 0 ? 'Completed' : (end.reason ?? killedFor ?? 'Error');
    return { ...end, reason, startedAt, finishedAt: new Date().toISOString() };
  });
  return {
    startedAt,
    ended,
    terminate: () => child.kill('SIGTERM'),
    kill: (reason = 'Error') => {
      killedFor = reason;
      if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
    },
  };
}

type ProcessEnd = Pick<ContainerEnd, 'exitCode'> & Partial<Pick<ContainerEnd, 'reason' | 'message' | 'signal'>>;

function endOfProcess(child: ChildProcess, options: ContainerProcessOptions): Promise<ProcessEnd> {
  const { pid } = child;
  if (pid === undefined) return failedToStart(child);
  const forget = options.watch(pid);
  return new Promise(resolve => {
    child.once('exit', (code, signal) => {
      // The first process of a container has ended: the others have no one to live for.
      signalGroup(pid, 'SIGKILL');
      const number = signal === null ? undefined : constants.signals[signal];
      const exitCode = code ?? START_ERROR + (number ?? 0);
      child.once('close', () => {
        forget();
        const message = lastWords(exitCode, options);
        resolve({ exitCode, ...(message !== '' && { message }) });
      });
    });
  });
}

function failedToStart(child: ChildProcess): Promise<ProcessEnd> {
  return new Promise(resolve => {
    child.once('error', error => {
      resolve({ exitCode: START_ERROR, reason: 'StartError', message: messageOf(error) });
    });
  });
}

function lastWords(exitCode: number, { messageFile, messageFromLog, log, shown }: ContainerProcessOptions): string {
  const written = shown(readIfThere(messageFile).subarray(0, MESSAGE_BYTES).toString());
  if (written !== '' || !messageFromLog || exitCode === 0) return written;
  const lines = log.text().trimEnd().split('\n').slice(-MESSAGE_FROM_LOG.lines);
  return lines.join('\n').slice(-MESSAGE_FROM_LOG.characters);
}

function readIfThere(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return Buffer.alloc(0);
    throw error;
  }
}
