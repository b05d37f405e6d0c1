import { createAzure } from '@kaito/azure';
import type { RequestRecord } from '@kaito/azure';
import { Cache, connect, createLogger, createMetrics, EventRecorder, Manager, systemClock } from '@kaito/kube';
import { azureConfig, deadlines, poolDefaults } from './config.ts';
import type { ProvisionerOptions } from './config.ts';
import { openCaches } from './controllers/claim/caches.ts';
import { claimController } from './controllers/claim/controller.ts';
import { LaunchGate } from './controllers/claim/launch-gate.ts';
import { fleetControllers } from './controllers/fleet-controllers.ts';
import { DisruptionMetrics } from './controllers/disruption-metrics.ts';
import { OfferingMemory } from './offerings/offering-memory.ts';
import { OfferingMetrics } from './offerings/offering-metrics.ts';
import { PoolCap } from './quota/pool-cap.ts';
import { QuotaPreflight } from './quota/quota-preflight.ts';
import { InstanceTypeCatalogue } from './instance-types/instance-type-catalogue.ts';
import { CloudProviderMetrics } from './metrics/cloud-provider-metrics.ts';
import { FleetMetrics } from './metrics/fleet-metrics.ts';
import { ProvisionerMetrics } from './metrics.ts';
import { Operations } from './pools/operations.ts';
import { PoolPoller } from './pools/pool-poller.ts';
import type { PollTimings } from './pools/pool-poller.ts';

const NAME = 'gpu-provisioner';
const VERSION = '0.1.0';
const USER_AGENT = `kaito-${NAME}/${VERSION}`;

/**
 * Runs the provisioner until the signal is aborted and everything has stopped. Starts, and stays up, while Azure cannot
 * be reached: it is not ready then, and says why.
 * @throws when the configuration cannot work, a port is taken or the lease is lost.
 */
export async function run(options: ProvisionerOptions, signal: AbortSignal): Promise<void> {
  const clock = systemClock;
  const logger = createLogger({ level: options.logLevel, name: NAME });
  const registry = createMetrics();
  const metrics = new ProvisionerMetrics(registry);
  metrics.build(VERSION);
  const onRequest = (record: RequestRecord): void => {
    metrics.armRequest(record);
    logger.debug('Request to Azure', record);
  };
  const azure = createAzure({ ...azureConfig(options, USER_AGENT), onRequest });
  const { kubeconfig } = options;
  const connection = connect({ userAgent: USER_AGENT, metrics: registry, ...(kubeconfig && { kubeconfig }) });
  const cache = new Cache({ client: connection, logger, metrics: registry });
  const { client } = cache;
  const events = new EventRecorder({ client, component: NAME, logger });
  const cloud = new CloudProviderMetrics(registry, clock);
  const poller = new PoolPoller({
    agentPools: cloud.measure(azure.agentPools, 'pool-poller'),
    clock,
    logger,
    timings: pollTimings(options),
  });
  const catalogue = new InstanceTypeCatalogue({ skus: azure.skus, location: options.location, clock, logger });
  const caches = openCaches(cache);
  const fleetMetrics = new FleetMetrics(registry, { claims: caches.claims, poller });
  registry.onCollect(() => fleetMetrics.show());
  const disruptions = new DisruptionMetrics(registry);
  const lifetimes = { capacityMs: options.capacityMemory, quotaMs: options.quotaMemory, skuMs: options.skuMemory };
  const offerings = new OfferingMemory({ lifetimes, clock });
  const cap = new PoolCap({ cluster: azure.cluster, clock, logger });
  const quota = new QuotaPreflight({
    enabled: options.quotaPreflight,
    usages: azure.usages,
    location: options.location,
    instanceTypes: catalogue,
    maxPools: () => cap.limit,
    refreshMs: options.quotaRefresh,
    clock,
    logger,
    metrics: registry,
  });
  const claims = claimController({
    services: {
      client,
      agentPools: cloud.measure(azure.agentPools, 'claim'),
      poller,
      instanceTypes: catalogue,
      offerings,
      offeringMetrics: new OfferingMetrics(registry, offerings, clock),
      quota,
      poolDefaults: poolDefaults(options),
      deadlines: deadlines(options),
      deleteUnservable: options.deleteUnservable,
      disruptions,
      operations: new Operations(),
      gate: new LaunchGate(),
      events,
      metrics,
      clock,
      random: Math.random,
    },
    caches,
    poller,
    catalogue,
    offerings,
    quota,
    workers: options.workers,
    logger,
    metrics: registry,
  });
  const manager = new Manager({
    name: NAME,
    client,
    cache,
    logger,
    metrics: registry,
    events,
    health: { port: options.healthPort },
    metricsServer: { port: options.metricsPort },
    leaderElection: options.leaderElect &&
      !options.disableLeaderElection && {
        leaseName: options.leaderElectionName,
        namespace: options.leaderElectionNamespace,
      },
  });
  const fleet = { client, azure, caches, poller, events, clock, logger, metrics: registry };
  for (const controller of fleetControllers(fleet, options)) manager.add(controller);
  for (const runnable of [poller, cap, catalogue, offerings, quota, claims]) manager.add(runnable);
  await manager.run(signal);
}

function pollTimings({ pollCreate, pollDelete, pollMax, pollIdle }: ProvisionerOptions): PollTimings {
  return { createMs: pollCreate, deleteMs: pollDelete, maxMs: pollMax, idleMs: pollIdle };
}
