import { optionTable } from '@kaito/workspace';
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
  'kubeconfig',
  'nodeProvisioner',
  'claimKind',
  'karpenterNodeClassGroup',
  'karpenterNodeClassKind',
  'karpenterNodeClassVersion',
  'karpenterNodeClassResource',
  'karpenterNodeClasses',
  'cloudProvider',
  'presetRegistry',
  'mig',
  'accelerator',
  'metricsPort',
  'healthPort',
  'logLevel',
  'webhook',
  'webhookPort',
  'webhookService',
  'webhookNamespace',
  'webhookConfiguration',
  'webhookSecret',
  'leaderElectionNamespace',
];

const provisioners = ['', 'machine', 'nodeclaim', 'karpenter', 'byo', 'azure-gpu-provisioner'];

const karpenterProvider = {
  description: 'Node classes of each provider of Karpenter, by its name.',
  schema: {
    type: 'object',
    additionalProperties: {
      type: 'object',
      additionalProperties: false,
      required: ['group', 'kind', 'version', 'resourceName', 'nodeClasses'],
      properties: {
        group: { type: 'string', minLength: 1, description: 'API group of the node classes.' },
        kind: { type: 'string', minLength: 1, description: 'Kind of the node classes.' },
        version: { type: 'string', minLength: 1, description: 'API version of the node classes.' },
        resourceName: { type: 'string', minLength: 1, description: 'Plural of the kind.' },
        nodeClasses: {
          type: 'array',
          minItems: 1,
          description:
            'Node classes to keep, of which exactly one is the default. Any workspace may choose any of them.',
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['name', 'spec'],
            properties: { name: { type: 'string' }, default: { type: 'boolean' }, spec: { type: 'object' } },
          },
        },
      },
    },
  },
  default: {
    azure: {
      group: optionTable.karpenterNodeClassGroup.default,
      kind: optionTable.karpenterNodeClassKind.default,
      version: optionTable.karpenterNodeClassVersion.default,
      resourceName: optionTable.karpenterNodeClassResource.default,
      nodeClasses: JSON.parse(optionTable.karpenterNodeClasses.default) as unknown,
    },
  },
};

