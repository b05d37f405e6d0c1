import type { Workspace } from '@kaito/crds';
import type { Model } from '../models/model.ts';
import type { Problem } from '../problem.ts';
import type { Sku } from '../skus/sku.ts';
import type { CapacityType, Plan } from './plan.ts';

/** What is known about a model that a workspace names. */
export type ModelLookup =
  | { readonly state: 'known'; readonly model: Model }
  /** Being looked up at Hugging Face. */
  | { readonly state: 'pending' }
  | { readonly state: 'unknown'; readonly problem: Problem };

/** Prices in US dollars an hour. */
export interface PriceTable {
  /** Where and when they were read. */
  readonly source: string;
  readonly hourly: Readonly<Record<string, { readonly onDemand: number; readonly spot?: number }>>;
}

/** A size that could not be had, as the claims for it say. */
export interface RefusedOffering {
  readonly instanceType: string;
  readonly capacityType: CapacityType;
  /** In the provisioner's words. */
  readonly reason: string;
}

/** A node that a user brings, as far as planning needs it. */
export interface BroughtNode {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ready: boolean;
  /** Cores, memory, GPUs and slices that it offers, by resource name. */
  readonly allocatable: Readonly<Record<string, string>>;
}

/** What planning starts from. Reading any of it is somebody else's work. */
export interface PlanInput {
  readonly workspace: Workspace;
  /** The model of the workspace's preset; absent for a template. */
  readonly model?: ModelLookup | undefined;
  readonly skus: readonly Sku[];
  readonly prices?: PriceTable | undefined;
  /** `brought`: nodes are not made here, so that no size is named and the nodes' own labels say what they are. */
  readonly provisioning:
    { readonly mode: 'auto' } | { readonly mode: 'brought'; readonly nodes: readonly BroughtNode[] };
  /** Text of `inference_config.yaml` or `training_config.yaml`; undefined when the workspace names none, or has the default. */
  readonly config?: string | undefined;
  /** The rung to plan for; 0 when absent. */
  readonly rung?: number | undefined;
  /** Sizes that were refused lately; they lose against others when the size is ours to choose. */
  readonly refused?: readonly RefusedOffering[] | undefined;
  /** Size that was chosen earlier and holds nodes: it is kept while it fits. */
  readonly chosen?: { readonly instanceType: string; readonly capacityType: CapacityType } | undefined;
  /** Parts of a node may be asked for. */
  readonly features?: { readonly mig?: boolean; readonly accelerator?: boolean } | undefined;
}

export type PlanResult =
  | { readonly ok: true; readonly plan: Plan }
  /** Not yet: the model is being looked up. */
  | { readonly ok: false; readonly pending: true; readonly problems: readonly [] }
  | { readonly ok: false; readonly pending?: undefined; readonly problems: readonly Problem[] };
