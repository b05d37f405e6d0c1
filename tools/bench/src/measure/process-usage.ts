import { readFile } from 'node:fs/promises';

/** What a process has used so far. */
export interface ProcessUsage {
  /** User and system time, in milliseconds. */
  readonly cpuMs: number;
  /** Resident memory now, and the most it ever was, in MiB. */
  readonly rssMiB: number;
  readonly peakRssMiB: number;
}

/** Ticks per second of /proc/<pid>/stat: USER_HZ, 100 on every Linux that Node runs on (man 5 proc). */
const TICKS_PER_SECOND = 100;

/**
 * Reads the CPU time and memory of a process out of /proc (Linux).
 * @throws when there is no such process, or no /proc.
 */
export async function processUsage(pid: number): Promise<ProcessUsage> {
  const [stat, status] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/status`, 'utf8'),
  ]);
  // The name, in parentheses, may hold spaces: count from behind it. utime and stime are fields 14 and 15 (man 5 proc).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return {
    cpuMs: (ticks * 1000) / TICKS_PER_SECOND,
    rssMiB: mebibytes(status, 'VmRSS'),
    peakRssMiB: mebibytes(status, 'VmHWM'),
  };
}

function mebibytes(status: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? Number.NaN) / 1024;
}
