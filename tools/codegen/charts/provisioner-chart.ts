import { optionTable } from '@kaito/gpu-provisioner';
import {
  choice,
  count,
  flag,
  group,
  list,
  object,
  optionalName,
  port,
  text,
  texts,
  type Chart,
} from './chart-value.ts';
import {
  controllerNetworkPolicy,
  disruptionBudget,
  environment,
  extras,
  extraVolumeMounts,
  imageValues,
  installedCrds,
  monitoring,
  naming,
  podSecurityContext,
  pullPolicy,
  rbacExtra,
  resources,
  scheduling,
  securityContext,
  strategy,
} from './common-values.ts';
import { configValue } from './config-schema.ts';

/** Settings that have values of their own, or that follow from others. */
const own = [
  'subscriptionId',
  'resourceGroup',
  'clusterName',
  'location',
  'tenantId',
  'clientId',
  'federatedTokenFile',
  'deploymentMode',
  'kubeconfig',
  'metricsPort',
  'healthPort',
  'logLevel',
  'leaderElectionName',
  'leaderElectionNamespace',
];

/** The chart of the gpu-provisioner. Names are those of upstream's chart of the same name (Azure/gpu-provisioner v0.4.3). */
export const provisionerChart: Chart = {
  name: 'gpu-provisioner',
  values: {
    settings: group('Which cluster it works for.', {
      azure: group('The AKS cluster. All four are needed, here or as variables of controller.env.', {
        subscriptionId: text('', 'Subscription of the cluster (ARM_SUBSCRIPTION_ID).'),
        resourceGroup: text('', 'Resource group of the cluster (ARM_RESOURCE_GROUP).'),
        clusterName: text('', 'Name of the cluster (AZURE_CLUSTER_NAME).'),
        location: text('', 'Azure region of the cluster, such as eastus (LOCATION).'),
      }),
    }),
    deploymentMode: choice(
      'self-hosted',
      ['self-hosted', 'managed'],
      'How it signs in to Azure: by workload identity or a client secret (self-hosted), or by a managed identity of the nodes (managed).',
    ),
    workloadIdentity: group('The identity that it has in Azure.', {
      clientId: text('', 'Client id of the identity whose federated credential names the service account.'),
      tenantId: text('', 'Microsoft Entra tenant of the identity.'),
      projectToken: flag(
        false,
        'Whether the chart itself gives the pod its token, for clusters without the mutating webhook of Azure Workload Identity. AKS has that webhook when workload identity is enabled.',
      ),
    }),
    config: configValue(optionTable, own, 'docs/reference/settings-gpu-provisioner.md'),
    controller: group('The container of the controller.', {
      image: group('Its image.', imageValues('kaito/gpu-provisioner')),
      env: environment(
        'Variables of its environment; they win over all other values. One that has neither value nor valueFrom is left out.',
      ),
      envFrom: list([], 'ConfigMaps and Secrets with more variables.'),
      resources,
      securityContext,
      logLevel: choice(
        '',
        ['', 'error', 'warn', 'info', 'debug'],
        'Least severe lines that are logged; that of logLevel when empty.',
      ),
      metrics: group('Metrics.', { port: count(8080, 'Port of /metrics.', port) }),
      healthProbe: group('Probes.', { port: count(8081, 'Port of /healthz and /readyz.', port) }),
      extraVolumeMounts,
    }),
    logLevel: choice('info', ['error', 'warn', 'info', 'debug'], 'Least severe lines that are logged.'),
    imagePullPolicy: pullPolicy,
    imagePullSecrets: list([], 'Secrets for pulling the image.', ['name']),
    replicas: count(2, 'Replicas; one works, the others stand by.'),
    revisionHistoryLimit: count(10, 'ReplicaSets that are kept for going back.'),
    strategy,
    ...naming,
    additionalAnnotations: texts({}, 'More annotations for everything that is made.'),
    serviceAccount: group('Service account of the controller.', {
      create: flag(true, 'Whether the chart makes it.'),
      name: text(
        '',
        'Its name; that of the release when empty. The federated credential in Azure names it.',
        optionalName,
      ),
      annotations: texts({}, 'More annotations for it.'),
    }),
    additionalClusterRoleRules: rbacExtra,
    service: group('Service of the metrics.', { annotations: texts({}, 'Annotations for it.') }),
    crds: installedCrds,
    podLabels: texts({}, 'More labels for the pods.'),
    podAnnotations: texts({}, 'More annotations for the pods.'),
    podDisruptionBudget: disruptionBudget('gpu-provisioner'),
    podSecurityContext,
    hostNetwork: flag(false, 'Whether the pods use the network of their node.'),
    dnsPolicy: choice(
      'Default',
      ['Default', 'ClusterFirst', 'ClusterFirstWithHostNet', 'None'],
      "How names are resolved. With Default, the node's way, the provisioner works before the DNS of the cluster does.",
    ),
    dnsConfig: object({}, 'More settings of DNS.'),
    ...scheduling,
    ...extras,
    networkPolicy: controllerNetworkPolicy(
      'NetworkPolicy of the controller: metrics come in; DNS, the API server and Azure (443, 6443) go out.',
    ),
    ...monitoring,
  },
};
