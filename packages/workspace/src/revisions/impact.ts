import { annotations, labels } from '@kaito/crds';
import type { ProvisionerName } from '../provisioning/provisioning.ts';

/**
 * What an edit of a field leads to, at most:
 * - `inPlace`: objects are changed while the server runs on, or it is told to change
 * - `podRestart`: pods are replaced, one after the other, on the nodes that there are
 * - `newNodes`: other nodes, or another number of them, are had before pods move
 * - `nextNode`: nothing that runs changes; it counts for nodes and decisions from now on
 * - `refused`: the API server does not take the edit
 */
export type Impact = 'inPlace' | 'podRestart' | 'newNodes' | 'nextNode' | 'refused';

const adaptersField = 'inference.adapters';
const nodeClassField = `metadata.annotations.${annotations.nodeClassName}`;

/** The impact of every field that a workspace has, by its path from the top; a path stands for all below it that has no line of its own. */
export const fieldImpacts: Readonly<Record<string, Impact>> = {
  'resource.count': 'newNodes',
  'resource.instanceType': 'newNodes',
  'resource.capacityType': 'newNodes',
  // An edit of the ladder starts it anew, so it may lead back to the first rung.
  'resource.alternatives': 'newNodes',
  'resource.deadline': 'nextNode',
  'resource.preferredNodes': 'nextNode',
  'resource.labelSelector': 'refused',
  'resource.partition': 'refused',
  'inference.preset.name': 'refused',
  'inference.preset.accessMode': 'refused',
  'inference.preset.presetOptions': 'podRestart',
  'inference.template': 'podRestart',
  'inference.config': 'podRestart',
  [adaptersField]: 'podRestart',
  'tuning.preset.name': 'refused',
  'tuning.preset.accessMode': 'refused',
  'tuning.preset.presetOptions': 'podRestart',
  'tuning.method': 'refused',
  'tuning.config': 'podRestart',
  'tuning.input': 'podRestart',
  'tuning.input.name': 'refused',
  'tuning.output': 'podRestart',
  [`metadata.annotations.${annotations.runtime}`]: 'podRestart',
  [`metadata.annotations.${annotations.performanceMode}`]: 'podRestart',
  [`metadata.annotations.${annotations.useLocalWeights}`]: 'podRestart',
  [`metadata.annotations.${annotations.enableLoadBalancer}`]: 'inPlace',
  [`metadata.labels.${annotations.enableLoadBalancer}`]: 'inPlace',
  // The pods bear them, and clients may ask for the model by the name of its set.
  [`metadata.labels.${labels.inferenceSetCreatedBy}`]: 'podRestart',
  [`metadata.labels.${labels.multiRoleInferenceCreatedBy}`]: 'podRestart',
  [`metadata.labels.${labels.inferenceRole}`]: 'podRestart',
  [`metadata.annotations.${annotations.nodeImageFamily}`]: 'nextNode',
  // Nodes of another class have drifted: Karpenter replaces them one by one (Karpenter docs, disruption).
  [nodeClassField]: 'newNodes',
  // More may fit, and the plan with it.
  [`metadata.annotations.${annotations.bypassResourceChecks}`]: 'newNodes',
  /** Content of the ConfigMap that `config` names. */
  'config.data': 'podRestart',
};

/** Paths with their impact, the longest first, so that the most particular one is found first. */
const byLength = Object.entries(fieldImpacts).toSorted(([a], [b]) => b.length - a.length);

/** What decides, beside the field, what an edit comes to. What is left out counts as whatever makes the impact the greatest. */
export interface EditContext {
  /** How the installation has its nodes. */
  readonly provisioner?: ProvisionerName | undefined;
  /** Whether the edit of the adapters reaches servers that run, as `changesAdaptersLive` finds. */
  readonly adaptersLive?: boolean | undefined;
}

/** The declared impact of an edit of the field at this path; undefined for a path that nobody declared. */
export function impactOf(path: string, { provisioner, adaptersLive = false }: EditContext = {}): Impact | undefined {
  // Nobody else reads a node class.
  if (path === nodeClassField && provisioner !== undefined && provisioner !== 'karpenter') return 'nextNode';
  if (adaptersLive && (path === adaptersField || isBelow(path, adaptersField))) return 'inPlace';
  return byLength.find(([declared]) => path === declared || isBelow(path, declared))?.[1];
}

function isBelow(path: string, above: string): boolean {
  return path.startsWith(above) && ['.', '['].includes(path.charAt(above.length));
}
