import { mkdir, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram, waitUntilUp, type Program, type Run } from '@kaito/local-stack';
import { stringify } from 'yaml';
import { ADDRESSES } from '../cluster/addresses.ts';
import type { Authority } from '../cluster/certificates.ts';
import type { Hierarchy } from '../world/cgroups.ts';
import type { NodeImage } from '../world/plan.ts';
import { containerdConfiguration, kubeletConfiguration, networkConfiguration } from './configuration.ts';

const CONTAINERD_WITHIN_MS = 30_000;
const SOCKET = 'containerd.sock';

/** What a machine is told by its cloud. */
export interface Machine {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly object[];
  readonly providerId?: string | undefined;
  /** GPUs that it pretends to have. */
  readonly gpus?: number;
}

export interface NodeOptions {
  readonly run: Run;
  readonly authority: Authority;
  readonly binary: (name: string) => string;
  readonly hierarchies: readonly Hierarchy[];
  /** What it has without pulling it. */
  readonly images: readonly NodeImage[];
  /** Which of the real nodes it is. */
  readonly index: number;
  readonly signal: AbortSignal;
}

/** A machine with a container runtime and a kubelet of its own, in a mount namespace of its own. */
export class RealNode {
  readonly name: string;
  readonly #programs: readonly Program[];
  readonly #containerd: Program;

  private constructor(name: string, containerd: Program, others: readonly Program[]) {
    this.name = name;
    this.#containerd = containerd;
    this.#programs = [...others, containerd];
  }

  /** Starts it; its Node registers by itself. */
  static async start(machine: Machine, options: NodeOptions): Promise<RealNode> {
    const folder = join(options.run.dataDir, machine.name);
    const containerd = await startContainerd(machine, folder, options);
    const images = options.images.filter(({ needsGpu = false }) => !needsGpu || machine.gpus);
    await Promise.all(images.map(image => importImage(containerd, image, options.signal)));
    const kubelet = await startKubelet(machine, { ...options, folder, containerd });
    const plugin = machine.gpus ? await startDevicePlugin(machine, { ...options, containerd }) : undefined;
    return new RealNode(machine.name, containerd, [kubelet, ...(plugin ? [plugin] : [])]);
  }

  /** Ends it as a machine ends: kubelet first, then all of its containers with the runtime. */
  async stop(): Promise<void> {
    const [containers, namespace] = [this.#containerd, 'k8s.io'];
    await Promise.all(this.#programs.filter(program => program !== containers).map(program => program.stop()));
    const kill = 'for id in $(ctr -n "$1" task ls -q); do ctr -n "$1" task kill -s SIGKILL "$id" || true; done';
    await runIn(containers, ['sh', '-c', kill, 'sh', namespace]);
    await containers.stop();
  }
}

/** Runs a program in the mount namespace of a node. @returns its standard output. */
function runIn(containerd: Program, command: readonly string[], signal?: AbortSignal): Promise<string> {
  return runProgram('nsenter', [...mountsOf(containerd), ...command], { signal });
}

function mountsOf({ pid }: Program): readonly string[] {
  return ['--mount', `--target=${pid}`, '--'];
}

async function startContainerd({ name }: Machine, folder: string, options: NodeOptions): Promise<Program> {
  const { run, index, signal } = options;
  const cni = join(folder, 'cni');
  const own = { kubelet: '/var/lib/kubelet', run: '/run/containerd', ipam: '/var/lib/cni', log: '/var/log' };
  await Promise.all(
    [cni, ...Object.keys(own).map(part => join(folder, part))].map(path => mkdir(path, { recursive: true })),
  );
  await writeFile(join(cni, '10-pods.conflist'), JSON.stringify(networkConfiguration(index)));
  const configuration = join(folder, 'containerd.toml');
  await writeFile(configuration, containerdConfiguration(folder, cni));
  const binds = Object.entries(own).map(([part, target]) => `mount --bind '${join(folder, part)}' ${target}`);
  const program = await run.start({
    name: `containerd-${name}`,
    command: 'unshare',
    args: [
      '--mount',
      '--propagation',
      'private',
      'sh',
      '-ec',
      `${binds.join('; ')}; exec "$@"`,
      'sh',
      'containerd',
      '-c',
      configuration,
    ],
  });
  const socket = join(folder, 'run', SOCKET);
  const check = async (): Promise<true | undefined> =>
    existsSync(socket) ? (await runIn(program, ['ctr', 'version'], signal)) !== '' || undefined : undefined;
  await waitUntilUp([program], check, { timeoutMs: CONTAINERD_WITHIN_MS, intervalMs: 50, signal });
  return program;
}

async function importImage(
  containerd: Program,
  { reference, archive, aliases = [] }: NodeImage,
  signal: AbortSignal,
): Promise<void> {
  const images = ['ctr', '-n', 'k8s.io', 'images'];
  await runIn(containerd, [...images, 'import', archive], signal);
  for (const alias of aliases) await runIn(containerd, [...images, 'tag', reference, alias], signal);
}

async function startKubelet(
  machine: Machine,
  options: NodeOptions & { readonly folder: string; readonly containerd: Program },
): Promise<Program> {
  const { run, authority, binary, index, folder, containerd } = options;
  const { name, labels = {}, taints = [], providerId } = machine;
  const address = ADDRESSES.nodes[index];
  if (address === undefined)
    throw new RangeError(`there are ${ADDRESSES.nodes.length} addresses for real nodes, none for node ${index}`);
  const cgroup = await makeCgroup(`node${index}`, options.hierarchies);
  const serving = await authority.server(`${name}-serving`, [name, address]);
  const kubeconfig = await authority.kubeconfig(name, { name: `system:node:${name}`, group: 'system:nodes' });
  const resolvConf = join(folder, 'resolv.conf');
  await writeFile(resolvConf, `nameserver ${ADDRESSES.controlPlane}\n`);
  const configuration = join(folder, 'kubelet.yaml');
  await writeFile(
    configuration,
    stringify(
      kubeletConfiguration({ address, ...serving, caFile: authority.caFile, resolvConf, cgroup, providerId, taints }),
    ),
  );
  const shown = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return run.start({
    name: `kubelet-${name}`,
    command: 'nsenter',
    args: [
      ...mountsOf(containerd),
      binary('kubelet'),
      `--config=${configuration}`,
      `--kubeconfig=${kubeconfig}`,
      `--hostname-override=${name}`,
      `--node-ip=${address}`,
      ...(shown.length > 0 ? [`--node-labels=${shown.join(',')}`] : []),
    ],
  });
}

/** The kubelet makes no root of its cgroups by itself. */
async function makeCgroup(name: string, hierarchies: readonly Hierarchy[]): Promise<string> {
  for (const hierarchy of hierarchies) await mkdir(`/sys/fs/cgroup/${hierarchy.name}/${name}`, { recursive: true });
  return `/${name}`;
}

function startDevicePlugin(
  { name, gpus = 0 }: Machine,
  { run, binary, containerd }: NodeOptions & { readonly containerd: Program },
): Promise<Program> {
  const args = [...mountsOf(containerd), binary('gpu-device-plugin'), `-count=${gpus}`];
  return run.start({ name: `gpu-device-plugin-${name}`, command: 'nsenter', args });
}
