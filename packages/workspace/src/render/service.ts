import { annotations, type Workspace } from '@kaito/crds';
import { apiVersionOf, services, type Service } from '@kaito/kube';
import { ownerReference, podLabels } from './ownership.ts';

/** KAITO: where clients find the server, whatever port it listens on. */
const httpPort = 80;
/** KAITO v0.3: PyTorch's default port for its workers. */
const torchPort = 29_500;

/** What a Service leads to. */
export interface ServiceTarget {
  /** Port of the server in its pods. */
  readonly port: number;
  /** Labels of the pods that answer, beside those of the workspace. */
  readonly selector: Readonly<Record<string, string>>;
  /** Also publish the port of PyTorch's workers, as KAITO v0.3 does. */
  readonly torch: boolean;
}

/**
 * The Service of a workspace. Only ready pods are published: traffic to a server that still loads its model fails. The ports that pods
 * of one copy need among themselves are not on it, as anybody who reaches Ray's can run code; nor is PyTorch's on a load balancer.
 */
export function renderService(workspace: Workspace, { port, selector, torch }: ServiceTarget): Service {
  const type = wantsLoadBalancer(workspace) ? 'LoadBalancer' : 'ClusterIP';
  const isPublic = type === 'LoadBalancer';
  return {
    apiVersion: apiVersionOf(services),
    kind: services.kind,
    metadata: {
      name: workspace.metadata.name,
      namespace: workspace.metadata.namespace ?? '',
      ownerReferences: [ownerReference(workspace)],
    },
    spec: {
      type,
      selector: { ...podLabels(workspace), ...selector },
      ports: [
        { name: 'http', protocol: 'TCP', port: httpPort, targetPort: port },
        ...(torch && !isPublic ? [{ name: 'torch', protocol: 'TCP', port: torchPort, targetPort: torchPort }] : []),
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
