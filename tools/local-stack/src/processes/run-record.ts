import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hasCode } from '../error-text.ts';
import { identify, isRunning, realProcess, type ProcessIdentity } from './host-process.ts';

interface NamedProcess extends ProcessIdentity {
  readonly name: string;
  /**
   * A line of its environment that no other process has. It stands for the command of a process that may become another program:
   * a shell does so by `exec`.
   */
  readonly marker?: string;
}

/** What is written down about a run: enough to end it when its owner was killed without a chance to do so. */
export interface Run {
  readonly owner: ProcessIdentity;
  readonly dataDir: string;
  readonly keepData: boolean;
  readonly processes: readonly NamedProcess[];
}

/** The pid file of one run. It is rewritten, atomically, with each process that starts or ends. */
export class RunRecord {
  readonly file: string;
  #run: Run;
  #closed = false;

  /** Writes the record of a run of this process into `runsDir`. */
  constructor(runsDir: string, options: { readonly dataDir: string; readonly keepData: boolean }) {
    const owner = identify(realProcess.pid);
    if (!owner) throw new Error(`this process (${realProcess.pid}) is not in the process table`);
    this.file = join(runsDir, `${owner.pid}-${crypto.randomUUID()}.json`);
    this.#run = { owner, ...options, processes: [] };
    this.#write();
  }

  /** Writes down a process that has just been started. */
  remember(name: string, pid: number, marker?: string): void {
    const identity = identify(pid);
    if (!identity) return; // It has ended already.
    const named = { ...identity, name, ...(marker !== undefined && { marker }) };
    this.#run = { ...this.#run, processes: [...this.#run.processes, named] };
    this.#write();
  }

  /** Strikes a process that has ended. */
  forget(pid: number): void {
    this.#run = { ...this.#run, processes: this.#run.processes.filter(process => process.pid !== pid) };
    this.#write();
  }

  /** Removes the record: nothing of the run is left. */
  close(): void {
    this.#closed = true;
    rmSync(this.file, { force: true });
  }

  #write(): void {
    if (this.#closed) return;
    mkdirSync(dirname(this.file), { recursive: true }); // Somebody may have emptied the cache meanwhile.
    const temporary = `${this.file}.tmp`;
    writeFileSync(temporary, JSON.stringify(this.#run, undefined, 2));
    renameSync(temporary, this.file);
  }
}

/** A record as it lies on disk. */
export interface StoredRun extends Run {
  readonly file: string;
  /** Whether the process that started the run is still there to end it. */
  readonly owned: boolean;
}

/** All runs written down in `runsDir`; a file that is not a record is an error that names it. */
export function readRuns(runsDir: string): readonly StoredRun[] {
  return recordFiles(runsDir).flatMap(name => {
    const run = readRun(join(runsDir, name));
    return run ? [{ ...run, file: join(runsDir, name), owned: isRunning(run.owner) }] : [];
  });
}

function recordFiles(runsDir: string): readonly string[] {
  try {
    return readdirSync(runsDir).filter(name => name.endsWith('.json'));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

function readRun(file: string): Run | undefined {
  try {
    const run: Run = JSON.parse(readFileSync(file, 'utf8'));
    return run;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined; // Its run has ended meanwhile.
    throw new Error(`${file} is not a record of a run; remove it after ending what it speaks of`, { cause: error });
  }
}
