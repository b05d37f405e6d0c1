import { annotations, labels, reservedSelectorLabels, type Workspace } from '@kaito/crds';
import { nearestNames, type ModelLookup } from '@kaito/planner';
import type { ReviewFacts } from './facts.ts';

const loadBalancerValue = 'True';

/** What whoever applies a workspace should know, though it stops nothing; a sentence each. */
export function findWarnings(workspace: Workspace, facts: ReviewFacts): readonly string[] {
  return [
    ...reservedLabels(workspace),
    ...modelWarnings(facts.model(workspace)),
    ...checksBypassed(workspace),
    ...unknownAnnotations(workspace),
    ...loadBalancer(workspace),
    ...withoutEffect(workspace, facts),
  ];
}

function reservedLabels({ resource }: Workspace): readonly string[] {
  const selector = resource?.labelSelector;
  const keys = [
    ...Object.keys(selector?.matchLabels ?? {}),
    ...(selector?.matchExpressions ?? []).map(({ key }) => key),
  ];
  const reserved = [...new Set(keys.filter(key => reservedSelectorLabels.includes(key)))];
  return reserved.length === 0
    ? []
    : [`resource.labelSelector: ${reserved.join(', ')} has no effect: Kaito sets it itself`];
}

function modelWarnings(lookup: ModelLookup | undefined): readonly string[] {
  if (lookup?.state === 'pending') {
    return ['the model is being looked up at Hugging Face; whether it fits is told in status.conditions'];
  }
  if (lookup?.state !== 'known') return [];
  const { id, deprecated, revision, presetImage, cpuServer, vllm } = lookup.model;
  const downloads = vllm !== undefined || (presetImage ?? cpuServer) === undefined;
  return [
    ...(deprecated === undefined ? [] : [`inference.preset.name: ${id} is deprecated: ${deprecated}`]),
    ...(revision === undefined && downloads
      ? [`the weights of ${id} are not pinned to a commit: pods take what is newest when they start`]
      : []),
  ];
}

function checksBypassed({ metadata }: Workspace): readonly string[] {
  const key = annotations.bypassResourceChecks;
  return metadata.annotations?.[key] === undefined
    ? []
    : [`${key} is set: a model that does not fit is let through and may fail on nodes that are paid for`];
}

/** Keys of ours, as labels or as annotations. */
const knownKeys: readonly string[] = [...Object.values(annotations), ...Object.values(labels)];
const ownPrefix = /^kaito\.sh\//;

function unknownAnnotations({ metadata }: Workspace): readonly string[] {
  return Object.keys(metadata.annotations ?? {})
    .filter(key => ownPrefix.test(key) && !knownKeys.includes(key))
    .map(key => {
      const own = Object.values(annotations).filter(known => ownPrefix.test(known));
      return `the annotation ${key} is not known and has no effect; the nearest is ${nearestNames(key, own, 1).join()}`;
    });
}

function loadBalancer({ metadata }: Workspace): readonly string[] {
  const key = annotations.enableLoadBalancer;
  const given = metadata.annotations?.[key] ?? metadata.labels?.[key];
  if (given?.toLowerCase() !== loadBalancerValue.toLowerCase() || given === loadBalancerValue) return [];
  return [`${key}: "${given}" has no effect: write "${loadBalancerValue}", with a capital letter, for a load balancer`];
}

function withoutEffect({ resource }: Workspace, { mode }: ReviewFacts): readonly string[] {
  if (mode === 'auto') return lastDeadline(resource);
  const fields = (['preferredNodes', 'capacityType', 'deadline'] as const).filter(
    field => (resource?.[field] ?? []).length > 0,
  );
  return fields.map(field => `resource.${field} has no effect here: users bring the nodes, and labelSelector decides`);
}

/** After the last of the sizes nothing is left to go on to. */
function lastDeadline(resource: Workspace['resource']): readonly string[] {
  const alternatives = resource?.alternatives ?? [];
  const last = alternatives.length - 1;
  const [field, deadline] =
    last < 0
      ? ['resource.deadline', resource?.deadline]
      : [`resource.alternatives[${last}].deadline`, alternatives[last]?.deadline];
  return deadline === undefined ? [] : [`${field} has no effect: no further size of resource.alternatives follows`];
}
