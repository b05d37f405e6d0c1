import type { Volume } from './pod-parts.ts';

/** Key of a Secret of type `kubernetes.io/dockerconfigjson` (Kubernetes docs, Secrets). */
export const credentialsKey = '.dockerconfigjson';

/** Where the credentials to pull with are in pods that pull by themselves: each Secret as a file `<name>.json` of its own. */
export const pullVolume = 'pull-secrets';

/** The volume of them. @param secrets at least one, in the order in which they stand in the pod */
export function pullSecretsVolume(secrets: readonly string[]): Volume {
  const sources = secrets.map(name => ({
    secret: { name, items: [{ key: credentialsKey, path: `${name}.json` }] },
  }));
  return { name: pullVolume, projected: { sources } };
}
