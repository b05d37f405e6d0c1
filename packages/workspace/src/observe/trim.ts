import type { ConfigMap, KubeObject, Node } from '@kaito/kube';
import { owningWorkspace } from './ties.ts';

/** Keys of a ConfigMap that are read: settings of the server, and of the training (KAITO). */
export const configKeys = { inference: 'inference_config.yaml', tuning: 'training_config.yaml' } as const;

/** Keeps of a ConfigMap what may be settings, and all of ours; a cluster has thousands with other content. */
export function trimConfigMap(config: ConfigMap): ConfigMap {
  if (owningWorkspace(config).length > 0) return withoutManagedFields(config);
  const kept = Object.values(configKeys).flatMap(key => {
    const text = config.data?.[key];
    return text === undefined ? [] : [[key, text] as const];
  });
  return { ...identity(config), data: Object.fromEntries(kept) };
}

/** Keeps of an object that no workspace controls what says that it is there. */
export function trimForeign<T extends KubeObject>(object: T): T {
  if (owningWorkspace(object).length > 0) return withoutManagedFields(object);
  // Only its name and owner are looked at.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a part of the object, by intent
  return identity(object) as T;
}

/** Keeps of a node what decides whether pods can be placed there. */
export function trimNode(node: Node): Node {
  const { capacity, allocatable, conditions, nodeInfo } = node.status ?? {};
  return {
    ...withoutManagedFields(node),
    status: {
      ...(capacity && { capacity }),
      ...(allocatable && { allocatable }),
      ...(conditions && { conditions }),
      ...(nodeInfo && { nodeInfo }),
    },
  };
}

function identity({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, ownerReferences, deletionTimestamp, creationTimestamp } = metadata;
  return {
    ...(apiVersion !== undefined && { apiVersion }),
    ...(kind !== undefined && { kind }),
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
      ...(ownerReferences !== undefined && { ownerReferences }),
      ...(deletionTimestamp !== undefined && { deletionTimestamp }),
      ...(creationTimestamp !== undefined && { creationTimestamp }),
    },
  };
}

function withoutManagedFields<T extends KubeObject>(object: T): T {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