/** The chart of the workspace controller. Names are those of upstream's chart (kaito-project/kaito v0.12, charts/kaito/workspace). */
export const workspaceChart: Chart = {
  name: 'workspace',
  values: {
    nodeProvisioner: choice(
      'machine',
      provisioners,
      'How nodes are had: a Machine or a NodeClaim each from the gpu-provisioner, a NodePool for each workspace from Karpenter, or brought by users (byo). The controller gets the rights for this one only; empty: it finds out by itself and gets the rights for all. azure-gpu-provisioner, as upstream calls it, is nodeclaim.',
    ),
    formerNodeProvisioners: {
      description:
        'Other ways in which workspaces that exist already have their nodes: the controller keeps the rights to give those back. Name the one that you come from until its workspaces are gone.',
      schema: { type: 'array', items: { type: 'string', enum: ['machine', 'nodeclaim', 'karpenter'] } },
      default: [],
    },
    karpenterProvider: text('azure', 'Which of karpenterProviders is used with nodeProvisioner karpenter.', {
      minLength: 1,
    }),
    karpenterProviders: karpenterProvider,
    cloudProviderName: choice('azure', ['azure'], 'Cloud whose instance types workspaces name.'),
    presetRegistryName: text('mcr.microsoft.com/aks/kaito', 'Registry and path of the preset images.', {
      minLength: 1,
    }),
    featureGates: group('What workspaces may do.', {
      enableMIG: flag(true, 'Take slices of GPUs on nodes that users bring.'),
      enableAccelerator: flag(true, 'Take some of the GPUs of nodes that users bring.'),
    }),
    config: configValue(optionTable, own, 'docs/reference/settings-workspace.md'),
    image: group('Image of the controller.', { ...imageValues('kaito/workspace'), pullPolicy }),
    imagePullSecrets: list([], 'Secrets for pulling the image.', ['name']),
    replicaCount: count(2, 'Replicas; one works, the others stand by, and all of them check workspaces.'),
    deploymentStrategy: strategy,
    logging: group('Log.', {
      level: choice('info', ['error', 'warn', 'info', 'debug'], 'Least severe lines that are logged.'),
    }),
    webhook: group('Check of workspaces when they are applied.', {
      enabled: flag(
        true,
        'Whether they are checked. Otherwise the controller says on their status what is wrong with them.',
      ),
      port: count(9443, 'Port of the webhook, of the pods and of the Service.', port),
      failurePolicy: choice(
        'Fail',
        ['Fail', 'Ignore'],
        'What happens to a workspace that is applied while no replica answers: it is refused, or accepted and checked by the controller later.',
      ),
      timeoutSeconds: count(10, 'Seconds that the API server waits for an answer.', { minimum: 1, maximum: 30 }),
    }),
    metrics: group('Metrics.', { port: count(8080, 'Port of /metrics.', port) }),
    healthProbe: group('Probes.', { port: count(8081, 'Port of /healthz and /readyz.', port) }),
    env: environment(
      'Variables of the environment of the controller; they win over all other values. One that has neither value nor valueFrom is left out.',
    ),
    resources,
    podSecurityContext,
    securityContext,
    ...naming,
    serviceAccountName: text('', 'Name of the service account; that of the release with -sa when empty.', optionalName),
    serviceAccountAnnotations: texts({}, 'Annotations of the service account.'),
    serviceName: text(
      '',
      'Name of the Service of metrics and webhook; that of the release with -svc when empty.',
      optionalName,
    ),
    additionalClusterRoleRules: rbacExtra,
    crds: installedCrds,
    podTemplateLabels: texts({}, 'More labels for the pods.'),
    podAnnotations: texts({}, 'More annotations for the pods.'),
    podDisruptionBudget: disruptionBudget(''),
    ...scheduling,
    ...extras,
    extraVolumeMounts,
    networkPolicy: controllerNetworkPolicy(
      'NetworkPolicy of the controller: metrics and the webhook come in; DNS, the API server and Hugging Face (443, 6443) go out.',
    ),
    inferenceNetworkPolicy: group(
      'NetworkPolicies of inference pods: clients reach the ports that serve, and only pods of workspaces of the same namespace reach the rest, such as the ports of Ray, by which anybody can run code.',
      {
        namespaces: {
          description: 'Namespaces whose workspaces are protected; each gets one NetworkPolicy. They must exist.',
          schema: { type: 'array', uniqueItems: true, items: { type: 'string', minLength: 1 } },
          default: [],
        },
        ports: {
          description: 'Ports of the pods that serve. Presets listen on 5000.',
          schema: { type: 'array', minItems: 1, items: { type: 'integer', minimum: 1, maximum: 65_535 } },
          default: [5000],
        },
        from: list([], 'Who may reach them, as peers of a NetworkPolicy; anybody when empty.'),
      },
    ),
    nvidiaDevicePlugin: group('Device plugin of NVIDIA, which tells the kubelet of GPUs.', {
      enabled: flag(
        true,
        'Whether it runs on the GPU nodes; without one they show no GPUs. Turn it off where the GPU operator or AKS itself (managed GPU node pools) brings one. It mounts a folder of the node, which Pod Security "baseline" and "restricted" forbid in its namespace.',
      ),
      daemonsetName: text('nvidia-device-plugin-daemonset', 'Name of the DaemonSet.', {
        ...optionalName,
        minLength: 1,
      }),
      image: text('mcr.microsoft.com/oss/v2/nvidia/k8s-device-plugin:v0.18.2-12', 'Its image.', { minLength: 1 }),
      imagePullPolicy: pullPolicy,
      nodeSelector: texts({ 'kubernetes.io/os': 'linux' }, 'Labels of the nodes on which it runs.'),
      tolerations: list(
        [
          { key: 'CriticalAddonsOnly', operator: 'Exists' },
          { key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' },
          { key: 'sku', operator: 'Equal', value: 'gpu', effect: 'NoSchedule' },
          { key: 'kubernetes.azure.com/scalesetpriority', operator: 'Equal', value: 'spot', effect: 'NoSchedule' },
          { key: 'karpenter.kaito.sh/workspace', operator: 'Exists', effect: 'NoSchedule' },
        ],
        'Taints that it tolerates.',
      ),
      resources: object({ requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '128Mi' } }, 'Its resources.'),
    }),
    ...monitoring,
  },
};
