import type { DiagnosisRow } from '../diagnosis.ts';

const NODE = 'Kubernetes docs, "Node status", conditions';
const TAINTS = 'Kubernetes docs, "Taints and Tolerations"';

/** Why a node that is there does not help. */
export const nodeRows: readonly DiagnosisRow[] = [
  {
    cause: 'GpusNotAnnounced',
    places: ['node'],
    codes: ['NodePluginsNotReady'],
    mover: 'cluster',
    waiting: true,
    message: 'nodes are there and their GPUs cannot be used yet',
    nextStep:
      'if this lasts more than 5 minutes, an administrator has to check driver and device plugin: kubectl get pods -A -o wide | grep nvidia-device-plugin',
    source: 'NVIDIA/k8s-device-plugin, README',
    example: { code: 'NodePluginsNotReady', text: 'GPUs are not announced yet on aks-ws1-0 (NVIDIA device plugin)' },
  },
  {
    cause: 'NodeLost',
    places: ['node'],
    pattern: /node (?<node>[\w.-]+)\b.*Kubelet stopped posting node status/s,
    mover: 'cluster',
    message: 'node {node} is no longer heard of',
    nextStep: 'its machine is replaced if it stays away; to see it now: kubectl describe node {node}',
    source: NODE,
    example: {
      code: 'NodeNotReady',
      text: 'node aks-ws1-0 is not ready: NodeStatusUnknown: Kubelet stopped posting node status.',
    },
  },
  {
    cause: 'NodeNetworkNotReady',
    places: ['node'],
    pattern: /node (?<node>[\w.-]+)\b.*(?:NetworkPluginNotReady|cni plugin not initialized)/is,
    mover: 'cluster',
    waiting: true,
    message: 'the network of node {node} is being set up',
    nextStep: 'if this lasts more than 5 minutes, an administrator has to check the network plugin (CNI) on {node}',
    source: 'Kubernetes docs, "Troubleshooting CNI plugin-related errors"',
    example: {
      code: 'NodeNotReady',
      text: 'node aks-ws1-0 is not ready: KubeletNotReady: container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized',
    },
  },
  {
    cause: 'NodeCordoned',
    places: ['node'],
    pattern: /node (?<node>[\w.-]+) is cordoned/,
    mover: 'cluster',
    message: 'node {node} takes no pods, because somebody cordoned it',
    nextStep: 'when the work on the node is done: kubectl uncordon {node}',
    source: 'Kubernetes docs, "Safely Drain a Node"',
    example: { code: 'NodeNotSchedulable', text: 'node aks-ws1-0 is cordoned' },
  },
  {
    cause: 'NodeStarting',
    places: ['node'],
    pattern:
      /node (?<node>[\w.-]+) has taint (?<taint>(?:node(?:\.cloudprovider)?\.kubernetes\.io\/(?:not-ready|uninitialized|network-unavailable)|karpenter\.sh\/unregistered)[^\s;]*)/,
    mover: 'cluster',
    waiting: true,
    message: 'node {node} is starting',
    nextStep: 'nothing: the taint {taint} goes when the node is ready; if it stays: kubectl describe node {node}',
    source: TAINTS,
    example: { code: 'NodeNotSchedulable', text: 'node aks-ws1-0 has taint node.kubernetes.io/not-ready:NoSchedule' },
  },
  {
    cause: 'NodeTainted',
    places: ['node'],
    pattern: /node (?<node>[\w.-]+) has taint (?<taint>[^\s;]+)/,
    mover: 'cluster',
    message: 'the taint {taint} keeps pods away from node {node}',
    nextStep:
      'taints of a node that starts go by themselves; one that somebody put there: kubectl taint node {node} {taint}-',
    source: TAINTS,
    example: { code: 'NodeNotSchedulable', text: 'node aks-ws1-0 has taint maintenance:NoSchedule' },
  },
  {
    cause: 'NodePressure',
    places: ['node'],
    pattern: /node (?<node>[\w.-]+) has (?<pressure>(?:Disk|Memory|PID)Pressure)/,
    mover: 'cluster',
    message: 'node {node} runs short ({pressure})',
    nextStep: 'an administrator has to see what fills it: kubectl describe node {node}',
    source: 'Kubernetes docs, "Node-pressure Eviction"',
    example: { code: 'NodeDiskPressure', text: 'node aks-ws1-0 has DiskPressure' },
  },
  {
    cause: 'NodeNotReady',
    places: ['node'],
    pattern: /node (?<node>[\w.-]+) is not ready/,
    mover: 'cluster',
    waiting: true,
    message: 'node {node} has joined and is not ready',
    nextStep: 'a new node takes a minute or two; if it lasts: kubectl describe node {node}',
    source: NODE,
    example: { code: 'NodeNotReady', text: 'node aks-ws1-0 is not ready: KubeletNotReady: container runtime is down' },
  },
  {
    cause: 'NodesMissing',
    places: ['node'],
    codes: ['NodesNotBrought'],
    mover: 'user',
    message: '{text}',
    nextStep:
      'label as many ready GPU nodes as are missing with the labels of resource.labelSelector: kubectl label node <name> <key>=<value>',
    source: 'KAITO docs, nodes that users bring themselves',
    example: { code: 'NodesNotBrought', text: '0 of 2 nodes with the labels apps=a are ready' },
  },
];
