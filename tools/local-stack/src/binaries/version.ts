/** Major, minor and patch. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/**
 * @param text what a program prints about itself, such as `Kubernetes v1.36.3` or `etcd Version: 3.6.16`.
 * @returns the first version in it, or `undefined`.
 */
export function parseVersion(text: string): Version | undefined {
  const match = /\bv?(\d+)\.(\d+)\.(\d+)/.exec(text);
  if (!match) return undefined;
  const [, major, minor, patch] = match;
  return { major: Number(major), minor: Number(minor), patch: Number(patch) };
}

export function formatVersion({ major, minor, patch }: Version): string {
  return `${major}.${minor}.${patch}`;
}

/** Decides whether an installed program may be used instead of the pinned version. */
export type Acceptance = (found: Version, pinned: Version) => boolean;

/** The programs of a control plane must be of one minor version (Kubernetes version skew policy). */
export const sameMinor: Acceptance = (found, pinned) => found.major === pinned.major && found.minor === pinned.minor;

/**
 * kubectl next to the API server. The skew policy promises one minor either way; what the stack asks of kubectl (apply,
 * get) has not changed in years, so a few more are fine here.
 */
export const withinFourMinors: Acceptance = (found, pinned) =>
  found.major === pinned.major && Math.abs(found.minor - pinned.minor) <= 4;

/** The same major and at least that minor. */
export function atLeast(major: number, minor: number): Acceptance {
  return found => found.major === major && found.minor >= minor;
}
