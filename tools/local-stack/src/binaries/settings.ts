import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { GoModule, ReleasedModule } from './catalogue.ts';

/** Where programs are looked for and kept. */
export interface BinarySettings {
  /** Folders with installed programs, the first one first. */
  readonly searchPath: readonly string[];
  readonly cacheDir: string;
  /** Address of the official releases, without a slash at the end. */
  readonly downloadUrls: Readonly<Partial<Record<GoModule, string>>>;
}

const OFFICIAL: Readonly<Record<ReleasedModule, string>> = {
  kubernetes: 'https://dl.k8s.io',
  etcd: 'https://github.com/etcd-io/etcd/releases/download',
  kwok: 'https://github.com/kubernetes-sigs/kwok/releases/download',
  helm: 'https://get.helm.sh',
  oci: 'https://github.com/oras-project/oras/releases/download',
};

/**
 * Reads where to look from the environment: `KUBEBUILDER_ASSETS` (a folder, as controller-runtime's envtest has it) and
 * `PATH`; `KAITO_CACHE_DIR`, else `XDG_CACHE_HOME`/kaito, else ~/.cache/kaito; `KAITO_DOWNLOAD_K8S`,
 * `KAITO_DOWNLOAD_ETCD`, `KAITO_DOWNLOAD_KWOK`, `KAITO_DOWNLOAD_HELM` and `KAITO_DOWNLOAD_ORAS` for mirrors of the release pages.
 */
export function binarySettings(env: NodeJS.ProcessEnv = process.env): BinarySettings {
  // An empty variable counts as one that is not set.
  const mirror = (name: string, official: string): string => (env[name] || official).replace(/\/+$/, '');
  return {
    searchPath: [env['KUBEBUILDER_ASSETS'] ?? '', ...(env['PATH'] ?? '').split(delimiter)].filter(
      folder => folder !== '',
    ),
    cacheDir: cacheDir(env),
    downloadUrls: {
      kubernetes: mirror('KAITO_DOWNLOAD_K8S', OFFICIAL.kubernetes),
      etcd: mirror('KAITO_DOWNLOAD_ETCD', OFFICIAL.etcd),
      kwok: mirror('KAITO_DOWNLOAD_KWOK', OFFICIAL.kwok),
      helm: mirror('KAITO_DOWNLOAD_HELM', OFFICIAL.helm),
      oci: mirror('KAITO_DOWNLOAD_ORAS', OFFICIAL.oci),
    },
  };
}

/** The folder that outlives a run: programs, locks, and the records of runs. */
export function cacheDir(env: NodeJS.ProcessEnv = process.env): string {
  return env['KAITO_CACHE_DIR'] || join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'kaito');
}
