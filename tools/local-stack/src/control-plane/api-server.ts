import type { Program } from '../processes/program.ts';
import { probe } from '../processes/probe.ts';
import { waitUntilUp } from '../processes/wait-until-up.ts';
import type { Run } from '../stack/run.ts';
import type { Certificates } from './certificates.ts';
import { auditArguments } from './audit-log.ts';
import { etcdUrl } from './etcd.ts';

export interface ApiServerOptions {
  readonly command: string;
  readonly port: number;
  readonly etcdPort: number;
  readonly certificates: Certificates;
  /**
   * Whether pods get service accounts. It takes the controller manager, which makes the default one of each namespace:
   * without it no pod could be created.
   */
  readonly serviceAccounts: boolean;
  /** Whether to write down who asked for what; see `auditLog`. */
  readonly audit: boolean;
}

const READY_WITHIN_MS = 60_000;

/** Starts kube-apiserver; it may be started before etcd answers. */
export async function startApiServer(run: Run, options: ApiServerOptions): Promise<Program> {
  const { certificates } = options;
  return run.start({
    name: 'kube-apiserver',
    command: options.command,
    args: [
      `--etcd-servers=${etcdUrl(options.etcdPort)}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${options.port}`,
      // Loopback may not stand in Endpoints; nothing in this cluster uses the Service "kubernetes", so none are written.
      '--advertise-address=127.0.0.1',
      '--endpoint-reconciler-type=none',
      `--cert-dir=${run.dataDir}`,
      `--tls-cert-file=${certificates.serverCertFile}`,
      `--tls-private-key-file=${certificates.serverKeyFile}`,
      `--client-ca-file=${certificates.caFile}`,
      '--authorization-mode=Node,RBAC',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${certificates.serviceAccountPublicKeyFile}`,
      `--service-account-signing-key-file=${certificates.serviceAccountKeyFile}`,
      '--service-cluster-ip-range=10.96.0.0/16',
      '--allow-privileged=true',
      // How kwok is reached, which plays the kubelet of every node.
      '--kubelet-preferred-address-types=ExternalDNS',
      '--profiling=false',
      ...(options.audit ? await auditArguments(run.dataDir) : []),
      ...(options.serviceAccounts ? [] : ['--disable-admission-plugins=ServiceAccount']),
    ],
  });
}

/** Resolves when `/readyz` says ok; fails at once when the API server or etcd ends. */
export async function apiServerReady(
  programs: readonly [apiServer: Program, etcd: Program],
  server: string,
  options: { readonly certificates: Certificates; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const { ca, admin } = options.certificates;
  const check = async (): Promise<true> => {
    const { status, body } = await probe(`${server}/readyz`, { ca, ...admin }, options.signal);
    if (status !== 200) throw new Error(`/readyz answers ${status} ${body}`);
    return true;
  };
  await waitUntilUp(programs, check, { timeoutMs: READY_WITHIN_MS, signal: options.signal });
}
