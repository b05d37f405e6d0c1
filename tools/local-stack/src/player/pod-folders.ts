import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Pod } from '@kaito/kube';
import { hasCode } from '../error-text.ts';
import { uidOf, type Volume, type VolumeMount } from './pod-parts.ts';
import type { Files } from './volume-files.ts';

/** Where what pods read and write lies: what goes with a pod, and what outlives it. */
export class PodFolders {
  readonly #root: string;
  readonly #pod: Pod;
  /** Goes with the pod object. */
  readonly path: string;

  /** @param root the player's folder; nothing is made yet */
  constructor(root: string, pod: Pod) {
    this.#root = root;
    this.#pod = pod;
    this.path = join(root, 'pods', uidOf(pod));
  }

  /** The folder of a volume. Claims and folders of nodes outlive the pod. */
  volume(volume: Volume): string {
    const { persistentVolumeClaim, hostPath, ephemeral } = volume;
    const { namespace = '', name } = this.#pod.metadata;
    const claim = ephemeral ? `${name}-${volume.name}` : persistentVolumeClaim?.claimName;
    if (claim !== undefined) return claimFolder(this.#root, namespace, claim);
    if (hostPath) return join(this.#root, 'nodes', this.#pod.spec?.nodeName ?? '', hostPath.path);
    return join(this.path, 'volumes', volume.name);
  }

  /** What a mount shows: the volume, or a folder or file in it. */
  mounted({ subPath }: VolumeMount, volume: Volume): string {
    return subPath === undefined ? this.volume(volume) : join(this.volume(volume), subPath);
  }

  /** What belongs to one container alone: its logs, its termination message, and what it writes outside of volumes. */
  container(name: string): string {
    return join(this.path, 'containers', name);
  }

  /** Makes what does not come from elsewhere: the folders of all volumes. */
  make(): void {
    for (const volume of this.#pod.spec?.volumes ?? []) mkdirSync(this.volume(volume), { recursive: true });
  }

  /** Removes what does not outlive the containers: volumes of the pod's own. */
  dropVolumes(): void {
    rmSync(join(this.path, 'volumes'), { recursive: true, force: true, maxRetries: 3 });
  }

  /** Removes everything of the pod. */
  remove(): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Where the content of a PersistentVolumeClaim is. */
export function claimFolder(root: string, namespace: string, claim: string): string {
  return join(root, 'claims', namespace, claim);
}

/** Makes a folder hold exactly these files. Each appears whole; one that is as it should be is left alone. */
export function syncFiles(folder: string, files: Files): void {
  for (const file of listFiles(folder)) if (!files.has(file)) rmSync(join(folder, file), { force: true });
  for (const [path, content] of files) {
    const file = join(folder, path);
    if (readIfThere(file)?.equals(content)) continue;
    mkdirSync(dirname(file), { recursive: true });
    const whole = `${folder}.new`; // Beside the folder, where nobody looks.
    writeFileSync(whole, content);
    renameSync(whole, file);
  }
}

function listFiles(folder: string): readonly string[] {
  const all = readdirSync(folder, { recursive: true, withFileTypes: true });
  return all.filter(entry => entry.isFile()).map(entry => relative(folder, join(entry.parentPath, entry.name)));
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return statSync(file).isFile() ? readFileSync(file) : undefined;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
