import { Type } from 'typebox';
import { labels } from '../labels.ts';
import { requirementOperators, taintEffects } from '../requirement.ts';
import { rules } from '../schema/cel.ts';
import { dateTime, QUALIFIED_NAME_PATTERN, quantities, text } from '../schema/fields.ts';
import {
  conditionGeneration,
  conditionMessage,
  conditionStatus,
  conditionTime,
  conditionType,
} from '../schema/status-condition.ts';

// The constraints are those of Karpenter's v1 CRD, no more and no less; the messages are ours.

const taint = Type.Object({
  key: text('The key of the taint.', { minLength: 1, pattern: QUALIFIED_NAME_PATTERN }),
  effect: Type.Enum(taintEffects, { description: 'What happens to pods that do not tolerate it.' }),
  value: Type.Optional(text('The value that belongs to the key.', { pattern: QUALIFIED_NAME_PATTERN })),
  timeAdded: Type.Optional(dateTime('When the taint was set.')),
});

/** The keys of restricted domains that a requirement may name (Karpenter v1, well-known labels). */
const WELL_KNOWN_KEYS = [
  'beta.kubernetes.io/instance-type',
  'failure-domain.beta.kubernetes.io/region',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
  'failure-domain.beta.kubernetes.io/zone',
  labels.zone,
  labels.region,
  labels.instanceType,
  labels.arch,
  labels.os,
  'node.kubernetes.io/windows-build',
];
const KARPENTER_KEYS = [labels.capacityType, labels.nodePool];

const domainEndsWith = (domain: string) => `self.find("^([^/]+)").endsWith("${domain}")`;
const list = (values: readonly string[]) => `[${values.map(value => `"${value}"`).join(', ')}]`;

const keyRules = rules(
  [
    [
      `self in ${list(WELL_KNOWN_KEYS)}`,
      domainEndsWith('node.kubernetes.io'),
      domainEndsWith('node-restriction.kubernetes.io'),
      `!${domainEndsWith('kubernetes.io')}`,
    ].join(' || '),
    'of the domain kubernetes.io only well-known node labels, node.kubernetes.io/* and node-restriction.kubernetes.io/* may be required',
  ],
  [
    `${domainEndsWith('kops.k8s.io')} || !${domainEndsWith('k8s.io')}`,
    'of the domain k8s.io only kops.k8s.io/* may be required',
  ],
  [
    `self in ${list(KARPENTER_KEYS)} || !${domainEndsWith('karpenter.sh')}`,
    `of the domain karpenter.sh only ${KARPENTER_KEYS.join(' and ')} may be required`,
  ],
  [`self != "${labels.hostname}"`, `${labels.hostname} cannot be required: the node does not exist yet`],
);

const requirement = Type.Object({
  key: text('The node label that is meant.', { maxLength: 316, pattern: QUALIFIED_NAME_PATTERN, ...keyRules }),
  operator: Type.Enum(requirementOperators, { description: 'How label and values relate.' }),
  values: Type.Optional(
    Type.Array(Type.String(), {
      description:
        'One or more for In and NotIn, none for Exists and DoesNotExist, exactly one whole number for Gt and Lt.',
      'x-kubernetes-list-type': 'atomic',
      // Karpenter's CRD has these two on the list, where they have no effect; kept so that the schemas are equal.
      maxLength: 63,
      pattern: '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$',
    }),
  ),
  minValues: Type.Optional(
    Type.Integer({ description: 'How many of the values must be available at least.', minimum: 1, maximum: 50 }),
  ),
});

const requirements = Type.Array(requirement, {
  description: 'What the machine must be, in terms of node labels. node.kubernetes.io/instance-type names the VM size.',
  maxItems: 100,
  ...rules(
    ["self.all(x, x.operator == 'In' ? x.values.size() != 0 : true)", "operator 'In' needs at least one value"],
    [
      "self.all(x, (x.operator == 'Gt' || x.operator == 'Lt') ? (x.values.size() == 1 && int(x.values[0]) >= 0) : true)",
      "operators 'Gt' and 'Lt' need exactly one value, a whole number of 0 or more",
    ],
    [
      "self.all(x, (x.operator == 'In' && has(x.minValues)) ? x.values.size() >= x.minValues : true)",
      "'minValues' must not exceed the number of values",
    ],
  ),
});

const nodeClassRef = Type.Object(
  {
    group: text('API group of the node class, such as kaito.sh.', {
      pattern: '^[^/]*$',
      ...rules(["self != ''", 'group must not be empty; for gpu-provisioner it is kaito.sh']),
    }),
    kind: text('Kind of the node class, such as KaitoNodeClass.', rules(["self != ''", 'kind must not be empty'])),
    name: text('Name of the node class.', rules(["self != ''", 'name must not be empty'])),
  },
  { description: 'The node class; its group and kind decide which provisioner serves the claim.' },
);

export const nodeClaimSpec = Type.Object(
  {
    nodeClassRef,
    requirements,
    resources: Type.Optional(
      Type.Object(
        { requests: Type.Optional(quantities('The least that the machine must offer; storage sizes the OS disk.')) },
        { description: 'The resources that the machine must have.' },
      ),
    ),
    taints: Type.Optional(Type.Array(taint, { description: 'Taints that the node gets and keeps.' })),
    startupTaints: Type.Optional(
      Type.Array(taint, {
        description:
          'Taints that the node gets at first and that others take off; it is not ready before they are gone.',
      }),
    ),
    expireAfter: Type.Optional(
      text('How long the node lives before it is replaced, such as 720h, or Never.', {
        default: '720h',
        pattern: '^(([0-9]+(s|m|h))+|Never)$',
      }),
    ),
    terminationGracePeriod: Type.Optional(
      text(
        'How long a deleted claim waits for its pods, such as 1h30m; then they are removed whatever disruption budgets say. Without it the claim waits for as long as they need.',
        { pattern: '^([0-9]+(s|m|h))+$' },
      ),
    ),
  },
  {
    description: 'The machine that is wanted.',
    ...rules(['self == oldSelf', 'spec cannot be changed; make a new NodeClaim']),
  },
);

export const nodeClaimCondition = Type.Object({
  type: conditionType,
  status: conditionStatus,
  reason: Type.Optional(
    text('Why the status is what it is, as one word for programs.', {
      maxLength: 1024,
      pattern: '^([A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?|)$',
    }),
  ),
  message: Type.Optional(conditionMessage),
  lastTransitionTime: conditionTime,
  observedGeneration: conditionGeneration,
});

export const nodeClaimStatus = Type.Object(
  {
    nodeName: Type.Optional(text('The node that the machine became.')),
    providerID: Type.Optional(text('What the cloud calls the machine; equal to spec.providerID of the node.')),
    imageID: Type.Optional(text('The image that the machine runs.')),
    capacity: Type.Optional(quantities('All resources of the machine.')),
    allocatable: Type.Optional(quantities('The resources that pods can have.')),
    conditions: Type.Optional(
      Type.Array(nodeClaimCondition, {
        description: 'How far the machine has come: launched, registered, initialized, ready.',
      }),
    ),
    lastPodEventTime: Type.Optional(dateTime('When a pod last came to the node, ended there or left it.')),
  },
  { description: 'What was seen of the machine.' },
);

export const nodeClaimSchema = Type.Object(
  { spec: nodeClaimSpec, status: Type.Optional(nodeClaimStatus) },
  { description: 'A claim for one machine that joins the cluster as a node. Deleting the claim deletes the machine.' },
);
