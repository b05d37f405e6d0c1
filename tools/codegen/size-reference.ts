import { azurePrices, cpuSkus, gpuSkus, gpuSkusOf, type CpuSku, type GpuSku } from '@kaito/planner';
import { code, plain, table } from './markdown.ts';

const introduction = `<!-- Made by npm run generate from the tables in packages/planner; edit them there. -->

# Sizes

The Azure sizes with GPUs that \`resource.instanceType\` may name. vLLM needs compute capability 8.0 or more. Prices are list prices in US dollars an hour, for comparison
only, from ${plain(azurePrices.source)}. A size without a price comes after those with one when Kaito chooses.
`;

const headings = ['size', 'GPUs', 'model', 'GPU memory, GiB', 'compute capability', 'NVMe', '$/h', '$/h spot'];

const withoutGpus = `
## Without GPUs

For models that [run on CPUs](models.md#on-cpus), and for templates. A model that needs GPUs is refused on them, and the other way round. Nodes that are made for
a model on CPUs have no taint \`sku=gpu:NoSchedule\`, and the label \`kaito.sh/machine-type: cpu\`.
`;

const elsewhere = `
## Other clouds

With \`--cloud-provider aws\` (nodes from Karpenter, or brought) and \`--cloud-provider arc\` (brought nodes of AKS enabled by Azure Arc) the sizes are these. They have no prices
here, so that the fewest nodes win. AWS's own accelerators are listed to be refused by name: the images need NVIDIA GPUs.
`;

/** The page on sizes, as Markdown. */
export function sizeReference(): string {
  const others = [...gpuSkusOf('aws'), ...gpuSkusOf('arc')].map(sku => toRow(sku).slice(0, -2));
  const plainSizes = table(['size', 'vCPU', 'memory, GiB', '$/h', '$/h spot'], cpuSkus.map(toCpuRow));
  return `${introduction}\n${table(headings, gpuSkus.map(toRow))}\n${withoutGpus}\n${plainSizes}\n${elsewhere}\n${table(headings.slice(0, -2), others)}\n`;
}

function toRow({ name, gpuCount, gpuModel, gpuMemoryGiB, computeCapability, nvme }: GpuSku): readonly string[] {
  return [
    code(name),
    String(gpuCount),
    plain(gpuModel),
    String(gpuMemoryGiB),
    computeCapability ?? '',
    nvme ? 'yes' : '',
    ...pricesOf(name),
  ];
}

function toCpuRow({ name, vcpus, memoryGiB }: CpuSku): readonly string[] {
  return [code(name), String(vcpus), String(memoryGiB), ...pricesOf(name)];
}

function pricesOf(name: string): readonly string[] {
  const price = azurePrices.hourly[name];
  return [price?.onDemand.toFixed(2) ?? '', price?.spot?.toFixed(2) ?? ''];
}
