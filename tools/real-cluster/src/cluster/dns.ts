import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { services, type Client, type KubeObject, type Resource } from '@kaito/kube';
import type { Run } from '@kaito/local-stack';
import { ADDRESSES } from './addresses.ts';
import type { Authority } from './certificates.ts';

export interface DnsOptions {
  readonly run: Run;
  readonly authority: Authority;
  readonly client: Client;
  readonly command: string;
  readonly signal: AbortSignal;
}

interface EndpointSlice extends KubeObject {
  readonly addressType: 'IPv4';
  readonly endpoints: readonly object[];
  readonly ports: readonly object[];
}

const endpointSlices: Resource<EndpointSlice> = {
  group: 'discovery.k8s.io',
  version: 'v1',
  plural: 'endpointslices',
  kind: 'EndpointSlice',
  namespaced: true,
};

/** Starts the cluster's DNS as a process of the host, behind the Service where every pod looks for it. */
export async function startDns({ run, authority, client, command, signal }: DnsOptions): Promise<void> {
  const kubeconfig = await authority.kubeconfig('coredns', { name: 'coredns', group: 'system:masters' });
  const file = join(run.dataDir, 'Corefile');
  const zones = 'cluster.local in-addr.arpa';
  await writeFile(
    file,
    `.:53 {\n  bind ${ADDRESSES.controlPlane}\n  errors\n  kubernetes ${zones} {\n    kubeconfig ${kubeconfig}\n  }\n}\n`,
  );
  await run.start({ name: 'coredns', command, args: ['-conf', file] });
  const ports = [
    { name: 'dns', port: 53, protocol: 'UDP' },
    { name: 'dns-tcp', port: 53, protocol: 'TCP' },
  ];
  const metadata = { name: 'kube-dns', namespace: 'kube-system' };
  const service = { apiVersion: 'v1', kind: 'Service', metadata, spec: { clusterIP: ADDRESSES.dnsService, ports } };
  await client.create(services, service, { signal });
  await client.create(
    endpointSlices,
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...metadata, labels: { 'kubernetes.io/service-name': metadata.name } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [ADDRESSES.controlPlane], conditions: { ready: true } }],
      ports,
    },
    { signal },
  );
}
