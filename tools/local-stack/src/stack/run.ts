import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { hasCode } from '../error-text.ts';
import { cacheDir } from '../binaries/settings.ts';
import { endOrphans } from '../processes/end-orphans.ts';
import { guard, release } from '../processes/exit-guard.ts';
import { Program, type ProgramOptions } from '../processes/program.ts';
import { readRuns, RunRecord } from '../processes/run-record.ts';

export interface RunOptions {
  readonly dataDir?: string | undefined;
  readonly keepData?: boolean | undefined;
}

const DUMPED_LINES = 20;
/**
 * How long programs may take for a good end. The API server would wait a second for its clients to hang up, which is
 * worth it only where data is kept.
 */
const GRACE_MS = { thrownAway: 300, kept: 5_000 } as const;

/** Marks a data folder as ours, so that a later run may empty it. */
const MARKER = '.kaito-local-stack';

/** The folder where runs are written down. */
export function runsDir(): string {
  return join(cacheDir(), 'runs');
}

/** One run of the stack: its data folder, its record, and its programs in the order in which they were started. */
export class Run {
  readonly dataDir: string;
  readonly #keepData: boolean;
  readonly #record: RunRecord;
  readonly #programs: Program[] = [];
  #stopping = false;

  private constructor(dataDir: string, keepData: boolean) {
    this.dataDir = dataDir;
    this.#keepData = keepData;
    this.#record = new RunRecord(runsDir(), { dataDir, keepData });
  }

  /**
   * Ends what is left of runs whose owner was killed, and takes a data folder.
   * @throws when the folder belongs to a run that is alive, or holds files that no run has made.
   */
  static async open({ dataDir, keepData = false }: RunOptions): Promise<Run> {
    await endOrphans(runsDir());
    return new Run(
      dataDir === undefined ? mkdtempSync(join(tmpdir(), 'kaito-')) : takeFolder(resolve(dataDir)),
      keepData,
    );
  }

  /** All programs that were started and still run. */
  get running(): readonly Program[] {
    return this.#programs.filter(program => program.running);
  }

  /** The log of a program of that name, whether it is running or not. */
  logFile(name: string): string {
    return join(this.dataDir, `${name}.log`);
  }

  /**
   * Starts a program as a part of this run.
   * @throws when it cannot be started, or when the run is being stopped.
   */
  async start(options: Omit<ProgramOptions, 'logFile' | 'record'>): Promise<Program> {
    if (this.#stopping) throw new Error(`${options.name} is not started: its stack has been stopped`);
    const program = await Program.start({ ...options, logFile: this.logFile(options.name), record: this.#record });
    this.#programs.push(program);
    return program;
  }

  /**
   * Takes responsibility for a process that leads a group: it ends with this process, at the latest with the next run.
   * @param marker a line `NAME=value` of its environment that no other process has
   * @returns how to give it back, once it has ended
   */
  watch(name: string, pid: number, marker: string): () => void {
    guard(pid);
    this.#record.remember(name, pid, marker);
    return () => {
      release(pid);
      this.#record.forget(pid);
    };
  }

  /** The last lines of the log of every program, each log once. */
  dump(): string {
    const byLog = new Map(this.#programs.map(program => [program.logFile, program]));
    return [...byLog.values()].map(program => program.lastLines(DUMPED_LINES)).join('\n');
  }

  /**
   * Ends all programs: the groups that are named one after the other, the programs of a group at once; then whatever is
   * left, the latest first, because what was started later needs what was started earlier.
   */
  async stop(groups: readonly (readonly Program[])[] = []): Promise<void> {
    this.#stopping = true;
    const graceMs = this.#keepData ? GRACE_MS.kept : GRACE_MS.thrownAway;
    for (const group of groups) await Promise.all(group.map(program => program.stop({ graceMs })));
    for (const program of this.running.toReversed()) await program.stop({ graceMs });
  }

  /**
   * Closes the run once all of its programs have ended: the record goes, and so does the data folder unless it is kept.
   * @throws when a program is still running: then the record stays, for a later run to end it.
   */
  close(): void {
    this.#checkAllEnded();
    if (!this.#keepData) remove(this.dataDir);
    this.#record.close();
  }

  /** Closes a run that has failed: the logs stay for people to read, etcd's data does not. */
  closeKeepingLogs(): void {
    this.#checkAllEnded();
    remove(join(this.dataDir, 'etcd'));
    this.#record.close();
  }

  #checkAllEnded(): void {
    if (this.running.length > 0)
      throw new Error(`still running: ${this.running.map(({ name, pid }) => `${name} (${pid})`).join(', ')}`);
  }
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

function takeFolder(dataDir: string): string {
  const user = readRuns(runsDir()).find(run => run.dataDir === dataDir);
  if (user)
    throw new Error(
      `${dataDir} is in use by a stack of process ${user.owner.pid}; stop that one, or choose another folder`,
    );
  const content = list(dataDir);
  if (content.length > 0 && !content.includes(MARKER)) {
    throw new Error(
      `${dataDir} holds files that are not of a local stack (${content.slice(0, 3).join(', ')}); choose an empty folder`,
    );
  }
  remove(dataDir);
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(join(dataDir, MARKER), 'Data of a local stack; the next start in this folder empties it.\n');
  return dataDir;
}

function list(dataDir: string): readonly string[] {
  try {
    return readdirSync(dataDir);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}
