import { kaitoNodeClasses, labels } from '@kaito/crds';
import type { KubeObject, Resource } from '@kaito/kube';

/** The node class that claims and pools name; whose it is says which provisioner serves them. */
export interface NodeClassRef {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
}

/** The class of gpu-provisioner; no object of it need exist (KAITO). */
export const kaitoNodeClassRef: NodeClassRef = {
  group: kaitoNodeClasses.group,
  kind: kaitoNodeClasses.kind,
  name: 'default',
};

/** API group of the node classes of Karpenter for Azure. */
export const azureNodeClassGroup = 'karpenter.azure.com';

/** A NodeClass as the installation configures it. Its spec is the business of the provider and passed on as it is. */
export interface ConfiguredNodeClass {
  readonly name: string;
  /** Taken by workspaces that name none. */
  readonly isDefault: boolean;
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** A NodeClass of any provider. */
export interface NodeClass extends KubeObject {
  readonly spec?: unknown;
}

/** The value of `karpenter.kaito.sh/managed-by` on what Kaito makes for Karpenter (KAITO). */
export const managedBy = 'kaito';

/** The NodeClass object for a configured class, labelled as KAITO labels it. */
export function renderNodeClass(
  { group, version, kind }: Resource,
  { name, isDefault, spec }: ConfiguredNodeClass,
): NodeClass {
  return {
    apiVersion: `${group}/${version}`,
    kind,
    metadata: {
      name,
      labels: { [labels.karpenterManagedBy]: managedBy, ...(isDefault && { [labels.karpenterDefault]: 'true' }) },
    },
    ...(spec && { spec }),
  };
}
