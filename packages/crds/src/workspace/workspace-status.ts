import { Type } from 'typebox';
import { stringMap, strings, text } from '../schema/fields.ts';
import {
  conditionGeneration,
  conditionMessage,
  conditionStatus,
  conditionTime,
  conditionType,
} from '../schema/status-condition.ts';
import { adapterStatus } from './adapter-status.ts';
import { changeStatus } from './change-status.ts';
import { diagnosisStatus } from './diagnosis-status.ts';
import { planStatus } from './plan-status.ts';
import { startupStatus } from './startup-status.ts';
import { tuningStatus } from './tuning-status.ts';

export const workspaceCondition = Type.Object({
  type: conditionType,
  status: conditionStatus,
  reason: text('Why the status is what it is, as one word for programs.', {
    minLength: 1,
    maxLength: 1024,
    pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
  }),
  message: conditionMessage,
  lastTransitionTime: conditionTime,
  observedGeneration: conditionGeneration,
});

const metric = Type.Object({
  description: text('What was measured, and under which load.'),
  value: text('The measured value.'),
  unit: Type.Optional(text('The unit of the value, such as tokens/min.')),
  config: Type.Optional(stringMap('The settings of the measurement.')),
});

// v1alpha1 shows state, targetNodeCount and what is below them too, because both versions print the same columns, and because a
// write through v1alpha1 would drop from storage what it does not know.
const shared = {
  workerNodes: Type.Optional(strings('The nodes that the workload may use.')),
  conditions: Type.Optional(
    Type.Array(workspaceCondition, {
      description: 'How far the workspace has come: nodes, inference or tuning, and the whole.',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
    }),
  ),
  state: Type.Optional(
    text(
      'The whole in one word: Pending, Ready or NotReady when serving; Pending, Running, Succeeded or Failed when tuning.',
    ),
  ),
  targetNodeCount: Type.Optional(Type.Integer({ description: 'How many nodes the workload needs.', format: 'int32' })),
  plan: Type.Optional(planStatus),
  startup: Type.Optional(startupStatus),
  diagnosis: Type.Optional(diagnosisStatus),
  revision: Type.Optional(
    Type.Integer({
      description: 'The revision of the workspace that runs, or is being rolled out; it goes up with each change.',
      format: 'int64',
      minimum: 0,
    }),
  ),
  lastChange: Type.Optional(changeStatus),
  tuning: Type.Optional(tuningStatus),
  adapters: Type.Optional(
    Type.Array(adapterStatus, {
      description: 'The adapters, as the pods have them.',
      'x-kubernetes-list-type': 'atomic',
    }),
  ),
};

export const workspaceStatus = Type.Object(
  {
    ...shared,
    performance: Type.Optional(
      Type.Object(
        {
          metrics: Type.Optional(Type.Record(Type.String(), metric, { description: 'The measured values, by name.' })),
        },
        { description: 'What the benchmark measured after the model was loaded.' },
      ),
    ),
  },
  { description: 'What was seen of the workspace.' },
);

export const workspaceStatusV1alpha1 = Type.Object(shared, { description: 'What was seen of the workspace.' });
