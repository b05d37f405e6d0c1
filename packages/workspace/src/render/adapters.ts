import type { PlannedAdapter } from '@kaito/planner';
import { createHash } from 'node:crypto';
import type { Container, MountedVolume } from './pod-parts.ts';
import type { RenderSettings } from './render-input.ts';
import { confined } from './security.ts';

/** The servers load every folder below this path as an adapter, by its name (KAITO). */
const adaptersPath = '/mnt/adapter';
/** Folder in an adapter's image that holds its files (KAITO, format of adapter images). */
const dataFolder = 'data';
const copied = { name: 'adapter-volume', mountPath: adaptersPath };
const maxNameLength = 63;

/** What a pod needs for its adapters. */
export interface AdapterParts {
  readonly initContainers: readonly Container[];
  readonly volumes: readonly MountedVolume[];
}

/**
 * Brings the files of adapters to where the server looks for them, before it starts.
 * @param taken names of containers that the pod has beside
 */
export function adapterParts(
  adapters: readonly PlannedAdapter[],
  source: RenderSettings['adapterSource'],
  taken: readonly string[],
): AdapterParts {
  const images = adapters.filter(({ volumeSource }) => volumeSource === undefined);
  const volumes = adapters.filter(({ volumeSource }) => volumeSource !== undefined).map(userVolume);
  if (source === 'imageVolume') return { initContainers: [], volumes: [...images.map(imageVolume), ...volumes] };
  const shared = images.length > 0 ? [{ volume: { name: copied.name, emptyDir: {} }, mount: copied }] : [];
  return { initContainers: images.map(adapter => copyContainer(adapter, taken)), volumes: [...shared, ...volumes] };
}

function copyContainer({ name, image = '' }: PlannedAdapter, taken: readonly string[]): Container {
  const target = `${adaptersPath}/${name}`;
  return {
    name: taken.includes(name) ? objectName('adapter', name) : labelOf(name),
    image,
    command: ['/bin/sh', '-c', `mkdir -p ${target} && cp -r /${dataFolder}/* ${target}`],
    securityContext: confined,
    volumeMounts: [copied],
  };
}

function imageVolume({ name, image = '' }: PlannedAdapter): MountedVolume {
  const volumeName = objectName('adapter-volume', name);
  return {
    volume: { name: volumeName, image: { reference: image } },
    mount: { name: volumeName, mountPath: `${adaptersPath}/${name}`, subPath: dataFolder, readOnly: true },
  };
}

function userVolume({ name, volumeSource }: PlannedAdapter): MountedVolume {
  const volumeName = objectName('adapter-volume', name);
  return {
    volume: { ...volumeSource, name: volumeName },
    mount: { name: volumeName, mountPath: `${adaptersPath}/${name}`, readOnly: true },
  };
}

function objectName(prefix: string, adapter: string): string {
  return labelOf(`${prefix}-${adapter}`);
}

/** Adapters have names of up to 253 characters with dots; containers and volumes must be DNS labels, and no two may become one. */
function labelOf(name: string): string {
  if (name.length <= maxNameLength && !name.includes('.')) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.replaceAll('.', '-').slice(0, maxNameLength - hash.length - 1)}-${hash}`;
}
