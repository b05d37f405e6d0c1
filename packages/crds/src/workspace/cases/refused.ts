import {
  instanceType,
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
  withPartition,
  withResource,
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
    what: 'a configuration beside a template',
    sections: { resource, inference: { template, config: 'settings' } },
    message: 'config and adapters go with a preset: with a template, mount and load them in the template',
  },
  {
    what: 'adapters beside a template',
    sections: { resource, inference: { template, adapters: [{ source: { name: 'a', image: 'a' } }] } },
    message: 'config and adapters go with a preset: with a template, mount and load them in the template',
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
    what: 'a slice of no size',
    sections: withPartition({ mode: 'mig' }),
    message: 'mode mig takes one slice: set partition.profile, such as 1g.10gb, and leave partition.count out',
    only: 'v1beta1',
  },
  {
    what: 'several slices',
    sections: withPartition({ mode: 'mig', profile: '1g.10gb', count: 2 }),
    message: 'mode mig takes one slice',
    only: 'v1beta1',
  },
  {
    what: 'a slice of an odd size',
    sections: withPartition({ mode: 'mig', profile: 'half' }),
    message: 'profile must be the size of a MIG slice, such as 1g.10gb',
    only: 'v1beta1',
  },
  {
    what: 'some GPUs without their number',
    sections: withPartition({ mode: 'accelerator' }),
    message: 'mode accelerator takes whole GPUs: set partition.count, and leave partition.profile out',
    only: 'v1beta1',
  },
  {
    what: 'some GPUs with a slice',
    sections: withPartition({ mode: 'accelerator', count: 1, profile: '1g.10gb' }),
    message: 'mode accelerator takes whole GPUs',
    only: 'v1beta1',
  },
  {
    what: 'a part of a node that is made',
    sections: withResource({ partition: { mode: 'accelerator', count: 1 } }),
    message: 'partition is for nodes that you bring yourself: leave resource.instanceType out',
    only: 'v1beta1',
  },
  {
    what: 'no node',
    sections: withResource({ count: 0 }),
    message: 'should be greater than or equal to 1',
  },
  {
    what: 'more nodes than anybody can mean',
    sections: withResource({ count: 1001 }),
    message: 'should be less than or equal to 1000',
  },
  {
    what: 'an instance type that is no name',
    sections: withResource({ instanceType: 'Standard NC6' }),
    message: 'instanceType must be the name of a VM size, such as Standard_NC24ads_A100_v4',
  },
  {
    what: 'an unknown capacity type',
    sections: withResource({ capacityType: 'cheap' }),
    message: 'supported values: "on-demand", "spot"',
  },
  ...['', '30s', '20', 'soon', '1m1h', '-5m', '1d', '1.5h'].map(deadline => ({
    what: `a deadline of "${deadline}"`,
    sections: withResource({ deadline }),
    message: 'deadline must be at least one minute, in hours, minutes and seconds, such as 20m or 1h30m',
  })),
  {
    what: 'nine alternatives',
    sections: withResource({ alternatives: Array.from({ length: 9 }, () => ({ instanceType })) }),
    message: 'resource.alternatives: Too many: 9: must have at most 8 items',
  },
  {
    what: 'an alternative that names no size',
    sections: withResource({ alternatives: [{ capacityType: 'spot' }] }),
    message: 'resource.alternatives[0].instanceType: Required value',
  },
  {
    what: 'an alternative with an empty size',
    sections: withResource({ alternatives: [{ instanceType: '' }] }),
    message: 'resource.alternatives[0].instanceType: Invalid value',
  },
  {
    what: 'alternatives without a first choice',
    sections: withResource({ instanceType: '', alternatives: [{ instanceType }] }),
    message:
      'alternatives come after a first choice: set resource.instanceType, or leave alternatives out and let Kaito pick a size',
  },
  {
    what: 'a preferred node that is no name',
    sections: withResource({ preferredNodes: ['Node A'] }),
    message: "must be the name of an object: lower-case letters, digits, '-' and '.', such as my-name",
  },
  ...['phi 4', '/phi-4', 'microsoft/', 'a/b/c', '../x', 'a;b'].map(name => ({
    what: `a preset called "${name}"`,
    sections: { resource, inference: { preset: { name } } },
    message: 'preset.name must be a name of the catalogue, such as phi-4-mini-instruct, or <organisation>/<repository>',
  })),
  {
    what: 'a config that is no name',
    sections: { resource, inference: { preset, config: 'My Config' } },
    message: 'must be the name of an object',
  },
  ...['a b', '/a', 'a/', 'a//b', 'https://example.com/image', 'a:b:c', 'a@sha256:0'].map(image => ({
    what: `an image called "${image}"`,
    sections: withAdapters(adapter({ name: 'a', image })),
    message: 'image must be the name of an image, such as registry.example.com/team/model:1.0',
  })),
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
  ...['ftp://example.com/data', 'data.json', 'https:///data', 'file:///etc/passwd'].map(link => ({
    what: `tuning data from ${link}`,
    sections: withTuning({ input: { urls: [link] } }),
    message: 'a link must start with http:// or https://, and name a host',
  })),
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
