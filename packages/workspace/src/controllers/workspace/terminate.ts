import { finalizers, workspaces, type Workspace } from '@kaito/crds';
import {
  deployments,
  ignoreNotFound,
  jobs,
  removeFinalizer,
  services,
  statefulSets,
  type KubeObject,
  type Resource,
} from '@kaito/kube';
import type { Observed } from '../../observed.ts';
import type { Provisioning, ProvisioningTools } from '../../provisioning/provisioning.ts';
import { isControlledBy } from '../../render/ownership.ts';

/**
 * Takes a workspace down: first its Services and its workload, so that no request comes and no pod is made anew while the nodes drain,
 * then its nodes, and when none is left the finalizer. Each call does what can be done now; the watch on claims calls again.
 *
 * @returns the names of what is still there; none means that the workspace is released
 */
export async function terminate(
  observed: Observed,
  provisioning: Pick<Provisioning, 'takeDown'>,
  tools: ProvisioningTools,
): Promise<readonly string[]> {
  const { workspace, service, headlessService, statefulSet, deployment, job } = observed;
  await Promise.all([
    deleteChild(workspace, services, service, tools),
    deleteChild(workspace, services, headlessService, tools),
    deleteChild(workspace, statefulSets, statefulSet, tools),
    deleteChild(workspace, deployments, deployment, tools),
    deleteChild(workspace, jobs, job, tools),
  ]);
  const left = await provisioning.takeDown(observed, tools);
  if (left.length > 0) return left;
  await removeFinalizer(tools.client, workspaces, workspace, finalizers.workspace, { signal: tools.signal });
  tools.logger.info('Released workspace');
  return [];
}

/** Deletes a child, unless it is somebody else's or going already. Garbage collection would do it too, but later. */
async function deleteChild(
  workspace: Workspace,
  resource: Resource,
  child: KubeObject | undefined,
  { client, signal }: ProvisioningTools,
): Promise<void> {
  if (!child || child.metadata.deletionTimestamp || !isControlledBy(child, workspace)) return;
  const { name, namespace, uid } = child.metadata;
  await ignoreNotFound(client.delete(resource, { name, namespace }, { signal, uid, propagationPolicy: 'Background' }));
}
