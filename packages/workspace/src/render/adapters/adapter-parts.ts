import type { InferencePlan, PlannedAdapter } from '@kaito/planner';
import { createHash } from 'node:crypto';
import type { Container, EnvVar, MountedVolume, Volume } from '../pod-parts.ts';
import type { RenderInput } from '../render-input.ts';
import { adaptersContainer } from './adapters-container.ts';
import { hasAdapterList, imageAdapters } from './live-adapters.ts';
import { adapterFolders } from './adapter-folders.ts';

/** Folder in an adapter's image that holds its files (KAITO, format of adapter images). */
const dataFolder = 'data';
const maxNameLength = 63;

/** What a pod needs for its adapters. */
export interface AdapterParts {
  readonly initContainers: readonly Container[];
  /** Those that the server sees. */
  readonly volumes: readonly MountedVolume[];
  /** Those of the init containers alone. */
  readonly ownVolumes: readonly Volume[];
  /** For the server. */
  readonly env: readonly EnvVar[];
}

/**
 * Brings the files of adapters to where the server looks for them. A server that can load them while it runs has a container beside it
 * that does so, by a list; others find them there when they start.
 */
export function adapterParts(input: RenderInput<InferencePlan>): AdapterParts {
  const { plan, settings } = input;
  const images = imageAdapters(plan.adapters);
  const volumes = plan.adapters.filter(({ volumeSource }) => volumeSource !== undefined).map(userVolume);
  const none = { initContainers: [], ownVolumes: [], env: [] };
  if (images.length === 0) return { ...none, volumes };
  if (settings.adapterSource === 'imageVolume') return { ...none, volumes: [...images.map(imageVolume), ...volumes] };
  const { container, volumes: ownVolumes, files } = adaptersContainer(input);
  return {
    initContainers: [container],
    volumes: [files, ...volumes],
    ownVolumes,
    env: hasAdapterList(plan, settings) ? liveEnvironment : [],
  };
}

/**
 * vLLM docs, environment variables. Whoever reaches the API could have it read any file as an adapter; only from the folder that the
 * list fills it may.
 */
const liveEnvironment: readonly EnvVar[] = [
  { name: 'VLLM_ALLOW_RUNTIME_LORA_UPDATING', value: 'True' },
  { name: 'VLLM_RUNTIME_LORA_ALLOWED_PATH_PREFIXES', value: adapterFolders.store },
];

function imageVolume({ name, image = '' }: PlannedAdapter): MountedVolume {
  const volumeName = objectName('adapter-volume', name);
  return {
    volume: { name: volumeName, image: { reference: image } },
    mount: { name: volumeName, mountPath: `${adapterFolders.atStart}/${name}`, subPath: dataFolder, readOnly: true },
  };
}

function userVolume({ name, volumeSource }: PlannedAdapter): MountedVolume {
  const volumeName = objectName('adapter-volume', name);
  return {
    volume: { ...volumeSource, name: volumeName },
    mount: { name: volumeName, mountPath: `${adapterFolders.atStart}/${name}`, readOnly: true },
  };
}

/** Adapters have names of up to 253 characters with dots; volumes must be DNS labels, and no two may become one. */
function objectName(prefix: string, adapter: string): string {
  const name = `${prefix}-${adapter}`;
  if (name.length <= maxNameLength && !name.includes('.')) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.replaceAll('.', '-').slice(0, maxNameLength - hash.length - 1)}-${hash}`;
}
