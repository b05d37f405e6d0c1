import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { runInThisContext } from 'node:vm';
import { hasCode } from '../error-text.ts';

/**
 * The process that we run in, even inside a test runner: jest hands modules a copy of `process` on which `exit` and
 * signals are never emitted, so what must happen at exit has to be hung on the real one.
 */
export const realProcess = ownProcess();

function ownProcess(): NodeJS.Process {
  const found: NodeJS.Process = runInThisContext('process');
  return found;
}

/** A process beyond doubt: pids are used again, a pid together with its start time is not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque; equal for the same process only. */
  readonly startTime: string;
  /** The command line, arguments parted by spaces. */
  readonly command: string;
}

/**
 * @returns the identity of a running process; `undefined` when there is none, or when it is a zombie (it has ended and
 * only waits to be reaped by its parent).
 */
export function identify(pid: number): ProcessIdentity | undefined {
  return process.platform === 'linux' ? identifyByProc(pid) : identifyByPs(pid);
}

/** @returns whether that very process is still running. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startTime === identity.startTime;
}

/** Whether `NAME=value` stands in the environment that a process was started with; false where nobody can tell. */
export function hasInEnvironment(pid: number, variable: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(variable);
  } catch {
    return false; // It has ended, or this system does not show it.
  }
}

function identifyByProc(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // proc(5): the second field is the name in parentheses and may hold anything, so fields are counted from its end.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state] = fields;
    const threads = Number(fields[17]);
    const startTime = fields[19];
    // The first thread of a process that was killed can be a zombie while others still die, and hold its ports.
    const ended = state === 'X' || (state === 'Z' && threads <= 1);
    if (ended || startTime === undefined) return undefined;
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return { pid, startTime, command };
  } catch (error) {
    // ESRCH: it ended between two reads.
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ESRCH')) return undefined;
    throw error;
  }
}

function identifyByPs(pid: number): ProcessIdentity | undefined {
  const ps = (field: string): string =>
    spawnSync('ps', ['-o', `${field}=`, '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
  const startTime = ps('lstart');
  if (!startTime || ps('state').startsWith('Z')) return undefined;
  return { pid, startTime, command: ps('command') };
}

/**
 * Sends a signal to the group of a process that leads one.
 * @returns false when there is no such group any more.
 */
export function signalGroup(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return false;
    // macOS answers EPERM for a group of which only zombies are left.
    if (hasCode(error, 'EPERM') && !identify(pid)) return false;
    throw error;
  }
}
