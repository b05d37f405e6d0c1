import type { Workspace } from '@kaito/crds';
import { catalogue } from '../models/catalogue.ts';
import { findModel } from '../models/find-model.ts';
import type { Model } from '../models/model.ts';
import { azurePrices } from '../prices/azure-prices.ts';
import type { Problem } from '../problem.ts';
import { skusOf } from '../skus/clouds.ts';
import { plan } from './make-plan.ts';
import type { BroughtNode, PlanInput } from './plan-input.ts';
import type { InferencePlan, Plan } from './plan.ts';

type Resource = Partial<NonNullable<Workspace['resource']>>;
type Inference = NonNullable<Workspace['inference']>;

/** A workspace that serves a model of the catalogue, with some of its sections replaced. */
export function serving(preset: string, resource: Resource = {}, change: Partial<Workspace> = {}): Workspace {
  const presetOptions = { modelAccessSecret: 'hugging-face' };
  return {
    metadata: { name: 'my-model', namespace: 'default' },
    resource: { labelSelector: {}, ...resource },
    inference: { preset: { name: preset, presetOptions } },
    ...change,
  };
}

/** The same with more in its inference section. */
export function servingWith(preset: string, resource: Resource, more: Partial<Inference>): Workspace {
  const plain = serving(preset, resource);
  return { ...plain, inference: { ...plain.inference, ...more } };
}

export function annotated(workspace: Workspace, annotations: Readonly<Record<string, string>>): Workspace {
  return { ...workspace, metadata: { ...workspace.metadata, annotations } };
}

/** What planning starts from where nodes are made. The model is looked up in the catalogue. */
export function inputOf(workspace: Workspace, more: Partial<PlanInput> = {}): PlanInput {
  const name = workspace.inference?.preset?.name ?? workspace.tuning?.preset?.name ?? '';
  const model = findModel(catalogue, name);
  return {
    workspace,
    model: model && { state: 'known', model },
    skus: skusOf('azure'),
    prices: azurePrices,
    provisioning: { mode: 'auto' },
    ...more,
  };
}

export function planOf(workspace: Workspace, more: Partial<PlanInput> = {}): Plan {
  const result = plan(inputOf(workspace, more));
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('\n') || 'pending');
  return result.plan;
}

export function servingPlanOf(workspace: Workspace, more: Partial<PlanInput> = {}): InferencePlan {
  const planned = planOf(workspace, more);
  if (planned.job !== 'inference') throw new Error(`planned ${planned.job}`);
  return planned;
}

export function problemsOf(workspace: Workspace, more: Partial<PlanInput> = {}): readonly Problem[] {
  const result = plan(inputOf(workspace, more));
  return result.ok ? [] : result.problems;
}

export function modelOf(name: string): Model {
  const model = findModel(catalogue, name);
  if (!model) throw new Error(`${name} is not in the catalogue`);
  return model;
}

/** A node with whole GPUs, as GPU feature discovery labels it. */
export function broughtNode(name: string, product: string, more: Partial<BroughtNode> = {}): BroughtNode {
  const gpu = { 'nvidia.com/gpu.product': product, 'nvidia.com/gpu.count': '1', 'nvidia.com/gpu.memory': '81920' };
  return { name, labels: gpu, ready: true, allocatable: { 'nvidia.com/gpu': '1' }, ...more };
}
