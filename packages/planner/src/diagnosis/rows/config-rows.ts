import type { DiagnosisRow } from '../diagnosis.ts';

const source = 'Kaito';

/** ConfigMaps and Secrets that a workspace names and that are not as they should be. */
export const configRows: readonly DiagnosisRow[] = [
  {
    cause: 'ConfigMapMissing',
    places: ['config'],
    pattern: /ConfigMap "(?<name>[^"]+)", which is not in namespace "(?<namespace>[^"]+)"/,
    mover: 'user',
    message: 'the ConfigMap "{name}" that the workspace names does not exist in namespace {namespace}',
    nextStep:
      'create it: kubectl create configmap {name} -n {namespace} --from-file=inference_config.yaml; it is seen at once',
    source,
    example: {
      code: 'ConfigMapMissing',
      text: 'inference.config names the ConfigMap "a-config", which is not in namespace "default"',
    },
  },
  {
    cause: 'ConfigMapKeyMissing',
    places: ['config'],
    pattern: /ConfigMap "(?<name>[^"]+)" of namespace "(?<namespace>[^"]+)", which has no key (?<key>[^\s:]+)/,
    mover: 'user',
    message: 'the ConfigMap "{name}" has no key {key}',
    nextStep: 'add the key: kubectl edit configmap {name} -n {namespace}; it is seen at once',
    source,
    example: {
      code: 'ConfigMapKeyMissing',
      text: 'inference.config names the ConfigMap "a-config" of namespace "default", which has no key inference_config.yaml',
    },
  },
  {
    cause: 'SecretMissing',
    places: ['config'],
    pattern: /Secret "(?<name>[^"]+)" is not in namespace "(?<namespace>[^"]+)"/,
    mover: 'user',
    message: 'the Secret "{name}" that the workspace names does not exist in namespace {namespace}',
    nextStep: 'create it in namespace {namespace}, or correct its name in the workspace; it is seen at once',
    source,
    example: { code: 'SecretMissing', text: 'Secret "a-token" is not in namespace "default"' },
  },
  {
    cause: 'SecretKeyMissing',
    places: ['config'],
    pattern: /Secret "(?<name>[^"]+)" of namespace "(?<namespace>[^"]+)" has no key (?<key>\S+)/,
    mover: 'user',
    message: 'the Secret "{name}" has no key {key}',
    nextStep: 'add the key: kubectl edit secret {name} -n {namespace}; it is seen at once',
    source,
    example: { code: 'SecretKeyMissing', text: 'Secret "a-token" of namespace "default" has no key HF_TOKEN' },
  },
];
