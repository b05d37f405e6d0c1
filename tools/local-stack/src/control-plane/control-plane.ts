import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BinaryPaths } from '../binaries/ensure-binaries.ts';
import type { Program } from '../processes/program.ts';
import type { OnProgress } from '../progress.ts';
import type { Components } from '../stack/options.ts';
import { freePorts, onFreePorts } from '../stack/ports.ts';
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
  readonly inferencePort?: number | undefined;
  /** Whether somebody else plays some pods of kwok's nodes. */
  readonly playsPods: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A running control plane. */
export interface ControlPlane extends Core, Helpers {
  readonly kubeconfig: string;
}

interface Core {
  readonly server: string;
  readonly etcd: Program;
  readonly apiServer: Program;
}

/** The programs that talk to the API server only; `undefined` when they are not part of the stack. */
interface Helpers {
  readonly controllerManager: Program | undefined;
  readonly scheduler: Program | undefined;
  readonly kwok: Program | undefined;
}

/** Starts etcd and the API server at once, and what talks to the latter as soon as it is ready. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { run, onProgress } = options;
  const certificates = await createCertificates(join(run.dataDir, 'pki'), Date.now());
  const kubeconfig = join(run.dataDir, 'kubeconfig');
  onProgress({ name: 'etcd, kube-apiserver', phase: 'start', detail: `logs in ${run.dataDir}` });
  const core = await onFreePorts(3, ports => startCore({ ...options, certificates, kubeconfig }, ports));
  onProgress({ name: 'kube-apiserver', phase: 'up', detail: core.server });
  return { ...core, kubeconfig, ...(await startHelpers({ ...options, certificates, kubeconfig })) };
}

interface CoreOptions extends ControlPlaneOptions {
  readonly certificates: Certificates;
  readonly kubeconfig: string;
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
    audit: components.audit,
  });
  try {
    await apiServerReady([apiServer, etcd], server, { certificates, signal });
  } catch (error) {
    await Promise.all([apiServer, etcd].map(program => program.stop({ signal: 'SIGKILL' })));
    await rm(join(run.dataDir, 'etcd'), { recursive: true, force: true }); // It names the ports of this attempt.
    throw error;
  }
  return { server, etcd, apiServer };
}

async function startHelpers(options: CoreOptions): Promise<Helpers> {
  const { run, binaries, components, certificates, kubeconfig, inferencePort, playsPods } = options;
  const [port = 0] = await freePorts(components.kwok ? 1 : 0);
  const [controllerManager, scheduler, kwok] = await Promise.all([
    components.controllerManager
      ? startControllerManager(run, { command: binaries('kube-controller-manager'), kubeconfig, certificates })
      : undefined,
    components.scheduler ? startScheduler(run, binaries('kube-scheduler'), kubeconfig) : undefined,
    components.kwok
      ? startKwok(run, { command: binaries('kwok'), kubeconfig, port, certificates, inferencePort, player: playsPods })
      : undefined,
  ]);
  return { controllerManager, scheduler, kwok };
}
