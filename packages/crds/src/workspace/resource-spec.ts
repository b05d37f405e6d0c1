import { Type } from 'typebox';
import { labels, reservedSelectorLabels } from '../labels.ts';
import { orElse, rules, unchanged } from '../schema/cel.ts';
import { stringMap, strings, text } from '../schema/fields.ts';

/** The VM size of a v1alpha1 workspace that names none (KAITO). */
export const defaultInstanceType = 'Standard_NC24ads_A100_v4';

const reservedKeys = `[${reservedSelectorLabels.map(key => `'${key}'`).join(', ')}]`;
const matchLabels = orElse('self.matchLabels', '{}');
const matchExpressions = orElse('self.matchExpressions', '[]');

const selectorRequirement = Type.Object({
  key: text('The node label that is meant.'),
  operator: text('How label and values relate; only In is understood.'),
  values: Type.Optional(
    Type.Array(Type.String(), { description: 'Exactly one value.', 'x-kubernetes-list-type': 'atomic' }),
  ),
});

const labelSelector = Type.Object(
  {
    matchLabels: Type.Optional(
      stringMap('Labels that the nodes have; nodes that are made for the workspace get them.'),
    ),
    matchExpressions: Type.Optional(
      Type.Array(selectorRequirement, {
        description: 'The same in another form: each entry is one label with one value.',
        // Bounds the cost of the rules, which the API server limits; nodes do not carry that many labels that one would ask for.
        maxItems: 128,
        'x-kubernetes-list-type': 'atomic',
      }),
    ),
  },
  {
    description: 'Which nodes the workload may use. May be empty: {}.',
    'x-kubernetes-map-type': 'atomic',
    ...rules(
      [
        `${unchanged('matchLabels', '{}')} && ${unchanged('matchExpressions', '[]')}`,
        'labelSelector cannot be changed; make a new workspace',
      ],
      [
        `${matchLabels}.size() + ${matchExpressions}.size() == 0 || ${matchLabels}.exists(key, !(key in ${reservedKeys})) || ${matchExpressions}.exists(e, !(e.key in ${reservedKeys}))`,
        `the selector has only keys that Kaito keeps for itself (${labels.workspace} and the like), which are ignored: add a label of your own, such as apps: my-model, or leave it empty`,
      ],
      [
        `${matchExpressions}.all(e, e.operator == 'In' && has(e.values) && e.values.size() == 1)`,
        'each of matchExpressions needs operator In and exactly one value',
      ],
    ),
  },
);

const count = Type.Integer({
  description: 'How many GPU nodes are wanted.',
  default: 1,
  ...rules(['self == oldSelf', 'count cannot be changed; make a new workspace']),
});

const instanceTypeRule = [
  `${orElse('oldSelf.instanceType', "''")} in ['', ${orElse('self.instanceType', "''")}]`,
  'instanceType cannot be changed once it is set; make a new workspace',
] as const;

const preferredNodes = strings('Names of nodes to use first. Has no effect.');

const partition = Type.Object(
  {
    mode: Type.Enum(['mig', 'accelerator'], {
      description:
        'Mode mig takes one slice of a GPU (NVIDIA Multi-Instance GPU), accelerator some whole GPUs of a node.',
    }),
    profile: Type.Optional(text('The size of the slice, such as 1g.10gb; with mode mig.')),
    count: Type.Optional(Type.Integer({ description: 'How many whole GPUs; with mode accelerator.', minimum: 1 })),
  },
  { description: 'Run on a part of a node. Only on nodes that you bring yourself.' },
);

export const resourceSpec = Type.Object(
  {
    count: Type.Optional(count),
    instanceType: Type.Optional(
      text('The VM size of the nodes, such as Standard_NC6s_v3. Leave it out to use nodes that you bring yourself.'),
    ),
    labelSelector,
    preferredNodes: Type.Optional(preferredNodes),
    partition: Type.Optional(partition),
  },
  {
    description: 'The GPU nodes that the workload runs on.',
    ...rules(instanceTypeRule, [
      'has(self.partition) == has(oldSelf.partition) && (!has(self.partition) || self.partition == oldSelf.partition)',
      'partition cannot be changed; make a new workspace',
    ]),
  },
);

export const resourceSpecV1alpha1 = Type.Object(
  {
    count: Type.Optional(count),
    instanceType: Type.Optional(text('The VM size of the nodes.', { default: defaultInstanceType })),
    labelSelector,
    preferredNodes: Type.Optional(preferredNodes),
  },
  { description: 'The GPU nodes that the workload runs on.', ...rules(instanceTypeRule) },
);
