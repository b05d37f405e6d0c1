import type { Azure } from './azure.ts';
import { controllerImage } from './images.ts';

/** The charts, and the namespaces that their READMEs put them into. */
export const CHARTS = { 'gpu-provisioner': 'gpu-provisioner', workspace: 'kaito-workspace' } as const;
export type ChartName = keyof typeof CHARTS;

const AUTHORITY = { name: 'azure-emulator', folder: '/etc/azure-emulator', file: 'ca.crt' } as const;

/** What must be there before a chart: its namespace, in which pods are restricted, and the authority of Azure's stand-in. */
export function prerequisites({ ca }: Azure): readonly object[] {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  const namespaces = Object.values(CHARTS).map(name => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels },
  }));
  const metadata = { name: AUTHORITY.name, namespace: CHARTS['gpu-provisioner'] };
  return [...namespaces, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { [AUTHORITY.file]: ca } }];
}

/** The values of the charts here. @param revision another one makes other pods. */
export function valuesOf(azure: Azure, revision: string): Readonly<Record<ChartName, object>> {
  const podAnnotations = { revision };
  return {
    'gpu-provisioner': { ...provisionerValues(azure), podAnnotations },
    workspace: {
      image: imageOf('workspace'),
      config: { huggingFaceEndpoint: 'off' },
      // A device plugin stands in on the node for that of NVIDIA.
      nvidiaDevicePlugin: { enabled: false },
      podAnnotations,
    },
  };
}

/** Azure's stand-in is its ARM and its Entra, and it signs in with its service account. */
function provisionerValues({ emulator: { cluster }, url }: Azure): object {
  const { subscriptionId, resourceGroup, clusterName, location, clientId, tenantId } = cluster;
  const { name, folder, file } = AUTHORITY;
  return {
    settings: { azure: { subscriptionId, resourceGroup, clusterName, location } },
    workloadIdentity: { clientId, tenantId, projectToken: true },
    config: { armEndpoint: url, authorityHost: url, caFile: `${folder}/${file}` },
    controller: {
      image: imageOf('gpu-provisioner'),
      extraVolumeMounts: [{ name, mountPath: folder, readOnly: true }],
    },
    extraVolumes: [{ name, configMap: { name } }],
    networkPolicy: { extraEgress: [{ ports: [{ port: Number(new URL(url).port) }] }] },
  };
}

function imageOf(name: ChartName): object {
  const [repository, tag] = controllerImage(name).split(':');
  return { repository, tag };
}
