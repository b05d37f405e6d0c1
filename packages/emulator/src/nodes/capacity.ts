import type { PoolProperties } from '../aks/pool.ts';
import type { VmSize } from '../compute/vm-sizes.ts';

type Quantities = Readonly<Record<string, string>>;

/** What the kernel and firmware keep of a machine's memory, roughly. */
const VISIBLE_MEMORY = 0.98;
/** AKS docs, "Node resource reservations": the kubelet evicts below this. */
const EVICTION_MIB = 100;
/** AKS docs, "Node resource reservations": millicores kept for the kubelet by vCPUs. */
const RESERVED_CPU: readonly (readonly [vcpus: number, millicores: number])[] = [
  [1, 60],
  [2, 100],
  [4, 140],
  [8, 180],
  [16, 260],
  [32, 420],
  [64, 740],
];

/** What a Node of this size reports, without GPUs. Allocatable follows the reservations that AKS documents. */
export function capacityOf(
  { maxPods, osDiskSizeGB }: PoolProperties,
  size: VmSize,
): { readonly capacity: Quantities; readonly allocatable: Quantities } {
  const memoryMib = Math.floor(size.memoryGb * 1024 * VISIBLE_MEMORY);
  const reservedMib = Math.min(20 * maxPods + 50, Math.floor(memoryMib / 4));
  const diskKib = osDiskSizeGB * 1024 * 1024;
  const pods = String(maxPods);
  return {
    capacity: { cpu: String(size.vcpus), memory: `${memoryMib}Mi`, pods, 'ephemeral-storage': `${diskKib}Ki` },
    allocatable: {
      cpu: `${size.vcpus * 1000 - reservedMillicores(size.vcpus)}m`,
      memory: `${memoryMib - reservedMib - EVICTION_MIB}Mi`,
      pods,
      // The kubelet evicts when less than 10 % of the disk is free.
      'ephemeral-storage': String(Math.floor(diskKib * 1024 * 0.9)),
    },
  };
}

/** The extended resource that the vendor's device plugin shows. */
export function gpuResource({ gpus, gpuVendor }: VmSize): Quantities {
  return gpuVendor && gpus > 0 ? { [`${gpuVendor}.com/gpu`]: String(gpus) } : {};
}

function reservedMillicores(vcpus: number): number {
  const row = RESERVED_CPU.findLast(([atLeast]) => vcpus >= atLeast);
  return row?.[1] ?? 0;
}
