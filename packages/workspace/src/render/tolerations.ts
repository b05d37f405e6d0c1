import { taints } from '@kaito/crds';
import type { Plan } from '@kaito/planner';
import { isForGpus } from '../nodes/for-gpus.ts';
import { gpuResource, resourceOf } from '../nodes/node-progress.ts';
import type { Toleration } from './pod-parts.ts';

/** AKS puts this taint on every spot node (AKS docs, add an Azure Spot node pool). */
const spot: Toleration = {
  key: 'kubernetes.azure.com/scalesetpriority',
  operator: 'Equal',
  value: 'spot',
  effect: 'NoSchedule',
};

/** Taints that the pods of a plan put up with: those of GPU nodes where it is for GPUs, and that of spot machines only where spot was asked for. */
export function tolerations(plan: Plan): readonly Toleration[] {
  const resource = resourceOf(plan);
  const keys = resource === gpuResource ? [gpuResource] : [gpuResource, resource];
  const ofGpus: readonly Toleration[] = [
    ...keys.map((key): Toleration => ({ key, operator: 'Exists', effect: 'NoSchedule' })),
    { key: taints.gpu.key, operator: 'Equal', value: taints.gpu.value, effect: taints.gpu.effect },
  ];
  return [...(isForGpus(plan) ? ofGpus : []), ...(plan.nodes.capacityType === 'spot' ? [spot] : [])];
}
