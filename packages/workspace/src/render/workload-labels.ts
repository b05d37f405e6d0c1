import type { Workspace } from '@kaito/crds';
import { podLabels } from './ownership.ts';

/** Labels of a workspace that its pods carry too, so that those who manage fleets of workspaces find them (KAITO). */
const fleetLabels = [
  'inferenceset.kaito.sh/created-by',
  'multiroleinference.kaito.sh/created-by',
  'kaito.sh/inference-role',
];

/**
 * Labels of the pods of a workspace. Nothing selects by those of the fleet here: they may be added later, and the selector of a
 * StatefulSet can never change.
 */
export function workloadLabels(workspace: Workspace): Readonly<Record<string, string>> {
  const own = workspace.metadata.labels ?? {};
  const fleet = Object.entries(own).filter(([key]) => fleetLabels.includes(key));
  return { ...Object.fromEntries(fleet), ...podLabels(workspace) };
}
