import { existsSync, readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';

const PROGRAMS = ['apt-get', 'dpkg-deb', 'unshare', 'nsenter', 'mount', 'ip', 'ldd'] as const;

/**
 * What this host lacks for a real cluster in namespaces of its own; empty when it can have one.
 * Only cgroup v1 has been tried: a host that has cgroup v2 alone is said to be unable.
 */
export function missingRequirements(): readonly string[] {
  if (process.platform !== 'linux') return [`it takes Linux, and this is ${process.platform}`];
  if (process.getuid?.() !== 0) return ['it takes root: namespaces, mounts and cgroups are made'];
  const missing = PROGRAMS.filter(name => spawnSync('which', [name]).status !== 0).map(
    name => `${name} is not installed (a Debian or Ubuntu with util-linux and iproute2 is expected)`,
  );
  if (missing.length > 0) return missing;
  if (!readFileSync('/proc/filesystems', 'utf8').includes('\toverlay\n')) return ['the kernel has no overlayfs'];
  if (!existsSync('/sys/fs/cgroup/memory'))
    return ['the host has no cgroup v1 memory controller, and v2 alone was not tried'];
  const { status, stderr } = spawnSync('unshare', [...NAMESPACES, 'true'], { encoding: 'utf8' });
  return status === 0 ? [] : [`namespaces cannot be made: ${stderr.trim()}`];
}

/** The namespaces that a cluster lives in. */
export const NAMESPACES = [
  '--pid',
  '--fork',
  '--kill-child',
  '--mount-proc',
  '--net',
  '--mount',
  '--cgroup',
  '--ipc',
  '--uts',
  '--propagation',
  'private',
] as const;
