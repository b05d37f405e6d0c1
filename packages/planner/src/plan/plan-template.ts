import type { PodTemplate, Workspace } from '@kaito/crds';
import { nodeCount } from '../checks/node-count.ts';
import { nearestNames } from '../nearest-names.ts';
import { pricePerHour } from '../prices/price.ts';
import type { Problem } from '../problem.ts';
import { findSku, hasGpus, type Sku } from '../skus/sku.ts';
import { rungOf, type Rung } from './ladder.ts';
import type { PlanInput, PlanResult } from './plan-input.ts';
import type { PlannedNodes } from './plan.ts';
import { plannedNodes } from './planned-nodes.ts';
import { gpuResource, templateGpus } from './template-gpus.ts';

/** Disk of a node for images that nobody knows, in GiB (KAITO v0.12, pkg/utils/nodeclaim). */
const diskGiB = 1024;

/** Azure sizes with and without GPUs that KAITO takes for templates though its tables lack them. */
const azureSize = /^Standard_[ND]/i;
const suggestions = 3;

/** Plans the nodes of a pod template; what runs on them is the user's. */
export function planTemplate(input: PlanInput, template: PodTemplate): PlanResult {
  const { workspace, provisioning } = input;
  const rung = rungOf(workspace, input.rung);
  const sku = findSku(input.skus, rung.instanceType);
  const problem = provisioning.mode === 'auto' ? checkSize(input, { template, rung, sku }) : undefined;
  if (problem) return { ok: false, problems: [problem] };
  const nodes = templateNodes(input, { template, rung, sku });
  const { instanceType, capacityType, count, pricePerHour: price } = nodes;
  const brought = provisioning.mode === 'brought';
  const reason = brought ? 'the nodes that the label selector matches' : `named in ${rung.field}`;
  const cost = price === undefined ? {} : { pricePerHour: price };
  const chosen = { instanceType, capacityType, verdict: 'chosen' as const, nodeCount: count, ...cost, reason };
  const unknown = `${rung.field} "${instanceType}" is not in the table of sizes: its GPUs are not checked`;
  const warnings = sku || brought ? [] : [unknown];
  const plan = { job: 'template' as const, rung: rung.index, nodes, candidates: [chosen], warnings, replicas: count };
  return { ok: true, plan };
}

interface Sizing {
  readonly template: PodTemplate;
  readonly rung: Rung;
  readonly sku: Sku | undefined;
}

function templateNodes({ workspace, prices }: PlanInput, { template, rung, sku }: Sizing): PlannedNodes {
  const count = nodeCount(workspace);
  const { capacityType } = rung;
  const instanceType = sku?.name ?? rung.instanceType;
  const price = pricePerHour(prices, { instanceType, capacityType }, count);
  // Of sizes that the table lacks, only the template says how many GPUs there are. AMD's are another resource.
  const gpus = sku ? gpusOf(sku) : templateGpus(template);
  const cost = price === undefined ? {} : { pricePerHour: price };
  return plannedNodes(workspace, {
    instanceType,
    capacityType,
    count,
    diskGiB,
    gpus,
    hasNvme: sku?.nvme === true,
    ...cost,
  });
}

function gpusOf(sku: Sku): number {
  return hasGpus(sku) && sku.vendor === 'nvidia' ? sku.gpuCount : 0;
}

function checkSize({ skus }: PlanInput, { template, rung, sku }: Sizing): Problem | undefined {
  const { instanceType, field } = rung;
  const gpus = templateGpus(template);
  if (sku && !hasGpus(sku) && gpus > 0) {
    const message = `${field} "${sku.name}" has no GPU, and the template asks for ${gpus}: use a GPU size, or leave ${gpuResource} out`;
    return { code: 'GpuRequired', field, message };
  }
  if (sku) return undefined;
  if (azureSize.test(instanceType)) return undefined;
  if (instanceType === '') {
    const message = `${field} is missing: a template does not say what it needs, so name a size, e.g. Standard_NC24ads_A100_v4`;
    return { code: 'InstanceTypeRequired', field, message };
  }
  const names = skus.map(({ name }) => name);
  const nearest = nearestNames(instanceType, names, suggestions).join(', ');
  const message = `${field} "${instanceType}" is not a known size; the nearest are ${nearest}`;
  return { code: 'InstanceTypeUnknown', field, message };
}

/** The template of a workspace that runs one. */
export function templateOf({ inference }: Workspace): PodTemplate | undefined {
  return inference?.preset ? undefined : inference?.template;
}
