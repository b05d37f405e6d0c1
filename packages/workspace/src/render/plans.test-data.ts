import type { Workspace } from '@kaito/crds';
import type { InferencePlan, TemplatePlan } from '@kaito/planner';
// oxlint-disable-next-line eslint/no-restricted-imports -- only tests use this file
import { aWorkspace, override, type Overrides } from '@kaito/testing';
import { ownershipLabels } from './ownership.ts';
import type { RenderInput, RenderSettings } from './render-input.ts';

export const settings: RenderSettings = {
  registry: 'mcr.microsoft.com/aks/kaito',
  adapterSource: 'pull',
  serverUser: 65_534,
  tuningDeadlineSeconds: 259_200,
  orasImage: 'ghcr.io/oras-project/oras:v1.3.0',
  curlImage: 'docker.io/curlimages/curl:8.17.0',
};

const onDemand: InferencePlan['nodes'] = {
  instanceType: 'Standard_NC24ads_A100_v4',
  capacityType: 'on-demand',
  count: 1,
  labels: { apps: 'a-workspace' },
  diskGiB: 107,
  gpus: 1,
  hasNvme: false,
};
const decided = { rung: 0, candidates: [], warnings: [] } as const;

const vllm: InferencePlan = {
  ...decided,
  job: 'inference',
  nodes: onDemand,
  model: { id: 'microsoft/phi-4', servedName: 'phi-4', gated: false, weightsGiB: 27.31, weights: 'download' },
  server: {
    runtime: 'vllm',
    image: { origin: 'registry', reference: 'kaito-base:0.5.0' },
    pullSecrets: [],
    replicas: 1,
    podsPerCopy: 1,
    gpusPerPod: 1,
    parallelism: { tensor: 1, pipeline: 1, data: 1 },
    contextLength: 16_384,
    command: ['/bin/sh', '-c', 'python3 /workspace/vllm/inference_api.py --model=microsoft/phi-4'],
    env: { VLLM_USE_FLASHINFER_SAMPLER: '0', VLLM_USE_DEEP_GEMM: '0' },
    port: 5000,
    healthPath: '/health',
    startTimeoutSeconds: 1800,
    needsCudaToolkit: false,
  },
  adapters: [],
};

/** Serving Phi-4 with vLLM on one A100. */
export function aVllmPlan(overrides?: Overrides<InferencePlan>): InferencePlan {
  return override(vllm, overrides);
}

/** The same model over two nodes that Ray joins. */
export function aMultiNodePlan(overrides?: Overrides<InferencePlan>): InferencePlan {
  const two = aVllmPlan({
    nodes: { count: 2 },
    server: {
      replicas: 2,
      podsPerCopy: 2,
      parallelism: { pipeline: 2 },
      command: ['/bin/sh', '-c', 'serving.sh leader --ray_cluster_size=2; python3 inference_api.py'],
      workerCommand: ['/bin/sh', '-c', 'serving.sh worker --ray_address=first'],
    },
  });
  return override(two, overrides);
}

/** Serving Phi-4 with transformers. */
export function aTransformersPlan(overrides?: Overrides<InferencePlan>): InferencePlan {
  const command = ['/bin/sh', '-c', 'accelerate launch /workspace/tfs/inference_api.py'];
  const plan: InferencePlan = { ...vllm, server: { ...vllm.server, runtime: 'transformers', command, env: {} } };
  return override(plan, overrides);
}

const { startTimeoutSeconds, parallelism } = vllm.server;
const phi3: InferencePlan = {
  ...decided,
  job: 'inference',
  nodes: { ...onDemand, instanceType: 'Standard_NC6s_v3', labels: { apps: 'phi-3' }, diskGiB: 50 },
  model: { id: 'phi-3-mini-4k-instruct', servedName: 'phi-3', gated: false, weightsGiB: 7.12, weights: 'image' },
  server: {
    runtime: 'preset-image',
    image: { origin: 'registry', reference: 'kaito-phi-3-mini-4k-instruct:0.0.1' },
    pullSecrets: [],
    replicas: 1,
    podsPerCopy: 1,
    gpusPerPod: 1,
    parallelism,
    contextLength: 4096,
    command: [
      '/bin/sh',
      '-c',
      'accelerate launch --num_processes=1 --num_machines=1 --machine_rank=0 --gpu_ids=all inference_api.py --torch_dtype=auto --pipeline=text-generation --trust_remote_code',
    ],
    env: {},
    port: 5000,
    healthPath: '/healthz',
    startTimeoutSeconds,
    probeDelays: { readinessSeconds: 30, livenessSeconds: 600 },
    needsCudaToolkit: false,
  },
  adapters: [],
};

/** Phi-3 mini from its image of KAITO v0.3. */
export function aPresetImagePlan(overrides?: Overrides<InferencePlan>): InferencePlan {
  return override(phi3, overrides);
}

/** A small model on the CPUs of one node. */
export function aCpuPlan(overrides?: Overrides<InferencePlan>): InferencePlan {
  const plan: InferencePlan = {
    ...decided,
    job: 'inference',
    nodes: { ...onDemand, instanceType: 'Standard_D2s_v5', diskGiB: 80, gpus: 0 },
    model: {
      id: 'smollm2-135m-instruct',
      servedName: 'smollm2-135m-instruct',
      gated: false,
      weightsGiB: 0.09,
      weights: 'image',
    },
    server: {
      ...vllm.server,
      runtime: 'cpu',
      image: { origin: 'own', reference: 'kaito/stand-in-model:0.1.0' },
      gpusPerPod: 0,
      cpu: { cores: 1, memoryGiB: 1 },
      contextLength: 2048,
      command: ['/nodejs/bin/node', '/app/main.mjs', '--port=5000'],
      env: {},
      startTimeoutSeconds: 300,
    },
    adapters: [],
  };
  return override(plan, overrides);
}

/** Two pods of the user's own on two nodes. */
export function aTemplatePlan(overrides?: Overrides<TemplatePlan>): TemplatePlan {
  const plan: TemplatePlan = { ...decided, job: 'template', nodes: { ...onDemand, count: 2 }, replicas: 2 };
  return override(plan, overrides);
}

/** A workspace with the pod template. */
export function templateWorkspace(template: object): Workspace {
  return aWorkspace({ metadata: { uid }, inference: { preset: undefined, template: { ...template } } });
}

const uid = '5f6e3c8a-0000-4000-8000-000000000001';

/** Everything to render a plan from; nodes are made for the workspace. */
export function anInput<P extends RenderInput['plan']>(
  plan: P,
  changes: Partial<RenderInput> & { readonly metadata?: Overrides<Workspace['metadata']> } = {},
): RenderInput<P> {
  const { metadata, ...rest } = changes;
  const workspace = override(rest.workspace ?? aWorkspace({ metadata: { uid } }), { metadata: metadata ?? {} });
  const podNodeLabels = ownershipLabels(workspace);
  return { podNodeLabels, mode: 'auto', revision: 1, settings, ...rest, workspace, plan };
}
