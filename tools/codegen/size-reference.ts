import { azurePrices, gpuSkus, gpuSkusOf, type GpuSku } from '@kaito/planner';
import { code, plain, table } from './markdown.ts';

const introduction = `<!-- Made by npm run generate from the tables in packages/planner; edit them there. -->

# GPU sizes

The Azure sizes that \`resource.instanceType\` may name. vLLM needs compute capability 8.0 or more. Prices are list prices in US dollars an hour, for comparison
only, from ${plain(azurePrices.source)}. A size without a price comes after those with one when Kaito chooses.
`;

const headings = ['size', 'GPUs', 'model', 'GPU memory, GiB', 'compute capability', 'NVMe', '$/h', '$/h spot'];

const elsewhere = `
## Other clouds

With \`--cloud-provider aws\` (nodes from Karpenter, or brought) and \`--cloud-provider arc\` (brought nodes of AKS enabled by Azure Arc) the sizes are these. They have no prices
here, so that the fewest nodes win. AWS's own accelerators are listed to be refused by name: the images need NVIDIA GPUs.
`;

/** The page on GPU sizes, as Markdown. */
export function sizeReference(): string {
  const others = [...gpuSkusOf('aws'), ...gpuSkusOf('arc')].map(sku => toRow(sku).slice(0, -2));
  return `${introduction}\n${table(headings, gpuSkus.map(toRow))}\n${elsewhere}\n${table(headings.slice(0, -2), others)}\n`;
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
