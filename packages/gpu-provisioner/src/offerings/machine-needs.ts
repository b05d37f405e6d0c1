import { GIB, parseQuantity } from '@kaito/crds';
import type { Quantities } from '../claims/claim.ts';
import { gpuVendorOf } from '../instance-types/gpu-models.ts';
import type { GpuVendor } from '../instance-types/gpu-models.ts';
import type { InstanceType } from '../instance-types/instance-type.ts';
import { Refused } from './refusal.ts';

/** Says what a type lacks, such as `has 1 nvidia.com/gpu, 2 are requested`; undefined when nothing, as far as it is known. */
export type MachineNeeds = (type: InstanceType) => string | undefined;

/** How much of a resource a machine has at most, before the node keeps something for itself; undefined where it is not known. */
type Supply = (type: InstanceType) => number | undefined;

const supplies: ReadonlyMap<string, Supply> = new Map<string, Supply>([
  ['nvidia.com/gpu', gpusOf('nvidia')],
  ['amd.com/gpu', gpusOf('amd')],
  ['cpu', type => type.vcpus || undefined],
  ['memory', type => type.memoryGiB * GIB || undefined],
]);

/**
 * Reads spec.resources.requests as far as the size of a machine decides over them. Disks and pods are other people's matter.
 * @throws Refused when a request is no quantity or is negative
 */
export function machineNeeds(requests: Quantities): MachineNeeds {
  const needs = [...supplies].flatMap(([resource, supply]) => {
    const wanted = amount(requests, resource);
    return wanted > 0 ? [{ resource, supply, wanted }] : [];
  });
  return type => {
    for (const { resource, supply, wanted } of needs) {
      const has = supply(type);
      if (has !== undefined && has < wanted) return `has ${show(resource, has)}, ${show(resource, wanted)} requested`;
    }
    return undefined;
  };
}

function amount(requests: Quantities, resource: string): number {
  const wish = requests[resource];
  const wanted = wish === undefined ? 0 : parseQuantity(wish);
  if (wanted === undefined || !(wanted >= 0)) {
    throw new Refused(`spec.resources.requests has ${resource}: "${wish}"; it must be an amount such as 1 or 16Gi`);
  }
  return wanted;
}

function gpusOf(vendor: GpuVendor): Supply {
  return type => {
    const known = gpuVendorOf(type);
    return known !== undefined && known !== vendor ? 0 : type.gpus;
  };
}

function show(resource: string, value: number): string {
  return resource === 'memory' ? `${Math.ceil((value / GIB) * 100) / 100} GiB of memory` : `${value} ${resource}`;
}
