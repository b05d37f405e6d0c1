import { startKwok } from '@kaito/local-stack';
import { ADDRESSES, PORTS } from '../cluster/addresses.ts';
import type { RealCluster } from '../cluster/real-cluster.ts';
import { startAzure, type Azure } from './azure.ts';
import { Helm } from './helm.ts';
import { inferencePod, remove, same, serve, type Example } from './inference.ts';
import { Installation } from './installation.ts';
import { Kubectl } from './kubectl.ts';
import { nothingLeft } from './left-over.ts';
import { Load } from './load.ts';
import { Refusals } from './refusals.ts';
import type { ChartName } from './releases.ts';

export interface ScenarioOptions {
  readonly cluster: RealCluster;
  readonly binary: (name: string) => string;
  /** Told of each step that has been reached. */
  readonly say: (step: string) => void;
  readonly signal: AbortSignal;
}

/** What the steps work with. */
interface World extends ScenarioOptions {
  readonly kubectl: Kubectl;
  readonly azure: Azure;
  readonly installation: Installation;
  readonly refusals: Refusals;
}

const FIRST: Example = { file: 'kaito_workspace_phi_3.yaml', name: 'workspace-phi-3-mini' };
/** On a node that kwok plays. */
const SECOND: Example = { file: 'kaito_workspace_phi_3_128k.yaml', name: 'workspace-phi-3-mini-128k' };
/** Prompts that must be answered after the last disturbance. */
const ANSWERS_AFTER = 3;

/**
 * An operator's and a user's way through: both charts from the built images, a workspace until its model answers, an upgrade under
 * load, leaders killed, all taken down again; then once more, taken down in the other order.
 * @throws with what did not come true.
 */
export async function runScenario(options: ScenarioOptions): Promise<void> {
  const world = await openWorld(options);
  const { azure, kubectl, installation, say, signal } = world;
  await installation.upgrade('1');
  await installation.test();
  say(
    'both charts are installed and their tests pass: two pods each, under RBAC and restricted pod security, webhook on',
  );
  await serveThroughUpgrade(world);
  await uninstall(world, 'workspace');
  await installation.upgrade('3');
  await serve(kubectl, SECOND);
  say(`both are installed again; ${SECOND.name} is ready on a node of kwok`);
  await remove(kubectl, SECOND);
  await nothingLeft(azure, kubectl, signal);
  await uninstall(world, 'gpu-provisioner');
  await azure.emulator.stop();
}

async function uninstall(
  { azure, kubectl, installation, refusals, say, signal }: World,
  first: ChartName,
): Promise<void> {
  await refusals.check();
  await installation.uninstall(first);
  await nothingLeft(azure, kubectl, signal);
  await refusals.pass();
  say(
    `uninstalled, ${first} first: no pool, claim or node is left, and the API server had refused the controllers nothing`,
  );
}

async function openWorld(options: ScenarioOptions): Promise<World> {
  const { cluster, binary, say, signal } = options;
  const { run, kubeconfig, authority } = cluster;
  const serving = await authority.server('kwok', [ADDRESSES.controlPlane]);
  const certificates = { serverCertFile: serving.certFile, serverKeyFile: serving.keyFile };
  await startKwok(run, { command: binary('kwok'), kubeconfig, port: PORTS.kwok, certificates });
  const azure = await startAzure(cluster);
  say('kwok and Azure’s stand-in');
  const shared = { kubeconfig, folder: run.dataDir, signal };
  const kubectl = new Kubectl({ ...shared, command: binary('kubectl') });
  const helm = new Helm({ ...shared, command: binary('helm') });
  const installation = new Installation({ helm, kubectl, azure, signal });
  return { ...options, azure, kubectl, installation, refusals: new Refusals(run.dataDir) };
}

/** One workspace from its first to its last day; whatever happens to the controllers, its pod stays as it is and answers. */
async function serveThroughUpgrade({ kubectl, azure, installation, cluster, say, signal }: World): Promise<void> {
  const url = await serve(kubectl, FIRST);
  say(`${FIRST.name} is ready: its pod runs on a second real kubelet`);
  await using load = new Load(url);
  await load.answered(1, signal);
  say(`its model, which is a stand-in, answers: ${JSON.stringify(load.lastAnswer)}`);
  const before = await inferencePod(cluster.client, FIRST);
  await installation.upgrade('2');
  say('both charts are upgraded, with new pods');
  await installation.killLeaders();
  await load.answered(load.answers + ANSWERS_AFTER, signal);
  same(before, await inferencePod(cluster.client, FIRST));
  load.check();
  say(`leaders killed, others lead: ${load.answers} prompts answered meanwhile, none lost, the pod is the same`);
  await load[Symbol.asyncDispose]();
  await remove(kubectl, FIRST);
  await nothingLeft(azure, kubectl, signal);
  say('the workspace is deleted; no pool, claim or node of it is left');
}
