import { Cache, connect, createLogger, createMetrics, EventRecorder, Manager, systemClock } from '@kaito/kube';
import { machineKind, nodeClaimKind } from './claims/claim-kind.ts';
import { servedClaimKinds } from './claims/served-kinds.ts';
import type { WorkspaceOptions } from './config.ts';
import { createWorkspaceController } from './controllers/workspace/controller.ts';

const appName = 'kaito-workspace';

/**
 * Runs the workspace controller until the signal is aborted, then stops in order and resolves.
 * @throws when it cannot start, or when it loses its lease
 */
export async function run(options: WorkspaceOptions, signal: AbortSignal): Promise<void> {
  const clock = systemClock;
  const logger = createLogger({ level: options.logLevel, name: appName, format: options.logFormat });
  const metrics = createMetrics();
  const client = connect({ kubeconfig: options.kubeconfig, userAgent: appName, metrics });
  const cache = new Cache({ client, logger, metrics, clock });
  const events = new EventRecorder({ client, component: appName, clock, logger });
  const claimKind = options.claimKind === 'machine' ? machineKind : nodeClaimKind;
  const servedKinds = await servedClaimKinds(client, claimKind, signal);
  const manager = new Manager({
    name: appName,
    client,
    cache,
    logger,
    metrics,
    events,
    clock,
    health: { port: options.healthPort },
    metricsServer: { port: options.metricsPort },
    leaderElection: options.leaderElect && { leaseName: appName, namespace: options.leaderElectionNamespace },
    gracePeriodMs: options.gracePeriod,
  });
  manager.add(
    createWorkspaceController({
      cache,
      events,
      logger,
      metrics,
      clock,
      claimKind,
      servedKinds,
      registry: options.presetRegistry,
    }),
  );
  await manager.run(signal);
}
