import { join } from 'node:path';
import { ignoreNotFound, nodes, serviceAccounts, type Client } from '@kaito/kube';
import { pause, Run } from '@kaito/local-stack';
import { RealNode, type Machine } from '../node/real-node.ts';
import type { Plan } from '../world/plan.ts';
import { createAuthority, type Authority } from './certificates.ts';
import { startControlPlane } from './control-plane.ts';
import { startDns } from './dns.ts';
import { startKubeProxy } from './kube-proxy.ts';

/** Where everything runs that is not for a GPU. */
const SYSTEM_NODE: Machine = { name: 'system', labels: { 'kubernetes.azure.com/mode': 'system' } };

/** A real cluster, in the namespaces that this process is in. */
export interface RealCluster {
  readonly client: Client;
  /** Path of an administrator's kubeconfig. */
  readonly kubeconfig: string;
  readonly run: Run;
  readonly authority: Authority;
  /** Starts one more machine; its Node registers by itself. */
  addNode(machine: Machine, signal: AbortSignal): Promise<RealNode>;
  /** Resolves when a Node is Ready. @throws the signal's reason. */
  nodeReady(name: string, signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a control plane, one real node, kube-proxy and DNS, side by side; resolves when pods can run. */
export async function startRealCluster(plan: Plan, signal: AbortSignal): Promise<RealCluster> {
  const run = await Run.open({ dataDir: join(plan.dataDir, 'run') });
  const authority = await createAuthority(join(run.dataDir, 'pki'), Date.now());
  const binary = (name: string): string => {
    const path = plan.binaries[name];
    if (path === undefined) throw new RangeError(`${name} was not prepared`);
    return path;
  };
  let count = 0;
  const addNode = (machine: Machine, stop: AbortSignal): Promise<RealNode> => {
    const { images, hierarchies } = plan;
    return RealNode.start(machine, { run, authority, binary, hierarchies, images, index: count++, signal: stop });
  };
  const [controlPlane] = await Promise.all([
    startControlPlane({ run, authority, binary, signal }),
    addNode(SYSTEM_NODE, signal),
    startKubeProxy({ run, authority, command: binary('kube-proxy') }),
  ]);
  const { client, kubeconfig } = controlPlane;
  const nodeReady = (name: string, stop: AbortSignal): Promise<void> => until(() => isReady(client, name, stop), stop);
  await Promise.all([
    startDns({ run, authority, client, command: binary('coredns'), signal }),
    nodeReady(SYSTEM_NODE.name, signal),
    until(() => canCreatePods(client, signal), signal),
  ]);
  return { client, kubeconfig, run, authority, addNode, nodeReady, stop: () => run.stop() };
}

async function isReady(client: Client, name: string, signal: AbortSignal): Promise<boolean> {
  const node = await ignoreNotFound(client.get(nodes, { name }, { signal }));
  return node?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

/** The API server refuses pods before the namespace has its service account. */
async function canCreatePods(client: Client, signal: AbortSignal): Promise<boolean> {
  const key = { namespace: 'default', name: 'default' };
  return (await ignoreNotFound(client.get(serviceAccounts, key, { signal }))) !== undefined;
}

async function until(holds: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  while (!(await holds())) await pause(100, signal);
}
