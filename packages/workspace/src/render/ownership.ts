import { labels, workspaces, type Workspace } from '@kaito/crds';
import { apiVersionOf, type OwnerReference } from '@kaito/kube';

/** Who writes the children of a workspace, for server-side apply. */
export const fieldManager = 'kaito-workspace';

/** Makes the workspace the controller of a child in its namespace: the child goes when the workspace goes. */
export function ownerReference({ metadata }: Workspace): OwnerReference {
  return {
    apiVersion: apiVersionOf(workspaces),
    kind: workspaces.kind,
    name: metadata.name,
    uid: metadata.uid ?? '',
    controller: true,
  };
}

/** Labels that say whose a claim, and so its node, is. A cluster-scoped object cannot have a namespaced owner. */
export function ownershipLabels({ metadata }: Workspace): Readonly<Record<string, string>> {
  return { [labels.workspace]: metadata.name, [labels.workspaceNamespace]: metadata.namespace ?? '' };
}

/** The same on what Karpenter makes. They are others, so that a provisioner that goes by the former leaves Karpenter's claims alone (KAITO). */
export function karpenterOwnershipLabels({ metadata }: Workspace): Readonly<Record<string, string>> {
  return {
    [labels.karpenterWorkspaceName]: metadata.name,
    [labels.karpenterWorkspaceNamespace]: metadata.namespace ?? '',
  };
}

/** Labels of the pods of a workspace, and how its Service and Deployment select them. */
export function podLabels({ metadata }: Workspace): Readonly<Record<string, string>> {
  return { [labels.workspace]: metadata.name };
}

/** Whether the workspace is the controller of the object: by uid, since a name may be used again. */
export function isControlledBy(
  child: { readonly metadata: { readonly ownerReferences?: readonly OwnerReference[] } },
  { metadata }: Workspace,
): boolean {
  const owner = child.metadata.ownerReferences?.find(({ controller }) => controller === true);
  return owner !== undefined && owner.uid === metadata.uid;
}
