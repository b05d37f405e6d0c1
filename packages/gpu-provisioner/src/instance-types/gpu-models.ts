import { findSku, gpuSkus } from '@kaito/planner';
import type { InstanceType } from './instance-type.ts';
import { parseSizeName } from './size-name.ts';

/** Whose GPU it is, as Karpenter's Azure provider writes it. */
export type GpuVendor = 'nvidia' | 'amd';

/** The last word of a model is the name that sizes carry: NVIDIA A100. The others are newer than the table of the planner. */
const VENDORS: ReadonlyMap<string, GpuVendor> = new Map<string, GpuVendor>([
  ...gpuSkus.map(({ gpuModel, vendor }) => [shortName(gpuModel), vendor] as const),
  ['GB200', 'nvidia'],
  ['GB300', 'nvidia'],
  ['RTXPRO6000BSE', 'nvidia'],
  ['MI300X', 'amd'],
  ['V710', 'amd'],
]);

/** The model of a type's GPUs, such as `A100`, by its name or else by the table; undefined where neither knows. */
export function gpuModelOf({ name }: Pick<InstanceType, 'name'>): string | undefined {
  const known = findSku(gpuSkus, name);
  return parseSizeName(name)?.accelerator ?? (known && shortName(known.gpuModel));
}

/** The vendor of a type's GPUs; undefined where it is not known. */
export function gpuVendorOf(type: Pick<InstanceType, 'name'>): GpuVendor | undefined {
  const model = gpuModelOf(type);
  return findSku(gpuSkus, type.name)?.vendor ?? (model === undefined ? undefined : VENDORS.get(model));
}

function shortName(gpuModel: string): string {
  return gpuModel.slice(gpuModel.lastIndexOf(' ') + 1);
}
