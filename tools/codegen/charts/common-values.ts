import {
  choice,
  count,
  flag,
  group,
  list,
  object,
  optionalName,
  podsOrPercent,
  text,
  texts,
  type ChartValue,
  type ChartValues,
  type ValueGroup,
} from './chart-value.ts';

// Values that both charts have. Where the two charts of upstream call the same thing by two names, each chart has its own.

const tag = { pattern: '^([A-Za-z0-9_][A-Za-z0-9._-]{0,127})?$' };
const digest = { pattern: '^(sha256:[0-9a-f]{64})?$' };

export const pullPolicy = choice('IfNotPresent', ['Always', 'IfNotPresent', 'Never'], 'When the image is pulled.');

/** The image of a controller. */
export function imageValues(repository: string): ChartValues {
  return {
    repository: text(
      repository,
      'Registry and path of the image. It is not published anywhere yet: build it, push it to a registry of yours and name that here.',
      { minLength: 1 },
    ),
    tag: text('', 'Tag of the image; the version of the chart when empty.', tag),
    digest: text('', 'Digest of the image, such as sha256:…; it wins over the tag.', digest),
  };
}

export const naming: ChartValues = {
  nameOverride: text('', 'Another name than that of the chart, in labels and as a part of names.', optionalName),
  fullnameOverride: text(
    '',
    'Another name for everything that is made; by default the name of the release.',
    optionalName,
  ),
  additionalLabels: texts({}, 'More labels for everything that is made.'),
};

export const podSecurityContext: ChartValue = object(
  {
    runAsNonRoot: true,
    runAsUser: 65_532,
    runAsGroup: 65_532,
    fsGroup: 65_532,
    seccompProfile: { type: 'RuntimeDefault' },
  },
  'Security context of the pod. The default satisfies the Pod Security Standard "restricted".',
);

export const securityContext: ChartValue = object(
  { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
  'Security context of the container. The default satisfies the Pod Security Standard "restricted".',
);

export const resources: ChartValue = object(
  { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '512Mi' } },
  'Resources of the controller. CPU has no limit: being throttled would delay what is waited for, and a node that is full takes it back anyway.',
);

export const strategy: ChartValue = object(
  { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
  'How replicas are replaced. By default a new one is ready before an old one goes.',
);

export const scheduling: ChartValues = {
  priorityClassName: text('system-cluster-critical', 'Priority class of the pods; none when empty.'),
  nodeSelector: texts({ 'kubernetes.io/os': 'linux' }, 'Labels of the nodes on which the controller may run.'),
  affinity: object(
    {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'type', operator: 'NotIn', values: ['virtual-kubelet'] }] }],
        },
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 100,
            preference: { matchExpressions: [{ key: 'kaito.sh/workspace', operator: 'DoesNotExist' }] },
          },
        ],
      },
    },
    'Affinity of the pods. By default never a virtual node, and a GPU node only where there is no other.',
  ),
  tolerations: list(
    [{ key: 'CriticalAddonsOnly', operator: 'Exists' }],
    'Taints that the pods tolerate. The default lets them run on the system pools of AKS.',
  ),
  topologySpreadConstraints: list(
    [
      { maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' },
      { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' },
    ],
    'How replicas spread; one without a labelSelector gets that of the pods.',
    ['maxSkew', 'topologyKey', 'whenUnsatisfiable'],
  ),
  terminationGracePeriodSeconds: count(30, 'Seconds that a replica has to stop; it gives up work after 20 by itself.', {
    minimum: 1,
  }),
};

export const extras: ChartValues = {
  extraVolumes: list([], 'More volumes of the pod, such as one with a certificate authority.', ['name']),
};

export const extraVolumeMounts = list([], 'More mounts of the container.', ['name', 'mountPath']);

/** Variables of the environment of the container; one that has neither `value` nor `valueFrom` is left out. */
export function environment(description: string): ChartValue {
  return list([], description, ['name']);
}

export function disruptionBudget(name: string): ValueGroup {
  return group('PodDisruptionBudget of the replicas.', {
    enabled: flag(true, 'Whether there is one.'),
    name: text(name, 'Its name; that of the release when empty.', optionalName),
    maxUnavailable: {
      description: 'How many replicas may be taken down at once.',
      schema: podsOrPercent,
      default: 1,
    },
  });
}

export const installedCrds = group('CustomResourceDefinitions, which helm by itself would install and never upgrade.', {
  install: flag(
    true,
    'Whether a hook (a Job with the image of the controller) applies them before each install and upgrade. It never replaces newer ones or those of another owner, and uninstalling leaves them. When false, they must be there: kubectl apply --server-side -f crds/',
  ),
  force: flag(
    false,
    'Whether CustomResourceDefinitions that somebody else applied, such as the NodeClaim of Karpenter, are replaced as well.',
  ),
});

export const monitoring: ChartValues = {
  serviceMonitor: group('ServiceMonitor, where the Prometheus operator is installed.', {
    enabled: flag(false, 'Whether there is one.'),
    additionalLabels: texts({}, 'Labels by which a Prometheus selects it.'),
    endpointConfig: object({}, 'More fields of its endpoint, such as interval and relabelings.'),
  }),
  prometheusRule: group('Alerts, where the Prometheus operator is installed.', {
    enabled: flag(false, 'Whether they are made, as one PrometheusRule.'),
    additionalLabels: texts({}, 'Labels by which a Prometheus selects it.'),
    alertLabels: texts({}, 'More labels of each alert, such as a team.'),
  }),
  dashboards: group('Dashboard for Grafana, as a ConfigMap that its sidecar finds.', {
    enabled: flag(false, 'Whether it is made.'),
    labels: texts({ grafana_dashboard: '1' }, 'Labels by which the sidecar finds it.'),
    annotations: texts({}, 'Annotations of the ConfigMap, such as the folder to put it in.'),
  }),
};

const peers = (description: string): ChartValue => list([], description);

/** @param description which traffic is let through */
export function controllerNetworkPolicy(description: string): ValueGroup {
  return group(description, {
    enabled: flag(true, 'Whether there is one. It has an effect where the network plugin enforces NetworkPolicies.'),
    metricsFrom: peers('Who may read metrics, as peers of a NetworkPolicy; any pod of the cluster when empty.'),
    extraIngress: list([], 'More rules for what may come in.'),
    extraEgress: list([], 'More rules for what may go out.'),
  });
}

export const rbacExtra = list([], 'More rules for the ClusterRole of the controller.', ['verbs']);
