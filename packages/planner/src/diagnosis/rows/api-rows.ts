import type { DiagnosisRow } from '../diagnosis.ts';

/** What the API server says to a write of the controller, or to the StatefulSet that makes the pods. */
export const apiRows: readonly DiagnosisRow[] = [
  {
    cause: 'NameTaken',
    places: ['api'],
    codes: ['NameTaken'],
    mover: 'user',
    message: '{text}',
    nextStep: 'delete that object if nobody needs it, or give the workspace another name; it is not touched',
    source: 'Kaito',
    example: { code: 'NameTaken', text: 'Machine "ws1" exists but lacks the labels of this workspace' },
  },
  {
    cause: 'PodSecurityForbids',
    places: ['api'],
    pattern: /violates PodSecurity "(?<level>[^"]+)"/,
    mover: 'user',
    message: 'the namespace allows only pods of the level {level}, and the pod is not one',
    nextStep:
      'run the workspace in a namespace with the label pod-security.kubernetes.io/enforce=baseline, or adapt the template',
    source: 'Kubernetes docs, "Pod Security Admission"',
    example: {
      code: 'FailedCreate',
      text: 'create Pod a-0 in StatefulSet a failed error: pods "a-0" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
    },
  },
  {
    cause: 'ServiceAccountMissing',
    places: ['api'],
    pattern: /serviceaccount "(?<account>[^"]+)" not found/,
    mover: 'user',
    message: 'the service account "{account}" of the pod does not exist',
    nextStep: 'create it in the namespace of the workspace: kubectl create serviceaccount {account}',
    source: 'Kubernetes docs, "Configure Service Accounts for Pods"',
    example: {
      code: 'FailedCreate',
      text: 'pods "a-0" is forbidden: error looking up service account default/x: serviceaccount "x" not found',
    },
  },
  {
    cause: 'NamespaceQuotaExceeded',
    places: ['api'],
    pattern:
      /exceeded quota: (?<quota>[^,]+), requested: (?<asked>[^,]+), used: (?<used>[^,]+), limited: (?<limited>\S+)/,
    mover: 'cluster',
    message: 'the ResourceQuota {quota} of the namespace allows {limited}; {used} is used and {asked} is asked for',
    nextStep: 'raise the ResourceQuota {quota}, or free what others use in the namespace',
    source: 'Kubernetes docs, "Resource Quotas"',
    example: {
      code: 'FailedCreate',
      text: 'pods "a-0" is forbidden: exceeded quota: gpus, requested: requests.nvidia.com/gpu=1, used: requests.nvidia.com/gpu=4, limited: requests.nvidia.com/gpu=4',
    },
  },
  {
    cause: 'AdmissionWebhookFails',
    places: ['api'],
    pattern: /failed calling webhook "(?<webhook>[^"]+)"/,
    mover: 'cluster',
    message: 'the admission webhook {webhook} of the cluster does not answer',
    nextStep: 'an administrator has to bring what serves {webhook} back; it is tried again until then',
    source: 'Kubernetes docs, "Dynamic Admission Control"',
    example: {
      code: 'InternalError',
      text: 'Internal error occurred: failed calling webhook "validate.example.com": Post "https://x.y.svc:443/v": context deadline exceeded',
    },
  },
  {
    cause: 'AdmissionWebhookRefuses',
    places: ['api'],
    pattern: /admission webhook "(?<webhook>[^"]+)" denied the request/,
    mover: 'cluster',
    message: 'the admission webhook {webhook} of the cluster forbids what the workspace needs',
    nextStep: 'an administrator has to exempt it in {webhook}; the evidence says what it minds',
    source: 'Kubernetes docs, "Dynamic Admission Control"',
    example: { code: 'Forbidden', text: 'admission webhook "validation.gatekeeper.sh" denied the request: no limits' },
  },
  {
    cause: 'ControllerRightsMissing',
    places: ['api'],
    codes: ['Forbidden'],
    mover: 'cluster',
    message: 'the workspace controller may not do what it has to',
    nextStep:
      'an administrator has to give the role of the workspace controller the right that the evidence names; reinstalling the chart does',
    source: 'Kubernetes docs, "Using RBAC Authorization"',
    example: {
      code: 'Forbidden',
      text: 'machines.karpenter.sh is forbidden: User "u" cannot create resource "machines"',
    },
  },
  {
    cause: 'ObjectInvalid',
    places: ['api'],
    codes: ['Invalid'],
    mover: 'user',
    message: 'the API server refuses what was made from the workspace',
    nextStep: 'correct the field that the evidence names, mostly of inference.template or resource.labelSelector',
    source: 'Kubernetes API conventions, reason Invalid',
    example: {
      code: 'Invalid',
      text: 'StatefulSet.apps "a" is invalid: spec.template.spec.containers[0].image: Required value',
    },
  },
  {
    cause: 'ApiServerUnavailable',
    places: ['api'],
    pattern:
      /\b(?:ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOTFOUND|timed? ?out|socket hang up|ServiceUnavailable|TooManyRequests)\b/i,
    mover: 'kaito',
    waiting: true,
    message: 'the API server did not take a write',
    nextStep: 'nothing has to be done: it is tried again',
    source: 'Node.js docs, "Common system errors"',
    example: { code: 'WorkloadFailed', text: 'connect ECONNREFUSED 10.0.0.1:443' },
  },
];
