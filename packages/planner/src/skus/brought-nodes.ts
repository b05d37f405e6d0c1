import { labels } from '@kaito/crds';
import type { BroughtNode } from '../plan/plan-input.ts';
import type { Problem } from '../problem.ts';
import type { GpuSku } from './gpu-sku.ts';
import type { Sku } from './sku.ts';

const field = 'resource.labelSelector';

/** What NVIDIA's GPU feature discovery says about a node; its documentation lists the labels. */
const gpuLabels = { product: 'nvidia.com/gpu.product', count: 'nvidia.com/gpu.count', memory: 'nvidia.com/gpu.memory' };
const capabilityLabels = ['nvidia.com/cuda.compute.major', 'nvidia.com/cuda.compute.minor'] as const;
const mebibytesInGiB = 1024;

/** Compute capability by GPU, for nodes that lack the labels of it. NVIDIA's list of CUDA GPUs. */
const capabilities: readonly (readonly [pattern: RegExp, computeCapability: string])[] = [
  [/\b(B200|GB200)\b/i, '10.0'],
  [/\b(H100|H200|GH200)\b/i, '9.0'],
  [/\bL(4|40S?)\b/i, '8.9'],
  [/\bA(10G?|2|16|40)\b/i, '8.6'],
  [/\bA(30|100)\b/i, '8.0'],
  [/\bT4\b/i, '7.5'],
  [/\bV100\b/i, '7.0'],
  [/\b(M60|Tesla-M60)\b/i, '5.2'],
];

/** Nodes as a size, or why they are none. */
export type ReadNodes<T extends Sku = Sku> =
  { readonly ok: true; readonly sku: T } | { readonly ok: false; readonly problem: Problem };

/**
 * What the nodes that a user brings have in common, as if it were a size of a cloud. All of them must have the same GPUs, because a
 * server is started for one kind of them.
 */
export function skuOfNodes(nodes: readonly BroughtNode[]): ReadNodes<GpuSku> {
  const [first] = nodes;
  if (!first) return noNodes();
  const unlabelled = nodes.find(({ labels: of }) => Object.values(gpuLabels).some(key => !of[key]));
  if (unlabelled) {
    const missing = Object.values(gpuLabels).filter(key => !unlabelled.labels[key]);
    const advice = "install NVIDIA's GPU feature discovery, or set the labels";
    return refuse('NodeLabelsMissing', `node ${unlabelled.name} lacks the labels ${missing.join(', ')}: ${advice}`);
  }
  const other = nodes.find(node => Object.values(gpuLabels).some(key => node.labels[key] !== first.labels[key]));
  if (other) {
    const advice = 'narrow the selector to nodes with the same GPUs';
    const both = `${first.name} (${describe(first)}) and ${other.name} (${describe(other)})`;
    return refuse('NodesDiffer', `${field} matches nodes with different GPUs, ${both}: ${advice}`);
  }
  return readSku(first, nodes);
}

function readSku(node: BroughtNode, nodes: readonly BroughtNode[]): ReadNodes<GpuSku> {
  const count = positive(node.labels[gpuLabels.count]);
  const memory = positive(node.labels[gpuLabels.memory]);
  if (count === undefined || memory === undefined) {
    const wrong = `node ${node.name} has ${gpuLabels.count} "${node.labels[gpuLabels.count] ?? ''}" and ${gpuLabels.memory} "${node.labels[gpuLabels.memory] ?? ''}"`;
    return refuse('NodeLabelsMissing', `${wrong}: they must be a number of GPUs and their memory in MiB`);
  }
  const type = commonType(nodes);
  const capability = capabilityOf(node);
  const sku: GpuSku = {
    name: type,
    gpuCount: count,
    gpuMemoryGiB: Math.round(memory / mebibytesInGiB) * count,
    gpuModel: node.labels[gpuLabels.product] ?? '',
    vendor: 'nvidia',
    ...(capability !== undefined && { computeCapability: capability }),
    nvme: false,
  };
  return { ok: true, sku };
}

/** No node matches. */
export function noNodes(): { readonly ok: false; readonly problem: Problem } {
  return refuse('NodesMissing', `${field} matches no node: label the nodes that the workspace may use`);
}

/** The instance type of all nodes; empty where they differ or do not say. */
export function commonType(nodes: readonly BroughtNode[]): string {
  const types = new Set(nodes.map(({ labels: of }) => of[labels.instanceType] ?? ''));
  return types.size === 1 ? ([...types][0] ?? '') : '';
}

function capabilityOf({ labels: of }: BroughtNode): string | undefined {
  const [major, minor] = capabilityLabels.map(key => of[key] ?? '');
  if (/^\d{1,3}$/.test(major ?? '')) return `${major}.${/^\d{1,3}$/.test(minor ?? '') ? minor : '0'}`;
  const product = of[gpuLabels.product] ?? '';
  return capabilities.find(([pattern]) => pattern.test(product))?.[1];
}

/** A whole number above 0 that hardware can have. */
function positive(text = ''): number | undefined {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  return value > 0 ? value : undefined;
}

function describe({ labels: of }: BroughtNode): string {
  return `${of[gpuLabels.count]} × ${of[gpuLabels.product]}, ${of[gpuLabels.memory]} MiB each`;
}

function refuse(code: Problem['code'], message: string): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem: { code, field, message } };
}
