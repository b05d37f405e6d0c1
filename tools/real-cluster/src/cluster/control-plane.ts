import { join } from 'node:path';
import { connect, type Client } from '@kaito/kube';
import {
  auditArguments,
  etcdUrl,
  startControllerManager,
  startEtcd,
  startScheduler,
  waitUntilUp,
  type Program,
  type Run,
} from '@kaito/local-stack';
import { ADDRESSES, PORTS } from './addresses.ts';
import type { Authority } from './certificates.ts';

const READY_WITHIN_MS = 60_000;

export interface ControlPlane {
  /** Path of an administrator's kubeconfig. */
  readonly kubeconfig: string;
  readonly client: Client;
}

export interface ControlPlaneOptions {
  readonly run: Run;
  readonly authority: Authority;
  readonly binary: (name: string) => string;
  readonly signal: AbortSignal;
}

/** Starts etcd, the API server, the controller manager and the scheduler; resolves when the API server is ready. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { run, authority, binary, signal } = options;
  const etcd = await startEtcd(run, binary('etcd'), { client: PORTS.etcd, peer: PORTS.etcdPeer });
  const apiServer = await startApiServer(options);
  const kubeconfig = await authority.kubeconfig('admin', { name: 'admin', group: 'system:masters' });
  const client = connect({ kubeconfig, userAgent: 'kaito-real-cluster' });
  await ready(client, [apiServer, etcd], signal);
  const { caFile, serviceAccountKeyFile } = authority;
  await startControllerManager(run, {
    command: binary('kube-controller-manager'),
    kubeconfig: await authority.kubeconfig('kube-controller-manager', { name: 'system:kube-controller-manager' }),
    certificates: { caFile, serviceAccountKeyFile },
    args: ['--use-service-account-credentials'],
  });
  const scheduler = await authority.kubeconfig('kube-scheduler', { name: 'system:kube-scheduler' });
  await startScheduler(run, binary('kube-scheduler'), scheduler);
  return { kubeconfig, client };
}

async function startApiServer({ run, authority, binary }: ControlPlaneOptions): Promise<Program> {
  const hosts = [
    'kubernetes',
    ...['default', 'default.svc', 'default.svc.cluster.local'].map(suffix => `kubernetes.${suffix}`),
    ADDRESSES.controlPlane,
    ADDRESSES.apiServerService,
    '127.0.0.1',
  ];
  const serving = await authority.server('kube-apiserver', hosts);
  const kubelets = await authority.client('kube-apiserver-kubelet-client', {
    name: 'kube-apiserver',
    group: 'system:masters',
  });
  return run.start({
    name: 'kube-apiserver',
    command: binary('kube-apiserver'),
    args: [
      `--etcd-servers=${etcdUrl(PORTS.etcd)}`,
      '--bind-address=0.0.0.0',
      `--secure-port=${PORTS.apiServer}`,
      `--advertise-address=${ADDRESSES.controlPlane}`,
      `--cert-dir=${join(run.dataDir, 'pki')}`,
      `--tls-cert-file=${serving.certFile}`,
      `--tls-private-key-file=${serving.keyFile}`,
      `--client-ca-file=${authority.caFile}`,
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${authority.serviceAccountPublicKeyFile}`,
      `--service-account-signing-key-file=${authority.serviceAccountKeyFile}`,
      `--service-cluster-ip-range=${ADDRESSES.services}`,
      `--kubelet-client-certificate=${kubelets.certFile}`,
      `--kubelet-client-key=${kubelets.keyFile}`,
      // kwok answers for the kubelets of its nodes at a name; real kubelets have an address only.
      '--kubelet-preferred-address-types=ExternalDNS,InternalIP',
      '--allow-privileged=true',
      '--profiling=false',
      ...(await auditArguments(run.dataDir)),
    ],
  });
}

async function ready(client: Client, programs: readonly [Program, Program], signal: AbortSignal): Promise<void> {
  const check = async (): Promise<true> =>
    (await client.raw('GET', '/readyz', undefined, { signal })) !== undefined || true;
  await waitUntilUp(programs, check, { timeoutMs: READY_WITHIN_MS, signal });
}
