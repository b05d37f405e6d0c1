import type { Workspace } from '@kaito/crds';
import { gpusPerPod } from '../gpu-fit.ts';
import { nearestNames } from '../nearest-names.ts';
import type { Preset } from '../presets/preset.ts';
import type { Problem } from '../problem.ts';
import type { GpuSku } from '../skus/gpu-sku.ts';

const field = 'resource.instanceType';
/** As many sizes as a message can name and still be read. */
const suggestions = 3;

/** What the name of an instance type and of a preset resolved to, with the sizes to choose from. */
export interface Sizing {
  readonly sku: GpuSku | undefined;
  readonly skus: readonly GpuSku[];
  readonly preset: Preset | undefined;
}

/** The instance type must be known, have NVIDIA GPUs, and enough of their memory on one node, since a pod of these presets runs on one. */
export function checkInstanceType({ resource }: Workspace, { sku, skus, preset }: Sizing): readonly Problem[] {
  const name = resource?.instanceType ?? '';
  if (name === '') {
    const message = `${field} is missing: name a GPU size, e.g. ${smallestFitting(skus, preset)}`;
    return [{ code: 'InstanceTypeRequired', field, message }];
  }
  if (!sku) return [unknownInstanceType(name, skus)];
  if (sku.vendor !== 'nvidia') {
    const message = `${field} "${sku.name}" has ${sku.gpuModel}, but the images need NVIDIA GPUs: use e.g. ${smallestFitting(skus, preset)}`;
    return [{ code: 'GpuVendorNotSupported', field, message }];
  }
  return preset ? checkMemory(sku, skus, preset) : [];
}

function unknownInstanceType(name: string, skus: readonly GpuSku[]): Problem {
  const nearest = nearestNames(
    name,
    skus.map(sku => sku.name),
    suggestions,
  );
  const message = `${field} "${name}" is not a known GPU size; the nearest are ${nearest.join(', ')}`;
  return { code: 'InstanceTypeUnknown', field, message };
}

function checkMemory(sku: GpuSku, skus: readonly GpuSku[], preset: Preset): readonly Problem[] {
  if (gpusPerPod(preset, sku) !== undefined) return [];
  const has = `${field} "${sku.name}" has ${sku.gpuCount} GPU with ${sku.gpuMemoryGiB} GiB in all`;
  const needs = `${preset.name} needs ${preset.gpuCount} GPU and ${preset.gpuMemoryGiB} GiB on one node`;
  return [
    {
      code: 'GpuMemoryTooSmall',
      field,
      message: `${has}, but ${needs}: use e.g. ${smallestFitting(skus, preset)}`,
    },
  ];
}

function smallestFitting(skus: readonly GpuSku[], preset: Preset | undefined): string {
  return skus
    .filter(sku => sku.vendor === 'nvidia' && (!preset || gpusPerPod(preset, sku) !== undefined))
    .toSorted((a, b) => a.gpuMemoryGiB - b.gpuMemoryGiB || (a.name < b.name ? -1 : 1))
    .slice(0, suggestions)
    .map(sku => sku.name)
    .join(', ');
}
