import { writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import type { Certificates } from './certificates.ts';

/** Writes a kubeconfig for the administrator, with everything in one file that only we may read. */
export async function writeKubeconfig(
  file: string,
  server: string,
  { ca, admin }: Pick<Certificates, 'ca' | 'admin'>,
): Promise<void> {
  const name = 'kaito-local';
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server, 'certificate-authority-data': base64(ca) } }],
    users: [{ name, user: { 'client-certificate-data': base64(admin.cert), 'client-key-data': base64(admin.key) } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
  await writeFile(file, stringify(config), { mode: 0o600 });
}

function base64(pem: string): string {
  return Buffer.from(pem).toString('base64');
}
