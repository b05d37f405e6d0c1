import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { packageRoot } from '../repository.ts';

const SUM = /^[0-9a-f]{64}$/i;

/**
 * Finds the SHA-256 of `file` in a published checksum file: either a bare sum, or lines of `sum  name`.
 * @returns the sum in lower case, or `undefined` when the file is not in it.
 */
export function findChecksum(published: string, file: string): string | undefined {
  const lines = published
    .trim()
    .split('\n')
    .map(line => line.trim().split(/\s+\*?/));
  const [first] = lines;
  if (lines.length === 1 && first?.length === 1) return asSum(first[0]);
  return asSum(lines.find(([, name]) => name !== undefined && basename(name) === file)?.[0]);
}

function asSum(text: string | undefined): string | undefined {
  return text && SUM.test(text) ? text.toLowerCase() : undefined;
}

/**
 * The sums that are checked in: they overrule what a server publishes beside its files. Keys are the file names of
 * releases with their path, such as `release/v1.36.3/bin/linux/amd64/kubectl`.
 */
export async function pinnedChecksums(): Promise<Readonly<Record<string, string>>> {
  const sums: Record<string, string> = JSON.parse(await readFile(join(packageRoot, 'assets/checksums.json'), 'utf8'));
  return sums;
}
