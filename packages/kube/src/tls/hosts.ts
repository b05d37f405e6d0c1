import { isIP } from 'node:net';

/** Whether a host of a certificate is an IP address, rather than a DNS name. */
export function isIpAddress(host: string): boolean {
  return isIP(host) !== 0;
}

/**
 * The names by which the API server and others call a Service (Kubernetes docs, "DNS for Services and Pods"). The API server
 * checks a webhook's certificate for `<service>.<namespace>.svc`.
 */
export function serviceHosts(name: string, namespace: string): readonly string[] {
  return [`${name}.${namespace}.svc`, `${name}.${namespace}`, name, `${name}.${namespace}.svc.cluster.local`];
}
