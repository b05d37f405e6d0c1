import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { guard, release } from './exit-guard.ts';
import { signalGroup } from './host-process.ts';
import type { RunRecord } from './run-record.ts';

export interface ProgramOptions {
  /** What messages call it. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment; ours when absent. */
  readonly env?: NodeJS.ProcessEnv;
  /** Standard output and error are appended to this file. */
  readonly logFile: string;
  /** Where the process is written down, so that a later run can end it if we cannot. */
  readonly record: RunRecord;
}

export interface StopOptions {
  /** Asks for the end; SIGTERM by default. */
  readonly signal?: NodeJS.Signals;
  /** Milliseconds until SIGKILL follows; 5,000 by default. */
  readonly graceMs?: number;
}

const LOG_LINES_IN_ERRORS = 15;

/** One process of the stack, in a process group of its own, with its output in a file. */
export class Program {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>;
  readonly #record: RunRecord;
  readonly #child: ChildProcess;

  private constructor(options: ProgramOptions, child: ChildProcess, pid: number) {
    this.name = options.name;
    this.logFile = options.logFile;
    this.#record = options.record;
    this.#child = child;
    this.pid = pid;
    this.ended = new Promise(resolve => {
      child.once('exit', () => {
        release(pid);
        this.#record.forget(pid);
        resolve();
      });
    });
  }

  /**
   * Starts a program.
   * @throws when it cannot be started at all (no such file, not executable); one that ends early shows in `ended`.
   */
  static async start(options: ProgramOptions): Promise<Program> {
    const log = openSync(options.logFile, 'a');
    try {
      const child = spawn(options.command, options.args, {
        detached: true,
        stdio: ['ignore', log, log],
        env: options.env ?? process.env,
      });
      if (child.pid === undefined) throw await failedToSpawn(child, options);
      guard(child.pid);
      options.record.remember(options.name, child.pid);
      return new Program(options, child, child.pid);
    } finally {
      closeSync(log);
    }
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** How it ended: `exit 1`, `SIGKILL`; `undefined` while it runs. */
  get end(): string | undefined {
    if (this.running) return undefined;
    return this.#child.signalCode ?? `exit ${this.#child.exitCode}`;
  }

  /** Everything that it has printed so far. */
  logs(): string {
    return readFileSync(this.logFile, 'utf8');
  }

  /** The end of its log under a heading that says where that is and how the program is. */
  lastLines(count: number): string {
    const lines = this.logs().trimEnd().split('\n').slice(-count);
    return `${this.name} (${this.end ?? 'running'}), the end of ${this.logFile}:\n  ${lines.join('\n  ')}`;
  }

  /** An error that says what happened to it, with the end of its log. */
  failure(what: string): Error {
    return new Error(`${this.name} ${what}\n${this.lastLines(LOG_LINES_IN_ERRORS)}`);
  }

  /** Sends a signal to the process and its children; does nothing when it has ended. */
  kill(signal: NodeJS.Signals): void {
    if (this.running) signalGroup(this.pid, signal);
  }

  /** Asks it to end, kills it after the grace period, and resolves when it is gone. */
  async stop({ signal = 'SIGTERM', graceMs = 5_000 }: StopOptions = {}): Promise<void> {
    this.kill(signal);
    const graceOver = new AbortController();
    const grace = delay(graceMs, undefined, { signal: graceOver.signal }).then(
      () => this.kill('SIGKILL'),
      () => undefined, // It ended within the grace period.
    );
    await this.ended;
    graceOver.abort();
    await grace;
  }
}

function failedToSpawn(child: ChildProcess, { name, command }: ProgramOptions): Promise<Error> {
  return new Promise(resolve => {
    child.once('error', cause => resolve(new Error(`${name} cannot be started (${basename(command)})`, { cause })));
  });
}
