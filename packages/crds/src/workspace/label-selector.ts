import { Type } from 'typebox';
import { labels, reservedSelectorLabels } from '../labels.ts';
import { orElse, rules, unchanged } from '../schema/cel.ts';
import { stringMap, text } from '../schema/fields.ts';

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

/** The labels that nodes must carry, in the form of a selector. */
export const labelSelector = Type.Object(
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
