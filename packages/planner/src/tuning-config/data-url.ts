import type { Problem } from '../problem.ts';
import { innerAddress } from './ip-address.ts';

/** Names of the services by which clouds tell a machine its secrets (docs of Google Cloud and of Amazon EC2). */
const metadataHosts = ['metadata.google.internal', 'metadata.google', 'instance-data.ec2.internal'];

/** As much of a link as a message shows. */
const maxShown = 80;

/**
 * Judges a link to training data. It must lead to a public place: the pod that follows it runs inside the cluster, and could be made to
 * call what only the cluster can reach. Names that resolve to inner addresses are not looked up here; network policies are for those.
 *
 * @param url as the user wrote it
 * @param field where it stands, for the message, such as `tuning.input.urls[0]`
 */
export function checkDataUrl(url: string, field: string): readonly Problem[] {
  const parsed = URL.parse(url);
  if (!parsed || !['http:', 'https:'].includes(parsed.protocol)) {
    return [refuse(field, url, 'is no link to a file: use http:// or https:// and the name of a public host')];
  }
  const what = innerHost(parsed.hostname);
  if (what === undefined) return [];
  const advice = 'use a public address, or a volume (volumeSource) for data inside the cluster';
  return [refuse(field, url, `leads to ${parsed.hostname}, which is ${what}: ${advice}`)];
}

function innerHost(hostname: string): string | undefined {
  // A name may end in the dot of the root.
  const host = hostname.toLowerCase().replace(/\.+$/, '');
  if (host === 'localhost' || host.endsWith('.localhost')) return 'this machine';
  if (metadataHosts.includes(host)) return 'the metadata service of a cloud';
  const address = innerAddress(host);
  return address === undefined ? undefined : `an address of this kind: ${address}`;
}

function refuse(field: string, url: string, what: string): Problem {
  const shown = url.length > maxShown ? `${url.slice(0, maxShown)}…` : url;
  return { code: 'DataUrlRefused', field, message: `${field} "${shown}" ${what}` };
}
