import { azurePrices, gpuSkus, type GpuSku } from '@kaito/planner';
import { code, plain, table } from './markdown.ts';

const introduction = `<!-- Made by npm run generate from the tables in packages/planner; edit them there. -->

# GPU sizes

The Azure sizes that \`resource.instanceType\` may name. vLLM needs compute capability 8.0 or more. Prices are list prices in US dollars an hour, for comparison
only, from ${plain(azurePrices.source)}. A size without a price comes after those with one when Kaito chooses.
`;

const headings = ['size', 'GPUs', 'model', 'GPU memory, GiB', 'compute capability', 'NVMe', '$/h', '$/h spot'];

/** The page on GPU sizes, as Markdown. */
export function sizeReference(): string {
  return `${introduction}\n${table(headings, gpuSkus.map(toRow))}\n`;
}

function toRow({ name, gpuCount, gpuModel, gpuMemoryGiB, computeCapability, nvme }: GpuSku): readonly string[] {
  const price = azurePrices.hourly[name];
  return [
    code(name),
    String(gpuCount),
    plain(gpuModel),
    String(gpuMemoryGiB),
    computeCapability ?? '',
    nvme ? 'yes' : '',
    price?.onDemand.toFixed(2) ?? '',
    price?.spot?.toFixed(2) ?? '',
  ];
}
