import type { InferencePlan, Plan } from '@kaito/planner';
import type { MountedVolume } from './pod-parts.ts';
import type { RenderInput } from './render-input.ts';

/** Where weights are downloaded to in KAITO's base image. */
export const weightsPath = '/workspace/weights';
/** Where the CUDA toolkit is kept, on the node and in the pod (KAITO). */
export const cudaHome = '/opt/kaito/cuda/129';
export const cudaVolumeName = 'cuda-toolkit-hostpath';
const configPath = '/mnt/config';
/** Where nodes that were prepared for it hold weights (KAITO). */
const localWeightsRoot = '/opt/kaito/models';

/**
 * Most of the node's memory that a server may take for exchange between its processes; Kubernetes would let it take all. From vLLM's
 * guides for Kubernetes: 2 GiB for one process, about 16 GiB where Ray or several GPUs are at work.
 */
const sharedMemoryGiB = { oneGpu: 2, several: 16 };

/** More than the server on CPUs was ever seen to write. */
const scratchSize = '64Mi';

/** The volumes of a server, without those of its adapters. */
export function serverVolumes(input: RenderInput<InferencePlan>): readonly MountedVolume[] {
  return [
    ...sharedMemory(input.plan),
    ...scratch(input.plan),
    ...config(input),
    ...weights(input),
    ...cudaToolkit(input.plan),
  ];
}

/** The images of KAITO v0.3 need it only where several pods serve a copy together; an edit of the count must not change the pods. */
function sharedMemory({ server }: InferencePlan): readonly MountedVolume[] {
  if (server.runtime === 'cpu' || (server.runtime === 'preset-image' && server.podsPerCopy === 1)) return [];
  const isAlone = server.gpusPerPod <= 1 && server.podsPerCopy === 1;
  const size = isAlone ? sharedMemoryGiB.oneGpu : sharedMemoryGiB.several;
  return [
    {
      volume: { name: 'dshm', emptyDir: { medium: 'Memory', sizeLimit: `${size}Gi` } },
      mount: { name: 'dshm', mountPath: '/dev/shm' },
    },
  ];
}

/** The one place where a server with a read-only root may write. */
function scratch({ server }: InferencePlan): readonly MountedVolume[] {
  if (server.runtime !== 'cpu') return [];
  return [{ volume: { name: 'tmp', emptyDir: { sizeLimit: scratchSize } }, mount: { name: 'tmp', mountPath: '/tmp' } }];
}

/** The images of KAITO v0.3 read no configuration. */
function config({ workspace, plan }: RenderInput<InferencePlan>): readonly MountedVolume[] {
  const name = workspace.inference?.config;
  if (!name || plan.server.runtime === 'preset-image') return [];
  return [
    {
      volume: { name: 'config-volume', configMap: { name } },
      mount: { name: 'config-volume', mountPath: configPath, readOnly: true },
    },
  ];
}

function weights({ plan, settings }: RenderInput<InferencePlan>): readonly MountedVolume[] {
  const { weights: source, id } = plan.model;
  if (source === 'image') return [];
  if (source === 'local') return [hostFolder('model-weights-hostpath', localWeightsPath(id), 'Directory')];
  const name = 'model-weights-volume';
  const room = downloadRoom(plan, settings.nvmeStorageClass);
  return [{ volume: { name, ...room }, mount: { name, mountPath: weightsPath } }];
}

/**
 * Room for a download, as much as the plan gives a node. On NVMe it is a volume that lives as long as its pod: a claim that outlives
 * the pod would tie the next one to a node that may be gone.
 */
export function downloadRoom({ nodes }: Pick<Plan, 'nodes'>, storageClassName: string | undefined): object {
  const storage = `${nodes.diskGiB}Gi`;
  if (!nodes.hasNvme || !storageClassName) return { emptyDir: { sizeLimit: storage } };
  const spec = { accessModes: ['ReadWriteOnce'], storageClassName, resources: { requests: { storage } } };
  return { ephemeral: { volumeClaimTemplate: { spec } } };
}

/** Folder of a model's weights on nodes that were prepared with them (KAITO: its name as one segment of a path). */
function localWeightsPath(id: string): string {
  return `${localWeightsRoot}/${id.toLowerCase().replaceAll(/[/\\]/g, '-')}`;
}

function cudaToolkit({ server }: InferencePlan): readonly MountedVolume[] {
  return server.needsCudaToolkit ? [hostFolder(cudaVolumeName, cudaHome, 'DirectoryOrCreate')] : [];
}

/** A folder of the node, which the server finds under the same path and cannot change. */
function hostFolder(name: string, path: string, type: 'Directory' | 'DirectoryOrCreate'): MountedVolume {
  return { volume: { name, hostPath: { path, type } }, mount: { name, mountPath: path, readOnly: true } };
}
