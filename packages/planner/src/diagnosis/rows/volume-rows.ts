import type { DiagnosisRow } from '../diagnosis.ts';

const KUBELET = 'kubernetes/kubernetes, Events of the kubelet and of the attach-detach controller';

/** What the kubelet says about the volumes of a pod. */
export const volumeRows: readonly DiagnosisRow[] = [
  {
    cause: 'CsiDriverMissing',
    places: ['volume'],
    pattern: /driver(?: name)? (?<driver>[\w.-]+) not found(?: in the list of registered CSI drivers)?/i,
    mover: 'cluster',
    message: 'the CSI driver {driver} does not run on the node',
    nextStep:
      'install it, and let its node pods tolerate the taint sku=gpu:NoSchedule; Azure Blob on AKS: az aks update --enable-blob-driver',
    source: 'kubernetes-csi docs, "Driver registration"; AKS docs, "Azure Blob storage CSI driver"',
    example: {
      code: 'FailedMount',
      text: 'MountVolume.MountDevice failed for volume "v" : kubernetes.io/csi: attacher.MountDevice failed to create newCsiDriverClient: driver name blob.csi.azure.com not found in the list of registered CSI drivers',
    },
  },
  {
    cause: 'StorageRightsMissing',
    places: ['volume', 'log'],
    pattern: /\bAuthorization(?:PermissionMismatch|Failure)\b/,
    mover: 'cluster',
    message: 'the identity may not read the storage account',
    nextStep:
      'give it a role on the data, not only on the account: az role assignment create --role "Storage Blob Data Reader" --scope <storage account>; a new assignment takes some minutes to be seen',
    source: 'Azure Storage docs, "Common error codes", AuthorizationPermissionMismatch',
    example: {
      code: 'FailedMount',
      text: 'RESPONSE 403: This request is not authorized to perform this operation using this permission. ERROR CODE: AuthorizationPermissionMismatch',
    },
  },
  {
    cause: 'VolumeInUse',
    places: ['volume'],
    pattern: /Multi-Attach error|already (?:exclusively )?attached to/i,
    mover: 'user',
    message: 'another node still has the volume',
    nextStep: 'delete the pod there that uses it, or use a volume that many nodes can mount (ReadWriteMany)',
    source: KUBELET,
    example: {
      code: 'FailedAttachVolume',
      text: 'Multi-Attach error for volume "v" Volume is already exclusively attached to one node and can\'t be attached to another',
    },
  },
  {
    cause: 'VolumeObjectMissing',
    places: ['volume'],
    pattern: /(?<kind>configmap|secret|persistentvolumeclaim) "(?<name>[^"]+)" not found/i,
    mover: 'user',
    message: 'the pod mounts the {kind} "{name}", which does not exist',
    nextStep: 'create the {kind} "{name}" in the namespace of the workspace, or correct its name',
    source: KUBELET,
    example: { code: 'FailedMount', text: 'MountVolume.SetUp failed for volume "c" : configmap "a-config" not found' },
  },
  {
    cause: 'HostPathMissing',
    places: ['volume'],
    pattern: /hostPath type check failed: (?<path>\S+) is not/,
    mover: 'cluster',
    message: 'the node has no {path}',
    nextStep: 'put the weights there on every node, or take the annotation kaito.sh/use-local-weights off',
    source: KUBELET,
    example: {
      code: 'FailedMount',
      text: 'MountVolume.SetUp failed for volume "w" : hostPath type check failed: /opt/kaito/models/a is not a directory',
    },
  },
  {
    cause: 'VolumeNotMounted',
    places: ['volume'],
    mover: 'cluster',
    message: 'a volume of the pod cannot be mounted',
    nextStep: 'see the evidence, and kubectl describe pvc; the kubelet tries again',
    source: KUBELET,
    example: {
      code: 'FailedMount',
      text: 'MountVolume.SetUp failed for volume "v" : rpc error: code = DeadlineExceeded',
    },
  },
];
