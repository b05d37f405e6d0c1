import {
  Cache,
  connect,
  createLogger,
  createMetrics,
  EventRecorder,
  Manager,
  systemClock,
  WebhookServer,
  type Client,
  type Clock,
  type Logger,
  type Metrics,
} from '@kaito/kube';
import { azurePrices, checkWorkspace, skusOf } from '@kaito/planner';
import type { PlanningSettings } from './admission/facts.ts';
import { rehearsal } from './admission/rehearsal.ts';
import { workspaceWebhook, workspaceWebhookPath } from './admission/webhook.ts';
import type { WorkspaceOptions } from './config.ts';
import { createWorkspaceController } from './controllers/workspace/controller.ts';
import { Look } from './controllers/workspace/look.ts';
import { WorkspaceCounts } from './metrics/workspace-counts.ts';
import { WorkspaceMetrics } from './metrics/workspace-metrics.ts';
import { mirrorOf } from './models/model-options.ts';
import { ModelDirectory } from './models/model-directory.ts';
import { tokenReader } from './models/secret-token.ts';
import { createInformers, type Informers } from './observe/informers.ts';
import { LogReports } from './observe/log-reports.ts';
import { SecretKeys } from './observe/secret-keys.ts';
import { WarningEvents } from './observe/warning-events.ts';
import type { RenderSettings } from './render/render-input.ts';
import { createProvisioning } from './provisioning/create-provisioning.ts';
import { NodeClassKeeper } from './provisioning/node-class-keeper.ts';
import { detectProvisioner } from './provisioning/detect-provisioner.ts';
import { readProvisioningConfig } from './provisioning/options.ts';
import type { Provisioning } from './provisioning/provisioning.ts';
import { webhookSettings } from './webhook-settings.ts';

const appName = 'kaito-workspace';

/** What the parts of the process share. */
interface Parts {
  readonly client: Client;
  readonly cache: Cache;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly informers: Informers;
  readonly provisioning: Provisioning;
  readonly models: ModelDirectory;
  readonly look: Look;
  readonly reports: LogReports;
  readonly planning: PlanningSettings;
}

/**
 * Runs the workspace controller until the signal is aborted, then stops in order and resolves.
 * @throws when it cannot start, or when it loses its lease
 */
export async function run(options: WorkspaceOptions, signal: AbortSignal): Promise<void> {
  const parts = await assemble(options, signal);
  const { client, cache, logger, metrics, events, clock, models } = parts;
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
  const webhook = createWebhook(options, parts);
  if (webhook) manager.add(webhook);
  else
    logger.warn('Workspaces are not checked when they are applied', {
      next: 'set --webhook-service or --webhook-hosts',
    });
  if (parts.provisioning.name === 'karpenter') {
    const { nodeClasses } = readProvisioningConfig(options);
    manager.add(new NodeClassKeeper({ client, nodeClasses, clock, logger, random: Math.random }));
  }
  const counts = new WorkspaceCounts(metrics, parts.informers.workspaces);
  metrics.onCollect(() => counts.show());
  manager
    .add(models)
    .add(parts.reports)
    .add(
      createWorkspaceController({
        ...parts,
        client: cache.client,
        statusMetrics: new WorkspaceMetrics(metrics),
        rendering: renderSettings(options),
      }),
    );
  await manager.run(signal);
}

function renderSettings(options: WorkspaceOptions): RenderSettings {
  const { presetRegistry: registry, cpuServerImage, nvmeStorageClass, serverUser } = options;
  const adapterSource = options.adapterSource === 'imageVolume' ? 'imageVolume' : 'pull';
  const weightsMirror = mirrorOf(options.huggingFaceEndpoint);
  const tuningDeadlineSeconds = Math.ceil(options.tuningDeadline / 1000);
  return {
    registry,
    cpuServerImage,
    adapterSource,
    nvmeStorageClass,
    serverUser,
    weightsMirror,
    tuningDeadlineSeconds,
    orasImage: options.transferImage,
    curlImage: options.downloadImage,
  };
}

async function assemble(options: WorkspaceOptions, signal: AbortSignal): Promise<Parts> {
  const clock = systemClock;
  const logger = createLogger({ level: options.logLevel, name: appName, format: options.logFormat });
  const metrics = createMetrics();
  const client = connect({ kubeconfig: options.kubeconfig, userAgent: appName, metrics });
  const cache = new Cache({ client, logger, metrics, clock });
  const config = readProvisioningConfig(options);
  const detected = await detectProvisioner(client, config.provisioner, signal);
  logger.info('Nodes are had by', { provisioner: detected.name, chosen: config.provisioner !== undefined });
  const reports = new LogReports({ client, clock, logger });
  const models = new ModelDirectory({
    endpoint: options.huggingFaceEndpoint,
    readToken: tokenReader(client),
    clock,
    logger,
    random: Math.random,
  });
  return {
    client,
    cache,
    clock,
    logger,
    metrics,
    models,
    events: new EventRecorder({ client, component: appName, clock, logger }),
    informers: createInformers(cache, { claimKinds: detected.kinds, withNodePools: detected.hasNodePools }),
    provisioning: createProvisioning(detected, config, clock),
    reports,
    look: new Look({
      client,
      models,
      secrets: new SecretKeys(client, clock),
      warnings: new WarningEvents({ client, clock, logger }),
      reports,
      clock,
      logger,
    }),
    planning: {
      skus: skusOf(options.cloudProvider),
      prices: azurePrices,
      features: { mig: options.mig, accelerator: options.accelerator },
      nodeClasses: detected.name === 'karpenter' ? config.nodeClasses.classes.map(({ name }) => name) : undefined,
    },
  };
}

/** The server that judges workspaces when they are applied; undefined where nobody could call it. */
function createWebhook(options: WorkspaceOptions, parts: Parts): WebhookServer | undefined {
  const settings = webhookSettings(options);
  const { cache, client, informers, look, logger, metrics, clock, planning, provisioning } = parts;
  if (!settings) return undefined;
  const handler = workspaceWebhook({
    client,
    informers,
    synced: signal => cache.synced(signal),
    rehearse: rehearsal({ client, provisioning, rendering: renderSettings(options) }),
    facts: { ...planning, check: checkWorkspace, mode: provisioning.mode, model: workspace => look.model(workspace) },
  });
  return new WebhookServer({
    ...settings,
    cache,
    webhooks: { [workspaceWebhookPath]: handler },
    logger,
    metrics,
    clock,
  });
}
