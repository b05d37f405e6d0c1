import { join } from 'node:path';
import { pods, statefulSets, type Client } from '@kaito/kube';
import { pause, repositoryRoot, startKwok } from '@kaito/local-stack';
import { ADDRESSES, PORTS } from '../cluster/addresses.ts';
import type { RealCluster } from '../cluster/real-cluster.ts';
import { startAzure, type Azure } from './azure.ts';
import { Kubectl } from './kubectl.ts';
import { Load } from './load.ts';
import { provisionerManifests, workspaceManifests } from './manifests.ts';

export interface ScenarioOptions {
  readonly cluster: RealCluster;
  readonly binary: (name: string) => string;
  /** Told of each step that has been reached. */
  readonly say: (step: string) => void;
  readonly signal: AbortSignal;
}

const EXAMPLE = join(repositoryRoot, 'examples/inference/kaito_workspace_phi_3.yaml');
const WORKSPACE = 'workspace-phi-3-mini';
const CONTROLLERS = ['gpu-provisioner', 'workspace'] as const;
const WITHIN = { ready: '90s', gone: '60s' } as const;

/**
 * A user's way through: both controllers from their images, a workspace until its model answers, an upgrade under load, leaders
 * killed, all taken down again.
 * @throws with what did not come true.
 */
export async function runScenario({ cluster, binary, say, signal }: ScenarioOptions): Promise<void> {
  const { client, run, kubeconfig, authority } = cluster;
  const kubectl = new Kubectl({ command: binary('kubectl'), kubeconfig, folder: run.dataDir, signal });
  const serving = await authority.server('kwok', [ADDRESSES.controlPlane]);
  const certificates = { serverCertFile: serving.certFile, serverKeyFile: serving.keyFile };
  await startKwok(run, { command: binary('kwok'), kubeconfig, port: PORTS.kwok, certificates });
  const azure = await startAzure(cluster);
  say('kwok and Azure’s stand-in');
  await install(kubectl, azure, '1');
  say('both controllers are ready, each in two pods, under RBAC and restricted pod security');
  await kubectl.run('apply', '-f', EXAMPLE);
  await kubectl.run(
    'wait',
    `workspace/${WORKSPACE}`,
    '--for=condition=WorkspaceSucceeded',
    `--timeout=${WITHIN.ready}`,
  );
  say('the workspace is ready: its pod runs on a second real kubelet');
  const url = await chatUrl(kubectl);
  await using load = new Load(url);
  await load.answered(1, signal);
  say(`the pod answers: ${load.lastAnswer}`);
  const before = await runningPod(client);
  await install(kubectl, azure, '2');
  await killLeaders(kubectl);
  await available(kubectl);
  await load.answered(load.answers + 5, signal);
  same(before, await runningPod(client));
  load.check();
  say(`controllers upgraded and leaders killed under load: ${load.answers} answers, none lost, the pod is the same`);
  await kubectl.run('delete', 'workspace', WORKSPACE, '--wait', `--timeout=${WITHIN.gone}`);
  await poolsGone(azure, signal);
  say('the workspace is deleted; no pool and no node of it is left');
  for (const name of CONTROLLERS) await kubectl.run('delete', 'namespace', name, `--timeout=${WITHIN.gone}`);
  say('both controllers are uninstalled');
  await azure.emulator.stop();
}

async function install(kubectl: Kubectl, azure: Azure, revision: string): Promise<void> {
  await kubectl.run('apply', '--server-side', '-f', join(repositoryRoot, 'crds'));
  await kubectl.apply([...provisionerManifests(azure, revision), ...workspaceManifests(revision)]);
  await available(kubectl);
}

async function available(kubectl: Kubectl): Promise<void> {
  const wait = (name: string): Promise<string> =>
    kubectl.run('rollout', 'status', `deployment/${name}`, '-n', name, `--timeout=${WITHIN.ready}`);
  await Promise.all(CONTROLLERS.map(wait));
}

async function chatUrl(kubectl: Kubectl): Promise<string> {
  const service = await kubectl.run('get', 'service', WORKSPACE, '-o', 'jsonpath={.spec.clusterIP}');
  return `http://${service}/chat`;
}

/** Deletes without a word the pods that hold the leases. */
async function killLeaders(kubectl: Kubectl): Promise<void> {
  for (const name of CONTROLLERS) {
    const holders = await kubectl.run('get', 'leases', '-n', name, '-o', 'jsonpath={.items[*].spec.holderIdentity}');
    const pod = holders.split('_')[0]?.trim();
    if (!pod) throw new Error(`nobody leads ${name}`);
    await kubectl.run('delete', 'pod', pod, '-n', name, '--grace-period=0', '--force');
  }
}

interface RunningPod {
  readonly uid: string | undefined;
  readonly restarts: number;
  readonly revision: string | undefined;
}

async function runningPod(client: Client): Promise<RunningPod> {
  const key = { namespace: 'default', name: `${WORKSPACE}-0` };
  const pod = await client.get(pods, key);
  const set = await client.get(statefulSets, { namespace: 'default', name: WORKSPACE });
  const restarts = pod.status?.containerStatuses?.[0]?.restartCount ?? 0;
  return { uid: pod.metadata.uid, restarts, revision: set.status?.currentRevision };
}

function same(before: RunningPod, after: RunningPod): void {
  if (JSON.stringify(before) !== JSON.stringify(after))
    throw new Error(`the inference pod was touched: ${JSON.stringify({ before, after })}`);
}

async function poolsGone({ emulator }: Azure, signal: AbortSignal): Promise<void> {
  for (let tries = 0; ; tries++) {
    const { pools } = await emulator.client.state();
    const left = pools.filter(({ name }) => name !== 'nodepool1');
    if (left.length === 0) return;
    if (tries === 300) throw new Error(`pools are left: ${left.map(({ name }) => name).join(', ')}`);
    await pause(200, signal);
  }
}
