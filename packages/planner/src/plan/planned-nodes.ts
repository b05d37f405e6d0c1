import type { Workspace } from '@kaito/crds';
import { nodeImageFamily } from '../node-image-family.ts';
import { nodeLabels } from '../node-labels.ts';
import type { PlannedNodes } from './plan.ts';

/** What of the nodes follows from the workspace alone, with what was decided about them. */
export function plannedNodes(
  workspace: Workspace,
  decided: Omit<PlannedNodes, 'labels' | 'imageFamily'>,
): PlannedNodes {
  const imageFamily = nodeImageFamily(workspace);
  return { ...decided, labels: nodeLabels(workspace), ...(imageFamily && { imageFamily }) };
}
