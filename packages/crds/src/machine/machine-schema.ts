import { Type } from 'typebox';
import { dateTime, quantities, stringMap, strings, text } from '../schema/fields.ts';

// The constraints are those of Karpenter's v1alpha5 CRD, no more: claims that its authors could write stay valid.

const taint = Type.Object({
  key: text('The key of the taint.'),
  effect: text('What happens to pods that do not tolerate it: NoSchedule, PreferNoSchedule or NoExecute.'),
  value: Type.Optional(text('The value that belongs to the key.')),
  timeAdded: Type.Optional(dateTime('When the taint was set; kept for NoExecute only.')),
});

const requirement = Type.Object({
  key: text('The node label that is meant.'),
  operator: text('How label and values relate: In, NotIn, Exists, DoesNotExist, Gt or Lt.'),
  values: Type.Optional(
    strings('One or more for In and NotIn, none for Exists and DoesNotExist, exactly one whole number for Gt and Lt.'),
  ),
});

const percent = (description: string) => Type.Integer({ description, format: 'int32', minimum: 0, maximum: 100 });
const count = (description: string) => Type.Integer({ description, format: 'int32', minimum: 0 });

const kubelet = Type.Object(
  {
    clusterDNS: Type.Optional(strings('Addresses of the DNS servers that pods use.')),
    containerRuntime: Type.Optional(text('The container runtime of the node.')),
    maxPods: Type.Optional(count('The most pods that the node runs.')),
    podsPerCore: Type.Optional(count('The most pods for each CPU core; maxPods stays the upper bound.')),
    systemReserved: Type.Optional(quantities('Resources that are kept for the operating system.')),
    kubeReserved: Type.Optional(quantities('Resources that are kept for the Kubernetes daemons.')),
    evictionHard: Type.Optional(stringMap('Thresholds, by signal, at which pods are evicted at once.')),
    evictionSoft: Type.Optional(stringMap('Thresholds, by signal, at which pods are evicted after a grace period.')),
    evictionSoftGracePeriod: Type.Optional(stringMap('The grace period of each soft threshold, such as 1m30s.')),
    evictionMaxPodGracePeriod: Type.Optional(
      Type.Integer({ format: 'int32', description: 'The most seconds a pod gets to stop in a soft eviction.' }),
    ),
    imageGCHighThresholdPercent: Type.Optional(percent('Disk use at which unused images are always removed.')),
    imageGCLowThresholdPercent: Type.Optional(percent('Disk use down to which unused images are removed.')),
    cpuCFSQuota: Type.Optional(Type.Boolean({ description: 'Whether CPU limits are enforced by CFS quota.' })),
  },
  { description: 'Settings of the kubelet on the node.' },
);

export const machineSpec = Type.Object(
  {
    requirements: Type.Optional(
      Type.Array(requirement, {
        description:
          'What the machine must be, in terms of node labels. node.kubernetes.io/instance-type names the VM size.',
      }),
    ),
    resources: Type.Optional(
      Type.Object(
        { requests: Type.Optional(quantities('The least that the machine must offer; storage sizes the OS disk.')) },
        { description: 'The resources that the machine must have.' },
      ),
    ),
    taints: Type.Optional(Type.Array(taint, { description: 'Taints that the node gets and keeps.' })),
    startupTaints: Type.Optional(
      Type.Array(taint, {
        description:
          'Taints that the node gets at first and that others take off; it is not ready before they are gone.',
      }),
    ),
    kubelet: Type.Optional(kubelet),
    machineTemplateRef: Type.Optional(
      Type.Object(
        {
          apiVersion: Type.Optional(text('Group and version of the object.')),
          kind: Type.Optional(text('Kind of the object.')),
          name: text('Name of the object.'),
        },
        { description: 'An object with settings of the cloud for this machine.' },
      ),
    ),
  },
  { description: 'The machine that is wanted.' },
);

/** The condition of v1alpha5, in Knative's shape: only type and status are certain, and there is no observedGeneration. */
export const machineCondition = Type.Object({
  type: text('What the condition is about.'),
  status: text('True, False or Unknown.'),
  reason: Type.Optional(text('Why the status is what it is, as one word for programs.')),
  message: Type.Optional(text('Why the status is what it is, for people.')),
  severity: Type.Optional(text('How bad a status other than True is; empty means Error.')),
  lastTransitionTime: Type.Optional(text('When the status last changed.')),
});

export const machineStatus = Type.Object(
  {
    nodeName: Type.Optional(text('The node that the machine became.')),
    providerID: Type.Optional(text('What the cloud calls the machine; equal to spec.providerID of the node.')),
    capacity: Type.Optional(quantities('All resources of the machine.')),
    allocatable: Type.Optional(quantities('The resources that pods can have.')),
    conditions: Type.Optional(
      Type.Array(machineCondition, {
        description: 'How far the machine has come: launched, registered, initialized, ready.',
      }),
    ),
  },
  { description: 'What was seen of the machine.' },
);

export const machineSchema = Type.Object(
  { spec: Type.Optional(machineSpec), status: Type.Optional(machineStatus) },
  { description: 'A claim for one machine that joins the cluster as a node. Deleting the claim deletes the machine.' },
);
