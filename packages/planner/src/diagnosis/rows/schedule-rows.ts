import type { DiagnosisRow } from '../diagnosis.ts';

const SCHEDULER = 'kubernetes/kubernetes, reasons of the scheduler plugins (pkg/scheduler/framework/plugins)';

/** What the scheduler says about a pod, the most telling part of its message first. */
export const scheduleRows: readonly DiagnosisRow[] = [
  {
    cause: 'VolumeClaimMissing',
    places: ['schedule'],
    pattern: /persistentvolumeclaim "(?<claim>[^"]+)" not found/i,
    mover: 'user',
    message: 'the pod needs the PersistentVolumeClaim "{claim}", which does not exist',
    nextStep: 'create the PersistentVolumeClaim "{claim}" in the namespace of the workspace, or correct its name',
    source: SCHEDULER,
    example: { code: 'Unschedulable', text: '0/3 nodes are available: persistentvolumeclaim "adapter" not found.' },
  },
  {
    cause: 'VolumeNotBound',
    places: ['schedule'],
    pattern:
      /unbound immediate PersistentVolumeClaims|didn't find available persistent volumes to bind|bound to non-existent persistentvolume/i,
    mover: 'cluster',
    message: 'a PersistentVolumeClaim of the pod has no volume',
    nextStep: 'see why: kubectl get pvc, kubectl describe pvc; mostly the StorageClass or its driver is missing',
    source: SCHEDULER,
    example: {
      code: 'Unschedulable',
      text: '0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims.',
    },
  },
  {
    cause: 'VolumeElsewhere',
    places: ['schedule'],
    pattern: /volume node affinity conflict|didn't match PersistentVolume's node affinity/i,
    mover: 'user',
    message: 'a volume of the pod lies in another zone, or on another node, than the nodes of the workspace',
    nextStep:
      'use a volume that every zone can reach (Azure Files, or a zone-redundant disk), or nodes in the zone of the volume',
    source: SCHEDULER,
    example: {
      code: 'Unschedulable',
      text: '0/3 nodes are available: 1 node(s) had volume node affinity conflict, 2 Insufficient nvidia.com/gpu.',
    },
  },
  {
    cause: 'GpusTaken',
    places: ['schedule'],
    pattern: /(?<count>\d+) Insufficient (?<resource>nvidia\.com\/[\w.-]*\w)/,
    mover: 'user',
    message: 'the nodes that the pod may use have too little {resource} free',
    nextStep:
      'see who has them: kubectl describe nodes; delete what nobody needs, or let the workspace have nodes of its own (no preferredNodes, another labelSelector)',
    source: SCHEDULER,
    example: {
      code: 'Unschedulable',
      text: "0/3 nodes are available: 1 Insufficient nvidia.com/gpu, 2 node(s) didn't match Pod's node affinity/selector.",
    },
  },
  {
    cause: 'NodeTainted',
    places: ['schedule'],
    pattern: /node\(s\) had untolerated taint(?:\(s\))?(?: \{(?<taint>[^}:\s]+)[^}]*\})?/,
    mover: 'cluster',
    message: 'taints keep the pod away from the nodes: {taint}',
    nextStep:
      'taints of a node that starts go by themselves; one that somebody put there has to be removed: kubectl taint nodes --all {taint}-',
    source: SCHEDULER,
    example: {
      code: 'Unschedulable',
      text: '0/2 nodes are available: 2 node(s) had untolerated taint {maintenance: yes}.',
    },
  },
  {
    cause: 'NodeTainted',
    places: ['schedule'],
    pattern: /node\(s\) had untolerated taint/,
    mover: 'cluster',
    message: 'taints keep the pod away from the nodes',
    nextStep:
      'see which: kubectl describe nodes; those of a node that starts go by themselves, others have to be removed: kubectl taint',
    source: SCHEDULER,
    example: { code: 'Unschedulable', text: '0/2 nodes are available: 2 node(s) had untolerated taint(s).' },
  },
  {
    cause: 'NodeCordoned',
    places: ['schedule'],
    pattern: /node\(s\) were unschedulable/,
    mover: 'cluster',
    message: 'the nodes that would do are cordoned',
    nextStep: 'when the work on them is done: kubectl uncordon <node>',
    source: SCHEDULER,
    example: { code: 'Unschedulable', text: '0/1 nodes are available: 1 node(s) were unschedulable.' },
  },
  {
    cause: 'NodeTooSmall',
    places: ['schedule'],
    pattern: /\d+ Insufficient (?<resource>cpu|memory|ephemeral-storage|pods)|Too many pods/,
    mover: 'user',
    message: 'the nodes that the pod may use are too small or too full',
    nextStep:
      'lower what the template asks for, or choose a larger instance type; who uses what: kubectl describe nodes',
    source: SCHEDULER,
    example: { code: 'Unschedulable', text: '0/1 nodes are available: 1 Insufficient ephemeral-storage.' },
  },
  {
    cause: 'NoNodeMatches',
    places: ['schedule'],
    pattern: /didn't match Pod's node affinity\/selector|didn't satisfy plugin|node\(s\) didn't match/,
    mover: 'user',
    message: 'no node has the labels that the pod asks for',
    nextStep:
      'compare the labels of the nodes (kubectl get nodes --show-labels) with resource.labelSelector, and, with a template, with its nodeSelector and affinity',
    source: SCHEDULER,
    example: {
      code: 'Unschedulable',
      text: "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.",
    },
  },
  {
    cause: 'NoNodes',
    places: ['schedule'],
    pattern: /no nodes available to schedule pods|^0\/0 nodes/,
    mover: 'cluster',
    message: 'the cluster has no node at all',
    nextStep: 'an administrator has to check the cluster: kubectl get nodes',
    source: SCHEDULER,
    example: { code: 'Unschedulable', text: 'no nodes available to schedule pods' },
  },
  {
    cause: 'PodGated',
    places: ['schedule'],
    codes: ['SchedulingGated'],
    mover: 'cluster',
    message: 'a scheduling gate holds the pod, for instance of a queue such as Kueue',
    nextStep: 'see which: kubectl get pods -o yaml (schedulingGates); its owner lets the pod go when it is its turn',
    source: 'Kubernetes docs, "Pod Scheduling Readiness"',
    example: { code: 'SchedulingGated', text: 'Scheduling is blocked due to non-empty scheduling gates' },
  },
];
