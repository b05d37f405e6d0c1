import type { Workspace } from '@kaito/crds';
import type { KubeObject } from '@kaito/kube';
import type { Problem } from '@kaito/planner';
import type { Observed } from '../observed.ts';
import { isControlledBy } from '../render/ownership.ts';

/**
 * Finds what neither the schema nor the planner can see: an object in the namespace that has a name of the workspace's and is not its
 * own. It is looked for before any node is paid for.
 */
export function findNameConflicts(observed: Observed): readonly Problem[] {
  const { workspace, service, headlessService, statefulSet, deployment, job, trainingConfig, adapterList } = observed;
  return [
    takenBy(workspace, 'Service', service),
    takenBy(workspace, 'Service', headlessService),
    takenBy(workspace, 'StatefulSet', statefulSet),
    takenBy(workspace, 'Deployment', deployment),
    takenBy(workspace, 'Job', job),
    takenBy(workspace, 'ConfigMap', trainingConfig),
    ...(needsAdapterList(workspace) ? [takenBy(workspace, 'ConfigMap', adapterList)] : []),
  ].flat();
}

/** Another one of its name is nobody's concern as long as the workspace has no adapters. */
function needsAdapterList({ inference }: Workspace): boolean {
  return (inference?.adapters ?? []).some(({ source }) => source?.volumeSource === undefined);
}

function takenBy(workspace: Workspace, kind: string, object: KubeObject | undefined): readonly Problem[] {
  if (!object || isControlledBy(object, workspace)) return [];
  const { name, namespace } = object.metadata;
  const message = `${kind} "${name}" in namespace "${namespace}" does not belong to this workspace: delete it, or create the workspace under another name`;
  return [{ code: 'NameTaken', field: 'metadata.name', message }];
}
