import { Type } from 'typebox';
import { orElse, rules, type Rule } from '../schema/cel.ts';
import { objectNames } from '../schema/fields.ts';
import { labelSelector } from './label-selector.ts';
import { alternatives, capacityType, deadline, instanceType } from './offering.ts';
import { partition } from './partition.ts';

/** The VM size of a v1alpha1 workspace that names none (KAITO). */
export const defaultInstanceType = 'Standard_NC24ads_A100_v4';

/** AKS quota page: at most 1,000 nodes in a node pool. A larger count is a slip of the keyboard, and an expensive one. */
const maxNodeCount = 1000;

const namesNoInstanceType = `${orElse('self.instanceType', "''")} == ''`;

const count = Type.Integer({
  description: 'How many GPU nodes are wanted.',
  default: 1,
  minimum: 1,
  maximum: maxNodeCount,
});

const preferredNodes = objectNames(
  'Names of nodes of your own to use first, as far as they are ready and match instanceType and labelSelector.',
  maxNodeCount,
);

const alternativesRule: Rule = [
  `!has(self.alternatives) || self.alternatives.size() == 0 || !(${namesNoInstanceType})`,
  'alternatives come after a first choice: set resource.instanceType, or leave alternatives out and let Kaito pick a size',
];

const common = {
  count: Type.Optional(count),
  capacityType,
  deadline,
  alternatives,
  labelSelector,
  preferredNodes: Type.Optional(preferredNodes),
};

export const resourceSpec = Type.Object(
  {
    ...common,
    instanceType: Type.Optional(
      instanceType(
        'The VM size of the nodes, such as Standard_NC6s_v3. Leave it out to have one picked, or to use nodes that you bring yourself.',
      ),
    ),
    partition: Type.Optional(partition),
  },
  {
    description: 'The GPU nodes that the workload runs on.',
    ...rules(
      [
        'has(self.partition) == has(oldSelf.partition) && (!has(self.partition) || self.partition == oldSelf.partition)',
        'partition cannot be changed; make a new workspace',
      ],
      [
        `!has(self.partition) || ${namesNoInstanceType}`,
        'partition is for nodes that you bring yourself: leave resource.instanceType out',
      ],
      alternativesRule,
    ),
  },
);

export const resourceSpecV1alpha1 = Type.Object(
  {
    ...common,
    instanceType: Type.Optional(instanceType('The VM size of the nodes.', { default: defaultInstanceType })),
  },
  { description: 'The GPU nodes that the workload runs on.', ...rules(alternativesRule) },
);
