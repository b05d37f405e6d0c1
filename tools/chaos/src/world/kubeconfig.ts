import { readFile, writeFile } from 'node:fs/promises';
import { parse, stringify } from 'yaml';

/** What the local stack writes into its kubeconfig: all in the file itself, base64. */
interface Kubeconfig {
  readonly clusters?: readonly [
    { readonly cluster?: { readonly server?: string; readonly 'certificate-authority-data'?: string } },
  ];
  readonly users?: readonly [
    { readonly user?: { readonly 'client-certificate-data'?: string; readonly 'client-key-data'?: string } },
  ];
}

/** How the administrator reaches the API server; PEM. */
export interface AdminAccess {
  readonly server: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** @throws Error when the file does not hold what the local stack writes. */
export async function readAdminAccess(file: string): Promise<AdminAccess> {
  const { clusters, users }: Kubeconfig = parse(await readFile(file, 'utf8'));
  const cluster = clusters?.[0].cluster;
  const user = users?.[0].user;
  const pem = (text: string | undefined, what: string): string => {
    if (text === undefined) throw new Error(`${file} has no ${what} in its first entry`);
    return Buffer.from(text, 'base64').toString();
  };
  return {
    server: cluster?.server ?? '',
    ca: pem(cluster?.['certificate-authority-data'], 'certificate-authority-data'),
    cert: pem(user?.['client-certificate-data'], 'client-certificate-data'),
    key: pem(user?.['client-key-data'], 'client-key-data'),
  };
}

/** Writes a kubeconfig that leads to a proxy, which shows the server who we are: the token in it means nothing. */
export async function writeProxyKubeconfig(file: string, server: string, ca: string): Promise<void> {
  const name = 'chaos';
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: [{ name, user: { token: 'chaos' } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
  await writeFile(file, stringify(config), { mode: 0o600 });
}
