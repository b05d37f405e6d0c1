import {
  instanceType,
  labelSelector,
  resource,
  preset,
  inference,
  template,
  serving,
  tuningOne,
  withAdapters,
  adapter,
  numbered,
  withSelector,
  withTuning,
  reserved,
  type WorkspaceCase,
} from './sections.ts';

/** Workspaces that the API server takes. */
export const accepted: readonly WorkspaceCase[] = [
  { what: 'a preset', sections: serving },
  { what: 'a pod template of any content', sections: { resource, inference: { template } } },
  { what: 'an empty label selector', sections: withSelector({}) },
  {
    what: 'one label as an expression',
    sections: withSelector({ matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] }),
  },
  {
    what: 'a reserved label beside one of the user',
    sections: withSelector({ matchLabels: { ...reserved, apps: 'a' } }),
  },
  { what: 'no resource at all', sections: { inference } },
  { what: 'no instance type', sections: { resource: { labelSelector }, inference } },
  { what: 'several nodes', sections: { resource: { ...resource, count: 3, preferredNodes: ['node-a'] }, inference } },
  { what: 'a name of 63 characters', sections: serving, name: 'a'.repeat(63) },
  { what: 'ten adapters', sections: withAdapters(...numbered(10)) },
  {
    what: 'an adapter on a volume',
    sections: withAdapters({ source: { name: 'a.b', volumeSource: { emptyDir: {} } } }),
  },
  {
    what: 'adapter strengths from 0 to 1',
    sections: withAdapters(
      ...['0', '.5', '1.', '1e-1', '+1.0'].map((strength, index) => adapter({ name: `a${index}` }, { strength })),
    ),
  },
  {
    what: 'a private model with its image',
    sections: {
      resource,
      inference: {
        preset: {
          ...preset,
          accessMode: 'private',
          presetOptions: { image: 'example.azurecr.io/phi:1', imagePullSecrets: ['pull'] },
        },
      },
    },
  },
  {
    what: 'a secret for the download',
    sections: { resource, inference: { preset: { ...preset, presetOptions: { modelAccessSecret: 'hf' } } } },
    only: 'v1beta1',
  },
  {
    what: 'a partition of a node',
    sections: { resource: { labelSelector, partition: { mode: 'mig', profile: '1g.10gb' } }, inference },
    only: 'v1beta1',
  },
  {
    what: 'some GPUs of a node',
    sections: { resource: { labelSelector, partition: { mode: 'accelerator', count: 2 } }, inference },
    only: 'v1beta1',
  },
  {
    what: 'a ladder of eight alternatives',
    sections: {
      resource: {
        ...resource,
        capacityType: 'spot',
        deadline: '1h30m',
        alternatives: Array.from({ length: 8 }, () => ({ instanceType, capacityType: 'on-demand', deadline: '90s' })),
      },
      inference,
    },
  },
  {
    what: 'a model of Hugging Face',
    sections: { resource, inference: { preset: { name: 'Qwen/Qwen2.5-Coder-7B_x' } } },
  },
  {
    what: 'empty names, as clients that were written in Go send them',
    sections: {
      resource,
      inference: { preset: { ...preset, presetOptions: { image: '', imagePullSecrets: [] } }, config: '' },
    },
  },
  ...[
    'nginx',
    'localhost:5000/a/b_c/d__e--f:v1',
    '[::1]:5000/a',
    'REPO_HERE.azurecr.io/IMAGE_HERE:0.0.1',
    `example.azurecr.io/a@sha256:${'0'.repeat(64)}`,
    `a.b-c.io/d:${'t'.repeat(128)}@sha256:${'0'.repeat(64)}`,
  ].map(image => ({ what: `an image called ${image}`, sections: withAdapters(adapter({ name: 'a', image })) })),
  { what: 'tuning with links and an image', sections: tuningOne },
  {
    what: 'tuning with volumes',
    sections: withTuning({
      input: { name: 'data', volumeSource: { emptyDir: {} } },
      output: { volumeSource: { emptyDir: {} } },
    }),
  },
  { what: 'a tuning method in capitals', sections: withTuning({ method: 'QLoRA' }) },
];
