import { GIB, parseQuantity } from '@kaito/crds';
import type { BroughtNode } from '../plan/plan-input.ts';
import type { CpuSku } from './azure-cpu-skus.ts';
import { commonType, noNodes, type ReadNodes } from './brought-nodes.ts';

/**
 * The nodes that a user brings for a model on CPUs, as if they were a size of a cloud: as large as the one with the most memory, since
 * the scheduler finds the nodes that have room. GPUs that they may have are none of its business.
 */
export function cpuSkuOfNodes(nodes: readonly BroughtNode[]): ReadNodes<CpuSku> {
  const [largest] = nodes.map(sizeOf).toSorted((a, b) => b.memoryGiB - a.memoryGiB || b.vcpus - a.vcpus);
  if (!largest) return noNodes();
  return { ok: true, sku: { name: commonType(nodes), gpuCount: 0, ...largest, nvme: false } };
}

/** What a node offers to pods. One that does not say so, or nonsense, offers nothing. */
function sizeOf({ allocatable }: BroughtNode): Pick<CpuSku, 'vcpus' | 'memoryGiB'> {
  const { cpu = '', memory = '' } = allocatable;
  return {
    vcpus: parseQuantity(cpu) ?? 0,
    memoryGiB: Math.floor(((parseQuantity(memory) ?? 0) / GIB) * 100) / 100,
  };
}
