import {
  labelSelector,
  resource,
  inference,
  template,
  tuning,
  serving,
  tuningOne,
  numbered,
  type EditCase,
  type RefusedEditCase,
} from './sections.ts';

const options = (presetOptions: object) => ({ inference: { preset: { presetOptions } } });

/** What a workspace may change. */
export const allowedEdits: readonly EditCase[] = [
  { what: 'the config may change', before: serving, edit: { inference: { config: 'other' } } },
  { what: 'adapters may change', before: serving, edit: { inference: { adapters: numbered(2) } } },
  {
    what: 'the pod template may change',
    before: { resource, inference: { template } },
    edit: { inference: { template: { spec: null } } },
  },
  { what: 'empty presetOptions may be added: they say nothing', before: serving, edit: options({}) },
  {
    what: 'an instance type may be added',
    before: { resource: { labelSelector }, inference },
    edit: { resource: { instanceType: 'Standard_NC6s_v3' } },
    only: 'v1beta1',
  },
  {
    what: 'the instance type may change',
    before: serving,
    edit: { resource: { instanceType: 'Standard_NC12s_v3' } },
  },
  { what: 'the instance type may be taken away', before: serving, edit: { resource: { instanceType: null } } },
  { what: 'the count may change', before: serving, edit: { resource: { count: 2 } } },
  {
    what: 'the ladder may change',
    before: serving,
    edit: {
      resource: { capacityType: 'spot', deadline: '20m', alternatives: [{ instanceType: 'Standard_NC12s_v3' }] },
    },
  },
  { what: 'the preferred nodes may change', before: serving, edit: { resource: { preferredNodes: ['node-a'] } } },
  {
    what: 'the image of the preset and its pull secrets may change',
    before: serving,
    edit: options({ image: 'example.azurecr.io/phi:1', imagePullSecrets: ['pull'] }),
  },
  {
    what: 'the access secret may change',
    before: serving,
    edit: options({ modelAccessSecret: 'hf' }),
    only: 'v1beta1',
  },
  { what: 'public may be said in words', before: serving, edit: { inference: { preset: { accessMode: 'public' } } } },
  { what: 'the tuning method may change its case', before: tuningOne, edit: { tuning: { method: 'QLORA' } } },
  {
    what: 'the tuning data may change',
    before: tuningOne,
    edit: { tuning: { input: { urls: null, image: 'example.azurecr.io/data:2' } } },
  },
];

/** What a workspace may not change, with what the API server says. */
export const refusedEdits: readonly RefusedEditCase[] = [
  {
    what: 'the label selector stays',
    before: serving,
    edit: { resource: { labelSelector: { matchLabels: { more: 'labels' } } } },
    message: 'labelSelector cannot be changed; make a new workspace',
  },
  {
    what: 'the resource section is not taken away',
    before: serving,
    edit: { resource: null },
    message: 'resource cannot be added or removed; make a new workspace',
  },
  {
    what: 'the partition stays',
    before: { resource: { labelSelector }, inference },
    edit: { resource: { partition: { mode: 'mig', profile: '1g.10gb' } } },
    message: 'partition cannot be changed; make a new workspace',
    only: 'v1beta1',
  },
  {
    what: 'the preset stays',
    before: serving,
    edit: { inference: { preset: { name: 'phi-3-mini-128k-instruct' } } },
    message: 'preset.name cannot be changed; make a new workspace for another model',
  },
  {
    what: 'the access mode stays',
    before: serving,
    edit: { inference: { preset: { accessMode: 'private', presetOptions: { image: 'example.azurecr.io/phi:1' } } } },
    message: 'preset.accessMode cannot be changed; make a new workspace',
  },
  {
    what: 'a preset does not become a template',
    before: serving,
    edit: { inference: { preset: null, template } },
    message: 'inference cannot switch between preset and template; make a new workspace',
  },
  {
    what: 'inference does not become tuning',
    before: serving,
    edit: { inference: null, tuning },
    message: 'a workspace cannot switch between inference and tuning; make a new one',
  },
  {
    what: 'the tuning method stays',
    before: tuningOne,
    edit: { tuning: { method: 'lora' } },
    message: 'tuning.method cannot be changed; make a new workspace',
  },
  {
    what: 'the name of the data set stays',
    before: tuningOne,
    edit: { tuning: { input: { name: 'data' } } },
    message: 'the name of the data set cannot be changed; make a new workspace',
  },
  {
    what: 'the tuned model stays',
    before: tuningOne,
    edit: { tuning: { preset: { name: 'phi-3-mini-128k-instruct' } } },
    message: 'preset.name cannot be changed; make a new workspace for another model',
  },
];
