import {
  labelSelector,
  resource,
  preset,
  inference,
  template,
  urls,
  output,
  tuning,
  serving,
  withAdapters,
  adapter,
  numbered,
  withSelector,
  withTuning,
  reserved,
  type RefusedCase,
} from './sections.ts';

/** Workspaces that the API server refuses, with what it says. */
export const refused: readonly RefusedCase[] = [
  {
    what: 'neither inference nor tuning',
    sections: { resource },
    message: 'a workspace needs something to do: set inference (serve a model) or tuning (fine-tune one)',
  },
  {
    what: 'both inference and tuning',
    sections: { resource, inference, tuning },
    message: 'a workspace does one thing: set either inference or tuning, not both',
  },
  {
    what: 'neither preset nor template',
    sections: { resource, inference: { config: 'a' } },
    message: 'inference needs a model: set inference.preset',
  },
  {
    what: 'both preset and template',
    sections: { resource, inference: { preset, template } },
    message: 'inference takes one model: set either inference.preset or inference.template, not both',
  },
  {
    what: 'a preset without a name',
    sections: { resource, inference: { preset: {} } },
    message: 'inference.preset.name: Required value',
  },
  {
    what: 'an empty preset name',
    sections: { resource, inference: { preset: { name: '' } } },
    message: 'inference.preset.name: Invalid value',
  },
  {
    what: 'an unknown access mode',
    sections: { resource, inference: { preset: { ...preset, accessMode: 'secret' } } },
    message: 'supported values: "public", "private"',
  },
  {
    what: 'a private model without its image',
    sections: { resource, inference: { preset: { ...preset, accessMode: 'private' } } },
    message: 'a private model needs its image: set presetOptions.image, or accessMode: public',
    only: 'v1alpha1',
  },
  {
    what: 'a template that is no object',
    sections: { resource, inference: { template: 'nginx' } },
    message: 'must be of type object',
  },
  {
    what: 'no label selector',
    sections: { resource: { instanceType: 'Standard_NC6s_v3' }, inference },
    message: 'resource.labelSelector: Required value',
  },
  {
    what: 'only reserved labels',
    sections: withSelector({ matchLabels: reserved }),
    message: 'the selector has only keys that Kaito keeps for itself',
  },
  {
    what: 'only reserved labels as expressions',
    sections: withSelector({ matchExpressions: [{ key: 'kaito.sh/workspace', operator: 'In', values: ['x'] }] }),
    message: 'the selector has only keys that Kaito keeps for itself',
  },
  {
    what: 'an expression other than In',
    sections: withSelector({ matchExpressions: [{ key: 'a', operator: 'Exists' }] }),
    message: 'each of matchExpressions needs operator In and exactly one value',
  },
  {
    what: 'an expression with two values',
    sections: withSelector({ matchExpressions: [{ key: 'a', operator: 'In', values: ['b', 'c'] }] }),
    message: 'each of matchExpressions needs operator In and exactly one value',
  },
  {
    what: 'a name with a dot',
    sections: serving,
    name: 'a.b',
    message: "the name must be at most 63 lower-case letters, digits and '-'",
  },
  {
    what: 'a name of 64 characters',
    sections: serving,
    name: 'a'.repeat(64),
    message: "the name must be at most 63 lower-case letters, digits and '-'",
  },
  {
    what: 'a partition of an unknown mode',
    sections: { resource: { labelSelector, partition: { mode: 'half' } }, inference },
    message: 'supported values: "mig", "accelerator"',
    only: 'v1beta1',
  },
  {
    what: 'a partition of no GPU',
    sections: { resource: { labelSelector, partition: { mode: 'accelerator', count: 0 } }, inference },
    message: 'should be greater than or equal to 1',
    only: 'v1beta1',
  },
  {
    what: 'eleven adapters',
    sections: withAdapters(...numbered(11)),
    message: 'inference.adapters: Too many: 11: must have at most 10 items',
  },
  {
    what: 'two adapters of one name',
    sections: withAdapters(adapter({ name: 'a' }), adapter({ name: 'a' })),
    message: 'two adapters have the same source.name; give each its own',
  },
  {
    what: 'an adapter without a source',
    sections: withAdapters({ strength: '1' }),
    message: 'an adapter needs a source: set source.name and source.image or source.volumeSource',
  },
  {
    what: 'an adapter without a name',
    sections: withAdapters(adapter({})),
    message: 'an adapter needs a name: set source.name',
  },
  {
    what: 'an adapter name with a space',
    sections: withAdapters(adapter({ name: 'my adapter' })),
    message: "name must be lower-case letters, digits, '-' and '.'",
  },
  {
    what: 'an adapter from a link',
    sections: withAdapters({ source: { name: 'a', urls } }),
    message: 'an adapter comes from exactly one of image and volumeSource; urls are for tuning only',
  },
  {
    what: 'an adapter from two places',
    sections: withAdapters(adapter({ name: 'a', volumeSource: { emptyDir: {} } })),
    message: 'an adapter comes from exactly one of image and volumeSource',
  },
  {
    what: 'an adapter strength above 1',
    sections: withAdapters(adapter({ name: 'a' }, { strength: '1.5' })),
    message: 'strength must be a number from 0 to 1 in quotes, such as "0.5"',
  },
  {
    what: 'an adapter strength below 0',
    sections: withAdapters(adapter({ name: 'a' }, { strength: '-0.1' })),
    message: 'strength must be a number from 0 to 1',
  },
  {
    what: 'an adapter strength that is a word',
    sections: withAdapters(adapter({ name: 'a' }, { strength: 'half' })),
    message: 'strength must be a number from 0 to 1',
  },
  {
    what: 'tuning without input and output',
    sections: { resource, tuning: { preset, method: 'lora' } },
    message: 'tuning.input: Required value',
  },
  {
    what: 'tuning without a model',
    sections: { resource, tuning: { method: 'lora', input: { urls }, output } },
    message: 'tuning needs a model: set tuning.preset.name',
  },
  {
    what: 'tuning without a method',
    sections: { resource, tuning: { preset, input: { urls }, output } },
    message: 'tuning.method must be lora or qlora',
  },
  {
    what: 'an unknown tuning method',
    sections: withTuning({ method: 'full' }),
    message: 'tuning.method must be lora or qlora',
  },
  {
    what: 'tuning data from nowhere',
    sections: withTuning({ input: { name: 'data' } }),
    message: 'the data set needs exactly one source: set one of urls, image and volumeSource',
  },
  {
    what: 'tuning data from two places',
    sections: withTuning({ input: { urls, image: 'example.azurecr.io/data:1' } }),
    message: 'the data set needs exactly one source',
  },
  {
    what: 'a data set name in capitals',
    sections: withTuning({ input: { name: 'Data', urls } }),
    message: "name must be lower-case letters, digits, '-' and '.'",
  },
  {
    what: 'a tuning result that goes nowhere',
    sections: withTuning({ output: {} }),
    message: 'the result needs exactly one place: set one of output.image and output.volumeSource',
  },
  {
    what: 'a tuning result without the secret to push it',
    sections: withTuning({ output: { image: 'example.azurecr.io/out:1' } }),
    message: 'pushing the result as an image needs credentials: set output.imagePushSecret',
  },
  {
    what: 'tuning on two nodes',
    sections: { resource: { ...resource, count: 2 }, tuning },
    message: 'tuning runs on one node: set resource.count to 1 or leave it out',
  },
  {
    what: 'tuning on a part of a node',
    sections: { resource: { labelSelector, partition: { mode: 'mig' } }, tuning },
    message: 'tuning takes whole nodes: leave resource.partition out',
    only: 'v1beta1',
  },
];
