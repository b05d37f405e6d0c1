import { annotations, type Workspace } from '@kaito/crds';
import { apiVersionOf, services, type Service } from '@kaito/kube';
import type { Plan } from '@kaito/planner';
import { ownerReference, podLabels } from './ownership.ts';

/** KAITO v0.3: where clients find the server, whatever port it listens on. */
const httpPort = 80;
/** KAITO v0.3: PyTorch's default port for its workers. */
const torchPort = 29_500;

/**
 * The Service of a workspace. Only ready pods are published: traffic to a server that still loads its model fails, and these presets
 * have no workers that must find each other before they are ready.
 */
export function renderService(workspace: Workspace, plan: Plan): Service {
  return {
    apiVersion: apiVersionOf(services),
    kind: services.kind,
    metadata: {
      name: workspace.metadata.name,
      namespace: workspace.metadata.namespace ?? '',
      ownerReferences: [ownerReference(workspace)],
    },
    spec: {
      type: wantsLoadBalancer(workspace) ? 'LoadBalancer' : 'ClusterIP',
      selector: podLabels(workspace),
      ports: [
        { name: 'http', protocol: 'TCP', port: httpPort, targetPort: plan.port },
        { name: 'torch', protocol: 'TCP', port: torchPort, targetPort: torchPort },
      ],
      publishNotReadyAddresses: false,
    },
  };
}

/** As an annotation, as KAITO reads it, or as a label; in exactly this spelling. */
function wantsLoadBalancer({ metadata }: Workspace): boolean {
  const key = annotations.enableLoadBalancer;
  return metadata.annotations?.[key] === 'True' || metadata.labels?.[key] === 'True';
}
