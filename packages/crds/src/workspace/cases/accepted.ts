import {
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
