import { mkdirSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { overUsr, runProgram } from '@kaito/local-stack';
import { ADDRESSES } from '../cluster/addresses.ts';
import type { Plan } from './plan.ts';

/** What the kubelet insists on writing machine-wide; it gets files of its own that hold it already. */
const KERNEL_SETTINGS = { 'vm/overcommit_memory': '1', 'kernel/panic': '10', 'kernel/panic_on_oops': '1' } as const;

function end(): never {
  process.exit(1);
}

/** Ends this process, and with it everything in its namespaces, when whoever started it is gone. */
export function endWithStarter(): void {
  const lifeline = new Socket({ fd: 3, readable: true, writable: false });
  lifeline.on('end', end).on('close', end).on('error', end).resume();
  lifeline.unref();
}

/** Sets up mounts, cgroups and network of the namespaces that this process is in. Nothing of it is seen outside. */
export async function setUp(plan: Plan, signal: AbortSignal): Promise<void> {
  const script = [...mounts(plan), ...cgroups(plan), ...network()].join('\n');
  await runProgram('sh', ['-ec', script], { signal });
}

function mounts({ dataDir, packagesRoot }: Plan): readonly string[] {
  const settings = join(dataDir, 'sys');
  mkdirSync(settings, { recursive: true });
  const etc = join(dataDir, 'etc');
  for (const folder of ['upper', 'work']) mkdirSync(join(etc, folder), { recursive: true });
  const replaced = Object.entries(KERNEL_SETTINGS).map(([name, value]) => {
    const file = join(settings, name.replace('/', '.'));
    writeFileSync(file, `${value}\n`);
    return `mount --bind ${file} /proc/sys/${name}`;
  });
  return [
    overUsr(packagesRoot),
    // containerd and the CNI plugins leave files there.
    `mount -t overlay overlay -o lowerdir=/etc,upperdir=${etc}/upper,workdir=${etc}/work /etc`,
    ...['/run', '/var/lib', '/var/log', '/opt'].map(folder => `mount -t tmpfs -o mode=755 tmpfs ${folder}`),
    'mkdir -p /run/netns /run/containerd /var/lib/kubelet /var/lib/cni',
    ...replaced,
    'hostname kaito-real',
  ];
}

function cgroups({ hierarchies }: Plan): readonly string[] {
  return [
    'umount -R /sys/fs/cgroup',
    'mount -t sysfs sysfs /sys',
    'mount -t tmpfs -o mode=755 cgroup /sys/fs/cgroup',
    ...hierarchies.flatMap(({ name, options }) => [
      `mkdir /sys/fs/cgroup/${name}`,
      `mount -t cgroup -o ${options} ${name} /sys/fs/cgroup/${name}`,
    ]),
  ];
}

/** One end of a pair of interfaces carries the hosts' addresses; it leads nowhere. */
function network(): readonly string[] {
  return [
    'ip link set lo up',
    'ip link add host0 type veth peer name host1',
    'ip link set host0 up',
    'ip link set host1 up',
    ...[ADDRESSES.controlPlane, ...ADDRESSES.nodes].map(address => `ip addr add ${address}/24 dev host0`),
    // An address of a Service needs some route before it is translated.
    'ip route add default dev host0',
    'echo 1 > /proc/sys/net/ipv4/ip_forward',
  ];
}
