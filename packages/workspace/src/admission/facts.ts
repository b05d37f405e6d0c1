import type { Workspace } from '@kaito/crds';
import type { BroughtNode, ModelLookup, PlanInput, Problem } from '@kaito/planner';
import type { ObservedConfig } from '../observed.ts';

/** What is the same for all workspaces of an installation. */
export interface PlanningSettings {
  readonly skus: PlanInput['skus'];
  readonly prices?: PlanInput['prices'];
  readonly features?: PlanInput['features'];
  /** Names that the annotation `kaito.sh/node-class-name` may choose from; undefined where node classes play no part. */
  readonly nodeClasses?: readonly string[] | undefined;
}

/** What a review may look at. All of it is at hand: nothing is asked for while somebody waits for the answer. */
export interface ReviewFacts extends PlanningSettings {
  /** What the planner finds wrong with a workspace. */
  readonly check: (input: PlanInput) => readonly Problem[];
  /** Whether nodes are made, or brought by users. */
  readonly mode: 'auto' | 'brought';
  /** What is known of the model that the workspace names; undefined for a template. */
  readonly model: (workspace: Workspace) => ModelLookup | undefined;
  /** The ConfigMap that the workspace names. */
  readonly config: (workspace: Workspace) => ObservedConfig;
  /** The nodes of its user that the workspace may use; asked for in mode `brought` only. */
  readonly nodes: (workspace: Workspace) => readonly BroughtNode[];
}

/** What planning one rung of the ladder starts from, for a workspace and what there is around it. */
export function planInput(workspace: Workspace, facts: ReviewFacts, rung = 0): PlanInput {
  const config = facts.config(workspace);
  return {
    workspace,
    model: facts.model(workspace),
    skus: facts.skus,
    prices: facts.prices,
    provisioning: facts.mode === 'auto' ? { mode: 'auto' } : { mode: 'brought', nodes: facts.nodes(workspace) },
    config: config.state === 'read' ? config.text : undefined,
    features: facts.features,
    rung,
  };
}
