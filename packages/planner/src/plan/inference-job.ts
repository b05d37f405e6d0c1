import { annotations, type Workspace } from '@kaito/crds';
import type { InferenceConfig } from '../config/inference-config.ts';
import type { Model } from '../models/model.ts';
import type { PlannedPartition } from './plan.ts';

/** A part of a node, as the workspace asks for it. */
export interface Part extends PlannedPartition {
  /** GPUs, with mode accelerator. */
  readonly count: number;
}

/** What a workspace wants served, before any size is looked at. */
export interface InferenceJob {
  readonly workspace: Workspace;
  readonly model: Model;
  readonly config: InferenceConfig;
  /** Too little memory is a warning, not a refusal. */
  readonly bypass: boolean;
  readonly part?: Part | undefined;
}

/** How many nodes or copies are wanted. */
export type Amount =
  /** As the user counts: nodes; 1 may also mean that nothing was said, because the schema fills it in. */
  { readonly nodes: number } | { readonly copies: number };

export function inferenceJob(workspace: Workspace, model: Model, config: InferenceConfig): InferenceJob {
  const { mode, profile, count } = workspace.resource?.partition ?? {};
  return {
    workspace,
    model,
    config,
    bypass: workspace.metadata.annotations?.[annotations.bypassResourceChecks] !== undefined,
    part: mode && { mode, ...(profile !== undefined && { profile }), count: mode === 'mig' ? 1 : (count ?? 1) },
  };
}
