import type { DiagnosisRow } from '../diagnosis.ts';

const source = 'Kaito';

/** ConfigMaps and Secrets that a workspace names and that are not as they should be. */
export const configRows: readonly DiagnosisRow[] = [
  {
    cause: 'ConfigMapMissing',
    places: ['config'],
    pattern: /ConfigMap "(?<name>[^"]+)" is not there \(namespace (?<namespace>[^)]+)\)/,
    mover: 'user',
    message: 'the ConfigMap "{name}" that the workspace names does not exist in namespace {namespace}',
    nextStep:
      'create it: kubectl create configmap {name} -n {namespace} --from-file=inference_config.yaml; it is seen at once',
    source,
    example: { code: 'ConfigMapMissing', text: 'ConfigMap "a-config" is not there (namespace default)' },
  },
  {
    cause: 'ConfigMapKeyMissing',
    places: ['config'],
    pattern: /ConfigMap "(?<name>[^"]+)" has no key (?<key>\S+) \(namespace (?<namespace>[^)]+)\)/,
    mover: 'user',
    message: 'the ConfigMap "{name}" has no key {key}',
    nextStep: 'add the key: kubectl edit configmap {name} -n {namespace}; it is seen at once',
    source,
    example: {
      code: 'ConfigMapKeyMissing',
      text: 'ConfigMap "a-config" has no key inference_config.yaml (namespace default)',
    },
  },
  {
    cause: 'SecretMissing',
    places: ['config'],
    pattern: /Secret "(?<name>[^"]+)" is not there \(namespace (?<namespace>[^)]+)\)/,
    mover: 'user',
    message: 'the Secret "{name}" that the workspace names does not exist in namespace {namespace}',
    nextStep: 'create it in namespace {namespace}, or correct its name in the workspace; it is seen at once',
    source,
    example: { code: 'SecretMissing', text: 'Secret "a-token" is not there (namespace default)' },
  },
  {
    cause: 'SecretKeyMissing',
    places: ['config'],
    pattern: /Secret "(?<name>[^"]+)" has no key (?<key>\S+) \(namespace (?<namespace>[^)]+)\)/,
    mover: 'user',
    message: 'the Secret "{name}" has no key {key}',
    nextStep: 'add the key: kubectl edit secret {name} -n {namespace}; it is seen at once',
    source,
    example: { code: 'SecretKeyMissing', text: 'Secret "a-token" has no key HF_TOKEN (namespace default)' },
  },
];
