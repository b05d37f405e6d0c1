import type { Workspace } from '@kaito/crds';
import type { KubeObject } from '@kaito/kube';
import type { Problem } from '@kaito/planner';
import { isControlledBy } from '../../render/ownership.ts';
import type { Observed } from './observe.ts';

/** A reason to create nothing: what the planner finds in the object, or what stands in the way in the cluster. */
export interface Refusal extends Omit<Problem, 'code'> {
  readonly code: Problem['code'] | 'NameTaken';
}

/**
 * Finds what neither the schema nor the planner can see: an object in the namespace that has the workspace's name and is not its own.
 * It is looked for before any node is paid for.
 */
export function findNameConflicts({ workspace, service, deployment }: Observed): readonly Refusal[] {
  return [takenBy(workspace, 'Service', service), takenBy(workspace, 'Deployment', deployment)].flat();
}

function takenBy(workspace: Workspace, kind: string, object: KubeObject | undefined): readonly Refusal[] {
  if (!object || isControlledBy(object, workspace)) return [];
  const { name, namespace } = workspace.metadata;
  const message = `${kind} "${name}" in namespace "${namespace}" does not belong to this workspace: delete it, or create the workspace under another name`;
  return [{ code: 'NameTaken', field: 'metadata.name', message }];
}
