import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { hasInEnvironment, identify, isRunning, signalGroup, type ProcessIdentity } from './host-process.ts';
import { readRuns, type StoredRun } from './run-record.ts';

const CHECK_EVERY_MS = 20;
const KILLED_WITHIN_MS = 10_000;

/**
 * Ends what is left of runs whose owner was killed before it could stop them: their processes, data folders and records.
 * A process is touched only if its pid, start time and command line, or a mark in its environment, are those that were written down.
 * @returns the names and pids of the processes that were ended.
 */
export async function endOrphans(runsDir: string): Promise<readonly string[]> {
  const ended = await Promise.all(
    readRuns(runsDir)
      .filter(run => !run.owned)
      .map(endRun),
  );
  return ended.flat();
}

async function endRun(run: StoredRun): Promise<readonly string[]> {
  const orphans = run.processes.filter(isSame);
  for (const orphan of orphans) signalGroup(orphan.pid, 'SIGKILL');
  await Promise.all(orphans.map(gone));
  if (!run.keepData) rmSync(run.dataDir, { recursive: true, force: true });
  rmSync(run.file, { force: true });
  return orphans.map(({ name, pid }) => `${name} (${pid})`);
}

function isSame(process: ProcessIdentity & { readonly marker?: string }): boolean {
  const now = identify(process.pid);
  if (now?.startTime !== process.startTime) return false;
  const { marker } = process;
  return marker === undefined ? now.command === process.command : hasInEnvironment(process.pid, marker);
}

async function gone(process: ProcessIdentity & { readonly name: string }): Promise<void> {
  for (const until = performance.now() + KILLED_WITHIN_MS; isRunning(process); await delay(CHECK_EVERY_MS)) {
    if (performance.now() > until)
      throw new Error(`${process.name} (pid ${process.pid}) of an earlier run does not end; kill it by hand`);
  }
}
