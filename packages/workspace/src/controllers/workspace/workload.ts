import type { Workspace } from '@kaito/crds';
import { applyIfChanged, deployments, type Deployment } from '@kaito/kube';
import type { Plan } from '@kaito/planner';
import { renderDeployment } from '../../render/deployment.ts';
import { fieldManager } from '../../render/ownership.ts';
import type { NodeProgress } from './nodes.ts';
import type { ApplyTools } from './services.ts';

/**
 * Whether it is time for the Deployment. Not before its nodes can take pods: a pod that was refused once waits out a back-off, and one
 * that stays pending makes a cluster autoscaler add nodes of its own. Once there, it is kept up to date whatever the nodes do.
 */
export function isWorkloadDue(nodes: NodeProgress, deployment: Deployment | undefined): boolean {
  return nodes.schedulable || deployment !== undefined;
}

/** Brings the Deployment of a workspace to what the plan says; writes nothing when it is so already. */
export async function ensureWorkload(
  workspace: Workspace,
  plan: Plan,
  { registry, client, informers, signal }: ApplyTools & { readonly registry: string },
): Promise<void> {
  const desired = renderDeployment(workspace, plan, registry);
  await applyIfChanged(client, informers.deployments, deployments, desired, { fieldManager, signal });
}

/** Whether the Deployment serves with all its replicas, by a status that is up to date with its spec. */
export function isAvailable({ metadata, spec, status }: Deployment): boolean {
  const isCurrent = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  return isCurrent && (status?.availableReplicas ?? 0) >= (spec?.replicas ?? 1);
}
