import type { Workspace } from '@kaito/crds';
import { apiVersionOf, services, type Service } from '@kaito/kube';
import { ownerReference, podLabels } from './ownership.ts';

/** Name of the Service that gives each pod a DNS name. */
export function headlessServiceName({ metadata }: Workspace): string {
  return `${metadata.name}-headless`;
}

/**
 * DNS name of the first pod of a copy, in a form that does not depend on the cluster's domain.
 * @param index of that pod: a number, or what a shell makes one of
 */
export function leaderAddress(workspace: Workspace, index: string): string {
  const { name, namespace = '' } = workspace.metadata;
  return `${name}-${index}.${headlessServiceName(workspace)}.${namespace}.svc`;
}

/** Lets the pods of one copy find each other before they are ready. It forwards nothing: it has no ports. */
export function renderHeadlessService(workspace: Workspace): Service {
  return {
    apiVersion: apiVersionOf(services),
    kind: services.kind,
    metadata: {
      name: headlessServiceName(workspace),
      namespace: workspace.metadata.namespace ?? '',
      ownerReferences: [ownerReference(workspace)],
    },
    spec: {
      type: 'ClusterIP',
      clusterIP: 'None',
      selector: podLabels(workspace),
      publishNotReadyAddresses: true,
    },
  };
}
