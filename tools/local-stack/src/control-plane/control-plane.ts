import { join } from 'node:path';
import type { BinaryPaths } from '../binaries/ensure-binaries.ts';
import type { Program } from '../processes/program.ts';
import type { OnProgress } from '../progress.ts';
import type { Components } from '../stack/options.ts';
import { onFreePorts } from '../stack/ports.ts';
import type { Run } from '../stack/run.ts';
import { apiServerReady, startApiServer } from './api-server.ts';
import { createCertificates, type Certificates } from './certificates.ts';
import { startControllerManager } from './controller-manager.ts';
import { startEtcd } from './etcd.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { startKwok } from './kwok.ts';
import { startScheduler } from './scheduler.ts';

export interface ControlPlaneOptions {
  readonly run: Run;
  readonly binaries: BinaryPaths;
  readonly components: Components;
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal | undefined;
}

/** A running control plane; programs that are not part of it are missing from `helpers`. */
export interface ControlPlane {
  readonly server: string;
  readonly kubeconfig: string;
  readonly etcd: Program;
  readonly apiServer: Program;
  /** Controller manager, scheduler and kwok: the programs that only talk to the API server. */
  readonly helpers: readonly Program[];
}

/** Starts etcd and the API server at once, and what talks to the latter as soon as it is ready. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { run, onProgress } = options;
  const certificates = await createCertificates(join(run.dataDir, 'pki'), Date.now());
  const kubeconfig = join(run.dataDir, 'kubeconfig');
  onProgress({ name: 'etcd, kube-apiserver', phase: 'start', detail: `logs in ${run.dataDir}` });
  const core = await onFreePorts(3, ports => startCore({ ...options, certificates, kubeconfig }, ports));
  onProgress({ name: 'kube-apiserver', phase: 'up', detail: core.server });
  return { ...core, kubeconfig, helpers: await startHelpers({ ...options, certificates, kubeconfig }) };
}

interface CoreOptions extends ControlPlaneOptions {
  readonly certificates: Certificates;
  readonly kubeconfig: string;
}

interface Core {
  readonly server: string;
  readonly etcd: Program;
  readonly apiServer: Program;
}

async function startCore(options: CoreOptions, ports: readonly number[]): Promise<Core> {
  const { run, binaries, components, certificates, kubeconfig, signal } = options;
  const [client = 0, peer = 0, port = 0] = ports;
  const server = `https://127.0.0.1:${port}`;
  await writeKubeconfig(kubeconfig, server, certificates);
  const etcd = await startEtcd(run, binaries('etcd'), { client, peer });
  const apiServer = await startApiServer(run, {
    command: binaries('kube-apiserver'),
    port,
    etcdPort: client,
    certificates,
    serviceAccounts: components.controllerManager,
  });
  try {
    await apiServerReady([apiServer, etcd], server, { certificates, signal });
  } catch (error) {
    await Promise.all([apiServer, etcd].map(program => program.stop({ signal: 'SIGKILL' })));
    throw error;
  }
  return { server, etcd, apiServer };
}

function startHelpers({
  run,
  binaries,
  components,
  certificates,
  kubeconfig,
}: CoreOptions): Promise<readonly Program[]> {
  const starts: Promise<Program>[] = [];
  if (components.controllerManager) {
    starts.push(
      startControllerManager(run, { command: binaries('kube-controller-manager'), kubeconfig, certificates }),
    );
  }
  if (components.scheduler) starts.push(startScheduler(run, binaries('kube-scheduler'), kubeconfig));
  if (components.kwok) starts.push(startKwok(run, binaries('kwok'), kubeconfig));
  return Promise.all(starts);
}
