import { Type, type TProperties } from 'typebox';
import { orElse, rules, type Rule } from '../schema/cel.ts';
import { DNS_LABEL } from '../schema/fields.ts';
import { inference, inferenceV1alpha1 } from './inference.ts';
import { resourceSpec, resourceSpecV1alpha1 } from './resource-spec.ts';
import { tuning, tuningV1alpha1 } from './tuning.ts';
import { workspaceStatus, workspaceStatusV1alpha1 } from './workspace-status.ts';

const workspaceOf = <P extends TProperties>(properties: P, ...more: readonly Rule[]) =>
  Type.Object(properties, {
    description: 'A model to serve or to fine-tune, and the GPU nodes to do it on.',
    ...rules(
      [
        `size(self.metadata.name) <= 63 && self.metadata.name.matches('${DNS_LABEL}')`,
        "the name must be at most 63 lower-case letters, digits and '-', and start and end with a letter or digit: services and pods are named after the workspace",
      ],
      [
        'has(self.inference) || has(self.tuning)',
        'a workspace needs something to do: set inference (serve a model) or tuning (fine-tune one)',
      ],
      [
        '!(has(self.inference) && has(self.tuning))',
        'a workspace does one thing: set either inference or tuning, not both',
      ],
      [
        'has(self.inference) == has(oldSelf.inference) && has(self.tuning) == has(oldSelf.tuning)',
        'a workspace cannot switch between inference and tuning; make a new one',
      ],
      ['has(self.resource) == has(oldSelf.resource)', 'resource cannot be added or removed; make a new workspace'],
      [
        `!has(self.tuning) || ${orElse('self.resource.count', '1')} <= 1`,
        'tuning runs on one node: set resource.count to 1 or leave it out',
      ],
      ...more,
    ),
  });

export const workspaceSchema = workspaceOf(
  {
    resource: Type.Optional(resourceSpec),
    inference: Type.Optional(inference),
    tuning: Type.Optional(tuning),
    status: Type.Optional(workspaceStatus),
  },
  [
    '!has(self.tuning) || !has(self.resource) || !has(self.resource.partition)',
    'tuning takes whole nodes: leave resource.partition out',
  ],
);

export const workspaceSchemaV1alpha1 = workspaceOf({
  resource: Type.Optional(resourceSpecV1alpha1),
  inference: Type.Optional(inferenceV1alpha1),
  tuning: Type.Optional(tuningV1alpha1),
  status: Type.Optional(workspaceStatusV1alpha1),
});
