import { linkSync, mkdirSync, readFileSync, rmdirSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { hasCode } from '../error-text.ts';
import { pause } from './pause.ts';
import { identify, isRunning, realProcess, type ProcessIdentity } from './host-process.ts';

const RETRY_MS = 100;
/** Breaking a lock takes microseconds; a breaker that is older was killed in between. */
const BREAKER_EXPIRES_MS = 10_000;

export interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called once when another process holds the lock. */
  readonly onWait?: (holder: ProcessIdentity) => void;
}

/**
 * Runs `work` while holding the lock `file`, which one process in the machine can hold at a time. The lock of a process
 * that died is broken.
 * @throws what `work` throws, or the signal's reason when it is aborted while waiting.
 */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  { signal, onWait }: LockOptions = {},
): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  let waited = false;
  while (!tryLock(file)) {
    const holder = readHolder(file);
    if (holder && !isRunning(holder)) breakLock(file);
    else {
      if (holder && !waited) onWait?.(holder);
      waited ||= holder !== undefined;
      await pause(RETRY_MS, signal);
    }
  }
  try {
    return await work();
  } finally {
    unlinkSync(file);
  }
}

/** A hard link appears together with its content and fails when the name is taken: nobody reads a half-written lock. */
function tryLock(file: string): boolean {
  const mine = `${file}.${realProcess.pid}-${crypto.randomUUID()}`;
  writeFileSync(mine, JSON.stringify(identify(realProcess.pid)));
  try {
    linkSync(mine, file);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    unlinkSync(mine);
  }
}

function readHolder(file: string): ProcessIdentity | undefined {
  try {
    const holder: ProcessIdentity = JSON.parse(readFileSync(file, 'utf8'));
    return holder;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/**
 * Removes a lock whose holder is dead. Only one process breaks at a time and looks again before it does: otherwise the
 * second of two that saw the same dead holder would remove the lock that the first has taken by then.
 */
function breakLock(file: string): void {
  const breaker = `${file}.breaking`;
  try {
    mkdirSync(breaker);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    removeExpired(breaker);
    return;
  }
  try {
    const holder = readHolder(file);
    if (holder && !isRunning(holder)) unlinkSync(file);
  } finally {
    rmdirSync(breaker);
  }
}

function removeExpired(breaker: string): void {
  try {
    if (Date.now() - statSync(breaker).mtimeMs > BREAKER_EXPIRES_MS) rmdirSync(breaker);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}
