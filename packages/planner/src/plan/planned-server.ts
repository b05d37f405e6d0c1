import { labels } from '@kaito/crds';
import { performanceMode, usesLocalWeights } from '../checks/annotations.ts';
import { cpuCommand } from '../commands/cpu.ts';
import { presetImageCommand } from '../commands/preset-image.ts';
import { transformersCommand } from '../commands/transformers.ts';
import { vllmCommands, type VllmCommands } from '../commands/vllm.ts';
import { startTimeoutSeconds } from '../models/model-needs.ts';
import type { VllmSettings } from '../models/model.ts';
import type { InferenceJob } from './inference-job.ts';
import type { ServerFit } from './server-fit.ts';
import type { PlannedImage, PlannedServer } from './plan.ts';
import { pullSecrets } from './planned-adapters.ts';
import { privateImage } from './runtime.ts';

/** KAITO v0.12, presets/workspace/models/supported_models.yaml, entry `base`: vLLM 0.25.1 and transformers 5.14.1. */
export const baseImage = 'kaito-base:0.5.0';

/** The servers listen here (KAITO, every version). */
const port = 5000;

/** KAITO v0.3.0, pkg/inference/preset-inferences.go and presets/models/phi3/model.go. */
const ofPresetImage = {
  healthPath: '/healthz',
  probeDelays: { readinessSeconds: 30, livenessSeconds: 600 },
  startTimeoutSeconds: 30 * 60,
} as const;

/** tools/stand-in-model: it loads within seconds, more on a busy machine. */
const ofCpuServer = { healthPath: '/health', startTimeoutSeconds: 5 * 60 } as const;

/** Where nodes of a custom image have the weights (KAITO v0.12, pkg/utils/consts). */
const localWeights = '/opt/kaito/models';
/** Where the node keeps the CUDA toolkit that is installed on it (KAITO v0.12, pkg/utils/consts). */
const cudaHome = '/opt/kaito/cuda/129';

/** KAITO v0.12, pkg/workspace/inference/preset_inferences.go: kernels that are compiled at start are left off. */
const vllmEnv = { VLLM_USE_DEEP_GEMM: '0', VLLM_USE_FLASHINFER_SAMPLER: '0' } as const;

/** The server of a job that lies on nodes as `fit` says, down to its command line. */
export function plannedServer(job: InferenceJob, fit: ServerFit, adapters: number): PlannedServer {
  const { workspace, part } = job;
  const { runtime, gpusPerPod, podsPerCopy, copies, parallelism, contextLength, memory } = fit;
  return {
    runtime: runtime.name,
    image: plannedImage(job, fit),
    pullSecrets: pullSecrets(workspace),
    replicas: copies * podsPerCopy,
    podsPerCopy,
    gpusPerPod,
    ...(runtime.name === 'cpu' && { cpu: { cores: runtime.server.cpus, memoryGiB: runtime.server.memoryGiB } }),
    ...(part && { partition: { mode: part.mode, ...(part.profile !== undefined && { profile: part.profile }) } }),
    parallelism,
    contextLength,
    ...(memory && { memory }),
    ...commands(job, fit, adapters),
    ...environment(job, fit),
    port,
    ...start(job, fit),
  };
}

function plannedImage({ workspace }: InferenceJob, { runtime }: ServerFit): PlannedImage {
  const own = privateImage(workspace);
  if (own !== undefined) return { origin: 'user', reference: own };
  if (runtime.name === 'cpu') return { origin: 'own', reference: runtime.server.image };
  if (runtime.name !== 'preset-image') return { origin: 'registry', reference: baseImage };
  const { repository, tag } = runtime.image;
  return { origin: 'registry', reference: `${repository}:${tag}` };
}

function commands(job: InferenceJob, fit: ServerFit, adapters: number): VllmCommands {
  const { runtime } = fit;
  const { model, workspace } = job;
  if (runtime.name === 'preset-image') return { command: presetImageCommand(runtime.image) };
  if (runtime.name === 'cpu') return { command: cpuCommand(runtime.server, { servedName: servedName(job), port }) };
  const weightsPath = usesLocalWeights(workspace) ? localWeightsPath(model.id) : undefined;
  if (runtime.name === 'transformers') return { command: transformersCommand(model, runtime.settings, weightsPath) };
  return vllmCommands(model, runtime.settings, {
    name: workspace.metadata.name ?? '',
    namespace: workspace.metadata.namespace ?? '',
    servedName: servedName(job),
    parallelism: fit.parallelism,
    replicas: fit.copies * fit.podsPerCopy,
    podsPerCopy: fit.podsPerCopy,
    contextLength: fit.contextLength,
    utilization: fit.memory?.utilization ?? 0,
    weightsPath,
    adapters,
    hasConfig: Boolean(workspace.inference?.config),
    performanceMode: performanceMode(workspace),
    partitioned: job.part?.mode === 'mig',
  });
}

/** What clients call the model. The workspaces of an InferenceSet answer to the name of the set (KAITO v0.12). */
export function servedName({ model, workspace }: Pick<InferenceJob, 'model' | 'workspace'>): string {
  const { labels: of = {} } = workspace.metadata;
  if (of[labels.multiRoleInferenceCreatedBy] !== undefined) return model.servedName;
  return of[labels.inferenceSetCreatedBy] || model.servedName;
}

function localWeightsPath(id: string): string {
  return `${localWeights}/${id.toLowerCase().replaceAll(/[/\\]/g, '-')}`;
}

function environment(
  { model, workspace }: InferenceJob,
  { runtime }: ServerFit,
): Pick<PlannedServer, 'env' | 'needsCudaToolkit'> {
  if (runtime.name !== 'vllm') return { env: {}, needsCudaToolkit: false };
  const { needsCudaToolkit = false, env }: VllmSettings = runtime.settings;
  const all: Record<string, string> = {
    ...vllmEnv,
    ...(needsCudaToolkit && { CUDA_HOME: cudaHome }),
    ...(usesLocalWeights(workspace) && { KAITO_PROCESSOR: localWeightsPath(model.id) }),
    ...env,
  };
  const sorted = Object.entries(all).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { env: Object.fromEntries(sorted), needsCudaToolkit };
}

function start(
  { model }: InferenceJob,
  { runtime }: ServerFit,
): Pick<PlannedServer, 'healthPath' | 'startTimeoutSeconds' | 'probeDelays'> {
  if (runtime.name === 'preset-image') return ofPresetImage;
  if (runtime.name === 'cpu') return ofCpuServer;
  return { healthPath: '/health', startTimeoutSeconds: startTimeoutSeconds(model) };
}
