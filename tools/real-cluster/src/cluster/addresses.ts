/** Addresses inside a cluster's own network; they mean nothing outside of it. */
export const ADDRESSES = {
  controlPlane: '10.99.0.1',
  /** Of the real nodes, in the order in which they are started. */
  nodes: ['10.99.0.11', '10.99.0.12', '10.99.0.13'],
  services: '10.96.0.0/16',
  apiServerService: '10.96.0.1',
  dnsService: '10.96.0.10',
  pods: '10.98.0.0/16',
} as const;

/** Ports in that network, free because nobody else is in it. */
export const PORTS = { etcd: 2379, etcdPeer: 2380, apiServer: 6443, kwok: 10_247 } as const;

/** The pods of the node with that index. */
export function podRange(node: number): string {
  return `10.98.${node}.0/24`;
}
