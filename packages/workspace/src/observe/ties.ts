import { labels, workspaces, type Workspace } from '@kaito/crds';
import { keyOf, type KubeObject } from '@kaito/kube';

/** The key of the workspace that a cluster-scoped object names by its labels: one, or none. */
export function labelledWorkspace({ metadata }: KubeObject): readonly string[] {
  return keyFrom(metadata.labels?.[labels.workspace], metadata.labels?.[labels.workspaceNamespace]);
}

/** The same by the labels that are used with Karpenter. */
export function karpenterWorkspace({ metadata }: KubeObject): readonly string[] {
  return keyFrom(
    metadata.labels?.[labels.karpenterWorkspaceName],
    metadata.labels?.[labels.karpenterWorkspaceNamespace],
  );
}

/** By the labels of either way to come by nodes. */
export function anyLabelledWorkspace(object: KubeObject): readonly string[] {
  return [...new Set([...labelledWorkspace(object), ...karpenterWorkspace(object)])];
}

/** The key of the workspace that a pod names by its label; it is in the pod's own namespace. */
export function podWorkspace({ metadata }: KubeObject): readonly string[] {
  return keyFrom(metadata.labels?.[labels.workspace], metadata.namespace);
}

/** The key of the workspace that controls an object of its namespace. */
export function owningWorkspace({ metadata }: KubeObject): readonly string[] {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  const isOurs = owner?.kind === workspaces.kind && owner.apiVersion.startsWith(`${workspaces.group}/`);
  return isOurs ? keyFrom(owner.name, metadata.namespace) : [];
}

/** The ConfigMap that a workspace names, by key. */
export function namedConfig({ metadata, inference, tuning }: Workspace): readonly string[] {
  const name = inference?.config ?? tuning?.config;
  return name ? [keyOf({ metadata: { name, namespace: metadata.namespace } })] : [];
}

function keyFrom(name: string | undefined, namespace: string | undefined): readonly string[] {
  return name && namespace ? [keyOf({ metadata: { name, namespace } })] : [];
}
