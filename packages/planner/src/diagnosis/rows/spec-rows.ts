import type { DiagnosisRow } from '../diagnosis.ts';

const HUB = 'Hugging Face docs, "Gated models"';

/** What the planner says. Its problems tell what would be accepted themselves. */
export const specRows: readonly DiagnosisRow[] = [
  {
    cause: '{code}',
    places: ['spec'],
    codes: ['ModelGated', 'ModelAccessDenied', 'AccessSecretRequired'],
    mover: 'user',
    message: '{text}',
    nextStep:
      'accept the licence on the page of the model, and name a Secret with the token of that account (key HF_TOKEN) in inference.preset.presetOptions.modelAccessSecret',
    source: HUB,
    example: { code: 'ModelGated', field: 'inference.preset.name', text: 'meta-llama/Llama-3.1-8B is gated' },
  },
  {
    cause: 'ModelLookupOff',
    places: ['spec'],
    codes: ['ModelLookupFailed'],
    pattern: /does not ask Hugging Face/,
    mover: 'cluster',
    message: '{text}',
    nextStep:
      'name a model of the catalogue, or have an administrator set --hugging-face-endpoint (HF_ENDPOINT) of the workspace controller',
    source: 'Kaito',
    example: {
      code: 'ModelLookupFailed',
      field: 'inference.preset.name',
      text: 'this installation does not ask Hugging Face (HF_ENDPOINT is off)',
    },
  },
  {
    cause: '{code}',
    places: ['spec'],
    codes: ['ModelLookupFailed'],
    mover: 'huggingface',
    message: '{text}',
    nextStep:
      'nothing has to be done: Hugging Face is asked again; if it stays, check the way out to it (proxy, firewall, HF_ENDPOINT)',
    source: 'Hugging Face Hub API',
    example: { code: 'ModelLookupFailed', field: 'inference.preset.name', text: 'Hugging Face does not answer' },
  },
  {
    cause: 'NameTaken',
    places: ['spec'],
    codes: ['NameTaken'],
    mover: 'user',
    message: '{text}',
    nextStep:
      'delete that object if nobody needs it, or give the workspace another name; nothing is created until then',
    source: 'Kaito',
    example: { code: 'NameTaken', field: 'metadata.name', text: 'Service "a" exists and is not of this workspace' },
  },
  {
    cause: '{code}',
    places: ['spec'],
    codes: ['NodesMissing', 'NodeLabelsMissing', 'NodesDiffer'],
    mover: 'user',
    message: '{text}',
    nextStep:
      'bring ready GPU nodes of one kind that have the labels of resource.labelSelector: kubectl label node <name> <key>=<value>; they are seen at once',
    source: 'Kaito',
    example: { code: 'NodesMissing', field: 'resource.labelSelector', text: '0 of 1 nodes match' },
  },
  {
    cause: 'GpuMemoryTooSmall',
    places: ['spec'],
    codes: ['GpuMemoryTooSmall'],
    mover: 'user',
    message: '{text}',
    nextStep:
      'choose a size with more GPU memory or more nodes, a smaller model, or leave {field} out, so that a size that fits is chosen',
    source: 'Kaito',
    example: { code: 'GpuMemoryTooSmall', field: 'resource.instanceType', text: 'the model needs 40 GiB' },
  },
  {
    cause: '{code}',
    places: ['spec'],
    codes: ['SecretMissing', 'ConfigMissing'],
    mover: 'user',
    message: '{text}',
    nextStep:
      'create it in the namespace of the workspace, or correct its name in {field}; no node is paid for until then',
    source: 'Kaito',
    example: { code: 'SecretMissing', field: 'inference', text: 'Secret "a-token" is not in namespace "default"' },
  },
  {
    cause: '{code}',
    places: ['spec'],
    mover: 'user',
    message: '{text}',
    nextStep: 'correct {field}; nothing is created and nothing is paid for until then',
    source: 'Kaito',
    example: {
      code: 'InstanceTypeUnknown',
      field: 'resource.instanceType',
      text: '"Standard_X" is not a known GPU size',
    },
  },
];
