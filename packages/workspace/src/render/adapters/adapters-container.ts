import type { Workspace } from '@kaito/crds';
import type { InferencePlan } from '@kaito/planner';
import { podIndex } from '../copies.ts';
import { pullSecretsVolume, pullVolume } from '../credentials.ts';
import type { Container, EnvVar, MountedVolume, Volume, VolumeMount } from '../pod-parts.ts';
import type { RenderInput } from '../render-input.ts';
import { confined, nobody } from '../security.ts';
import { adapterFolders } from './adapter-folders.ts';
import { adapterLines, adapterListKey, adapterListName } from './adapter-list.ts';
import { adaptersReadyScript, keepAdaptersScript } from './keep-adapters-script.ts';
import { hasAdapterList, imageAdapters } from './live-adapters.ts';
import { pullAdaptersScript } from './pull-adapters-script.ts';

const listFolder = '/mnt/kaito';
const runFolder = '/run/kaito';
const pullFolder = '/run/secrets/kaito/pull';
/** The largest adapters that are known, of rank 256 for models of 70 billion parameters, take some 7 GB. */
const maxBytes = 16 * 1024 ** 3;
const pollSeconds = 3;
const pauseSeconds = 10;

/** The container that brings adapters from their images, and what it needs. */
export interface AdaptersContainer {
  readonly container: Container;
  /** Where the files are, for the server too. */
  readonly files: MountedVolume;
  /** All others. */
  readonly volumes: readonly Volume[];
}

/** What it may be called, by which its log is read. */
export const adaptersContainerNames: readonly string[] = ['adapters', 'adapter-files'];

/** The server's container has the name of the workspace. */
function containerName({ metadata }: Workspace): string {
  return adaptersContainerNames.find(name => name !== metadata.name) ?? '';
}

/**
 * The container that brings adapters from their images. Beside a server that loads them while it runs it is a sidecar (Kubernetes docs,
 * "Sidecar Containers"), which keeps them as the list says: readiness waits for it, and it ends after the server. Before all others it
 * runs once, and what it is to bring stands in the template of the pod.
 */
export function adaptersContainer(input: RenderInput<InferencePlan>): AdaptersContainer {
  const { workspace, plan, settings } = input;
  const isLive = hasAdapterList(plan, settings);
  const folder = isLive ? adapterFolders.store : adapterFolders.atStart;
  const files = { name: 'adapter-volume', mountPath: folder };
  const pull = pullSecretVolume(plan);
  const run = { volume: { name: 'run-volume', emptyDir: {} }, mount: { name: 'run-volume', mountPath: runFolder } };
  const own = [run, ...(isLive ? [listVolume(workspace)] : []), ...(pull ? [pull] : [])];
  const container: Container = {
    name: containerName(workspace),
    image: settings.orasImage,
    env: [...commonEnvironment(folder), ...(isLive ? liveEnvironment(plan) : onceEnvironment(plan))],
    resources: { requests: { cpu: '10m', memory: '64Mi' } },
    securityContext: { ...confined, runAsNonRoot: true, runAsUser: nobody },
    volumeMounts: [files, ...own.map(({ mount }): VolumeMount => mount)],
    ...(isLive ? sidecar : { command: shell(pullAdaptersScript) }),
  };
  return {
    container,
    files: { volume: { name: files.name, emptyDir: {} }, mount: isLive ? { ...files, readOnly: true } : files },
    volumes: own.map(({ volume }) => volume),
  };
}

const shell = (script: string): readonly string[] => ['/bin/sh', '-c', script];

const sidecar: Partial<Container> = {
  command: shell(keepAdaptersScript),
  restartPolicy: 'Always',
  readinessProbe: {
    exec: { command: shell(adaptersReadyScript) },
    periodSeconds: 5,
    timeoutSeconds: 10,
    // A server that is busy may be late once; one that was started again is not ready itself before it has them.
    failureThreshold: 2,
  },
};

function commonEnvironment(folder: string): readonly EnvVar[] {
  return [
    { name: 'HOME', value: '/tmp' },
    { name: 'MAX_BYTES', value: String(maxBytes) },
    { name: 'PULL_AUTH_DIR', value: pullFolder },
    { name: 'RUN_DIR', value: runFolder },
    { name: 'STORE_DIR', value: folder },
  ];
}

function liveEnvironment({ server }: InferencePlan): readonly EnvVar[] {
  const { port, podsPerCopy } = server;
  return [
    { name: 'ADAPTER_LIST', value: `${listFolder}/${adapterListKey}` },
    { name: 'POLL_SECONDS', value: String(pollSeconds) },
    { name: 'PAUSE_SECONDS', value: String(pauseSeconds) },
    { name: 'SERVER', value: `http://127.0.0.1:${port}` },
    ...(podsPerCopy > 1 ? [podIndex, { name: 'PODS_PER_COPY', value: String(podsPerCopy) }] : []),
  ];
}

function onceEnvironment({ adapters }: InferencePlan): readonly EnvVar[] {
  return [{ name: 'ADAPTERS', value: adapterLines(adapters) }];
}

function listVolume(workspace: Workspace): MountedVolume {
  return {
    volume: { name: 'adapter-list', configMap: { name: adapterListName(workspace) } },
    mount: { name: 'adapter-list', mountPath: listFolder, readOnly: true },
  };
}

/** The credentials of registries. */
function pullSecretVolume({ adapters }: InferencePlan): MountedVolume | undefined {
  const names = [...new Set(imageAdapters(adapters).flatMap(({ pullSecrets }) => pullSecrets))].toSorted();
  if (names.length === 0) return undefined;
  return { volume: pullSecretsVolume(names), mount: { name: pullVolume, mountPath: pullFolder, readOnly: true } };
}
