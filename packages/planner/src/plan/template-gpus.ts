import type { PodTemplate } from '@kaito/crds';

/** What containers ask for GPUs by (NVIDIA's device plugin). */
export const gpuResource = 'nvidia.com/gpu';

/** No machine has more; a larger number is no number of GPUs. */
const maxGpus = 64;

type Fields = Readonly<Record<string, unknown>>;

/** GPUs that the containers of a template ask for together. Users wrote it, so that anything may be in it. */
export function templateGpus(template: PodTemplate): number {
  const spec = template['spec'];
  const containers = isFields(spec) ? spec['containers'] : undefined;
  if (!Array.isArray(containers)) return 0;
  const asked = containers.reduce((sum: number, container: unknown) => sum + containerGpus(container), 0);
  return Math.min(asked, maxGpus);
}

function containerGpus(container: unknown): number {
  const resources = isFields(container) ? container['resources'] : undefined;
  if (!isFields(resources)) return 0;
  const asked = [resources['limits'], resources['requests']].map(amounts =>
    isFields(amounts) ? Number(amounts[gpuResource]) : 0,
  );
  return Math.max(0, ...asked.filter(value => Number.isInteger(value)));
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
