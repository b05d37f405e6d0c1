import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createLogger, systemClock } from '@kaito/kube';
import type { Clock, Logger } from '@kaito/kube';
import { EmulatorClient } from './admin/client.ts';
import type { ClusterIdentity, NodeRule, SettingsPatch, Timings } from './admin/protocol.ts';
import { adminRoutes } from './admin/routes.ts';
import { readSettingsPatch, SettingsHolder } from './admin/settings.ts';
import { createAks } from './aks/aks.ts';
import { operationRoutes } from './aks/operation-routes.ts';
import { aksRoutes } from './aks/routes.ts';
import { RequestLimits } from './arm/request-limits.ts';
import { clusterIdentity } from './cluster-identity.ts';
import type { IdentityOptions } from './cluster-identity.ts';
import { computeRoutes } from './compute/routes.ts';
import type { FederatedCredential } from './entra/assertion.ts';
import { entraRoutes } from './entra/routes.ts';
import { Tokens } from './entra/tokens.ts';
import { FaultPlan } from './faults/fault-plan.ts';
import { pipeline } from './http/pipeline.ts';
import { RequestLog } from './http/request-log.ts';
import { router } from './http/route.ts';
import type { Route } from './http/route.ts';
import { listen } from './http/server.ts';
import { ClusterMachines, noMachines } from './nodes/machines.ts';
import type { Machines } from './nodes/machines.ts';
import { ClusterNodes } from './nodes/cluster-nodes.ts';
import { noNodeProvider } from './nodes/node-provider.ts';
import type { NodeProvider } from './nodes/node-provider.ts';
import { clusterLabel } from './nodes/node.ts';
import { ProvidedNodes } from './nodes/provided-nodes.ts';
import { createServerCertificate } from './tls/authority.ts';

export interface EmulatorOptions extends IdentityOptions {
  /** Folder for `ca.crt`; made when it is missing. By default a temporary one that goes with the emulator. */
  readonly dataDir?: string | undefined;
  /** Loopback address to listen on; 127.0.0.1 by default. */
  readonly host?: string | undefined;
  /** 0 or absent: any free port. */
  readonly port?: number | undefined;
  /** Cluster that the Nodes join; without it only Azure is served. */
  readonly kubeconfig?: string | undefined;
  /** Brings up real machines behind Nodes; by default kwok plays all of them. */
  readonly nodeProvider?: NodeProvider | undefined;
  /** More names and addresses that its certificate is good for, where something passes connections on to it. */
  readonly certificateHosts?: readonly string[] | undefined;
  readonly settings?: SettingsPatch | undefined;
  /** Secret that the token endpoint takes; absent: any. */
  readonly clientSecret?: string | undefined;
  /** What workload tokens must say; absent: anything. */
  readonly federatedCredential?: FederatedCredential | undefined;
  /** By default errors only, to standard output. */
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
}

export interface Emulator {
  /** `https://127.0.0.1:<port>`: ARM endpoint and Entra authority in one. */
  readonly url: string;
  /** PEM file of its certificate authority. */
  readonly caFile: string;
  readonly cluster: ClusterIdentity;
  /** Admin API over HTTPS. */
  readonly client: EmulatorClient;
  /** Ends every connection and timer; Nodes stay in the cluster as they are. Once more does no harm. */
  stop(): Promise<void>;
}

/** Addresses that only this machine reaches: the admin API has no authentication. */
const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|localhost)$/;

/**
 * Starts the emulator in this process: a stand-in for the part of Azure that AKS node provisioning uses.
 * @throws RangeError for an address that is not loopback, ServiceError for a setting that is not valid, and the system's
 * error when the address is taken.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { host = '127.0.0.1', port = 0, clock = systemClock } = options;
  if (!LOOPBACK.test(host))
    throw new RangeError(`The emulator listens on loopback only, not on ${host}: use 127.0.0.1`);
  const logger = options.logger ?? createLogger({ level: 'error', name: 'emulator' });
  const cluster = clusterIdentity(options);
  const settings = new SettingsHolder();
  settings.change(readSettingsPatch(options.settings ?? {}, 'settings'));
  const azure = assemble(options, { cluster, settings, clock, logger });
  const certificate = await createServerCertificate([
    'localhost',
    '127.0.0.1',
    '::1',
    ...(options.certificateHosts ?? []),
  ]);
  const dataDir = await dataFolder(options.dataDir);
  const caFile = join(dataDir, 'ca.crt');
  await writeFile(caFile, certificate.ca);
  const listener = await listen({ host, port, certificate, answer: azure.answer, logger });
  const url = `https://${host.includes(':') ? `[${host}]` : host}:${listener.port}`;
  const client = new EmulatorClient({ url, caFile });
  const shutDown = async (): Promise<void> => {
    client.close();
    await listener.close();
    await azure.stop();
    if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
  };
  let stopped: Promise<void> | undefined;
  return { url, caFile, cluster, client, stop: () => (stopped ??= shutDown()) };
}

interface Foundation {
  readonly cluster: ClusterIdentity;
  readonly settings: SettingsHolder;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Puts the parts together. */
function assemble(
  options: EmulatorOptions,
  { cluster, settings: holder, clock, logger }: Foundation,
): { readonly answer: ReturnType<typeof pipeline>; stop(): Promise<void> } {
  const settings = (): typeof holder.current => holder.current;
  const now = (): number => clock.now();
  const faults = new FaultPlan();
  const log = new RequestLog();
  const tokens = new Tokens(cluster.tenantId);
  const machines = machinesOf(options, { cluster, settings: holder, clock, logger });
  const aks = createAks({ cluster, settings: holder, machines, clock });
  const { store, operations, quota, agentPools, power } = aks;
  // Every AKS cluster has one. Its machines are not ours to play: they run the control plane's own pods.
  agentPools.seed('nodepool1', { mode: 'System', nodes: 'never' });
  const routes: readonly Route[] = [
    ...aksRoutes({ cluster, settings, store, agentPools, power, now }),
    ...operationRoutes({ cluster, settings, operations, now }),
    ...computeRoutes({ cluster, quota, settings }),
    ...adminRoutes({ ...aks, cluster, settings: holder, machines, faults, log, now }),
    ...entraRoutes({
      cluster,
      tokens,
      now,
      clientSecret: options.clientSecret,
      federatedCredential: options.federatedCredential,
      tokenTtlSeconds: () => settings().tokenTtlSeconds,
    }),
  ];
  const limits = new RequestLimits(cluster.subscriptionId, now());
  return {
    answer: pipeline({ route: router(routes), tokens, limits, faults, log, settings, clock, logger }),
    async stop() {
      agentPools.stop();
      aks.evictions.stop();
      await machines.stop();
    },
  };
}

function machinesOf(
  { kubeconfig, nodeProvider = noNodeProvider }: EmulatorOptions,
  { cluster, settings, clock, logger }: Foundation,
): Machines {
  if (kubeconfig === undefined) return noMachines;
  const client = connect({ kubeconfig, userAgent: 'kaito-emulator' });
  const others = new ClusterNodes({ client, clusterLabel: clusterLabel(cluster), clock, logger });
  const registry = new ProvidedNodes({ provider: nodeProvider, others, client, clock });
  const timings = (): Timings => settings.current.timings;
  const rules = (): readonly NodeRule[] => settings.current.nodeRules;
  return new ClusterMachines({ registry, cluster, timings, rules, clock, logger });
}

async function dataFolder(given: string | undefined): Promise<string> {
  if (given === undefined) return mkdtemp(join(tmpdir(), 'azure-emulator-'));
  await mkdir(given, { recursive: true });
  return given;
}
