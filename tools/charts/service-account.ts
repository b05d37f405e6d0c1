import { writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { serviceAccounts, objectPath, type Client } from '@kaito/kube';
import { parse, stringify } from 'yaml';

interface Kubeconfig {
  readonly users: readonly object[];
  readonly clusters: readonly object[];
  readonly contexts: readonly { readonly name: string; readonly context: { readonly user: string } }[];
}

/**
 * Writes a kubeconfig by which a program is a service account, as its pod would be.
 * @param file where to; `from` is a kubeconfig of the same cluster
 */
export async function actAs(
  client: Client,
  {
    namespace,
    name,
    from,
    file,
  }: { readonly namespace: string; readonly name: string; readonly from: string; readonly file: string },
): Promise<string> {
  const path = `${objectPath(serviceAccounts, { namespace, name })}/token`;
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- authentication.k8s.io/v1 TokenRequest
  const { status } = (await client.raw('POST', path, request)) as { readonly status: { readonly token: string } };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the stack has written it
  const config = parse(readFileSync(from, 'utf8')) as Kubeconfig;
  const users = config.contexts.map(({ context }) => ({ name: context.user, user: { token: status.token } }));
  await writeFile(file, stringify({ ...config, users }), { mode: 0o600 });
  return file;
}
