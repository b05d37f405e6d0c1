import { performanceMode, usesLocalWeights } from '../checks/annotations.ts';
import { checkServedNames, checkStrengths } from '../checks/adapters.ts';
import { nodeCount } from '../checks/node-count.ts';
import { readInferenceConfig, type InferenceConfig } from '../config/inference-config.ts';
import { diskGiB } from '../models/model-needs.ts';
import type { Model } from '../models/model.ts';
import type { Problem } from '../problem.ts';
import { cpuSkuOfNodes } from '../skus/brought-cpu-nodes.ts';
import { findSku, type Sku } from '../skus/sku.ts';
import { chooseSize } from './choose-size.ts';
import { inferenceJob, type Amount, type InferenceJob } from './inference-job.ts';
import { judgeInference } from './judge-inference.ts';
import type { Fitting } from './judgement.ts';
import { rungOf, type Rung } from './ladder.ts';
import type { PlanInput, PlanResult } from './plan-input.ts';
import type { PlannedModel } from './plan.ts';
import { plannedAdapters } from './planned-adapters.ts';
import { plannedNodes } from './planned-nodes.ts';
import { plannedServer, servedName } from './planned-server.ts';
import type { Sized } from './rank-sizes.ts';
import { holdsWeights } from './runtime.ts';
import type { ServerFit } from './server-fit.ts';

/** Keys of the configuration that split a model over GPUs, which is decided here. */
const parallelKeys = ['tensor-parallel-size', 'pipeline-parallel-size', 'data-parallel-size'];

/** Plans the serving of a model. */
export function planInference(input: PlanInput, model: Model): PlanResult {
  const { workspace } = input;
  const read = readInferenceConfig(input.config ?? '');
  if (!read.ok) return read;
  const job = inferenceJob(workspace, model, read.config);
  const tooLong = checkContext(job);
  if (tooLong.length > 0) return { ok: false, problems: tooLong };
  const rung = rungOf(workspace, input.rung);
  const amount = amountOf(input, job, rung);
  const choice = chooseSize({
    input,
    rung,
    judge: sku => judgeInference(job, sku, amount),
    judgeInstead: (sku, { detail }) => judgeInference(job, sku, { copies: detail.copies }),
    ...(model.cpuServer && { ofNodes: cpuSkuOfNodes }),
    onlyWhenNamed: fit => oldImage(job, fit),
  });
  if (!choice.ok) return choice;
  const { chosen, candidates } = choice;
  const problems = checkFit(job, chosen.judgement.detail);
  if (problems.length > 0) return { ok: false, problems };
  const adapters = plannedAdapters(workspace, chosen.judgement.detail.runtime.name);
  return {
    ok: true,
    plan: {
      job: 'inference',
      rung: rung.index,
      nodes: nodesOf(job, chosen),
      candidates,
      warnings: [...chosen.judgement.warnings, ...warnings(job, chosen.judgement.detail)],
      model: plannedModel(job, chosen.judgement.detail),
      server: plannedServer(job, chosen.judgement.detail, adapters.length),
      adapters,
    },
  };
}

/** `count` belongs to the size that the user named. Further rungs serve as many copies, on as many nodes as it takes there. */
function amountOf({ workspace, skus }: PlanInput, job: InferenceJob, { index }: Rung): Amount {
  const nodes = nodeCount(workspace);
  if (index === 0) return { nodes };
  const first = findSku(skus, workspace.resource?.instanceType ?? '');
  const judgement = first && judgeInference(job, first, { nodes });
  return { copies: judgement?.fits ? judgement.detail.copies : 1 };
}

function checkContext({ model, config }: InferenceJob): readonly Problem[] {
  const { contextLength } = config;
  if (contextLength === undefined || contextLength <= model.contextLength) return [];
  const message = `inference.config sets vllm.max-model-len to ${contextLength}, but ${model.id} looks back over ${model.contextLength} tokens: use at most that`;
  return [{ code: 'ContextTooLong', field: 'inference.config', message }];
}

/** An image of KAITO v0.3 has another API than vLLM: nobody gets it unasked who could have vLLM. */
function oldImage({ model, workspace }: InferenceJob, { detail }: Fitting<ServerFit>): string | undefined {
  const asked = workspace.metadata.annotations?.['kaito.sh/runtime'] ?? workspace.inference?.preset?.accessMode;
  if (detail.runtime.name !== 'preset-image' || !model.vllm || asked === 'private' || asked === 'transformers')
    return undefined;
  return 'only the image of KAITO v0.3 runs there, which serves POST /chat: name the size to have it';
}

/** What cannot be said before the server is known. */
function checkFit(job: InferenceJob, { runtime }: ServerFit): readonly Problem[] {
  const { workspace } = job;
  const ofAdapters = [
    ...checkStrengths(workspace, runtime.name),
    ...checkServedNames(workspace, runtime.name, servedName(job)),
  ];
  if (!workspace.inference?.config || runtime.name === 'vllm') return ofAdapters;
  const field = 'inference.config';
  const message = `${field} is for vLLM, but this model runs with ${runtime.name} here: leave it out`;
  return [...ofAdapters, { code: 'FieldNotSupported', field, message }];
}

function nodesOf(
  job: InferenceJob,
  { sku, capacityType, judgement, price }: Sized<ServerFit>,
): ReturnType<typeof plannedNodes> {
  const { runtime } = judgement.detail;
  return plannedNodes(job.workspace, {
    instanceType: sku.name,
    capacityType,
    count: judgement.nodes,
    diskGiB: runtime.name === 'preset-image' ? runtime.image.diskGiB : diskGiB(job.model),
    gpus: gpusToSee(job, sku),
    hasNvme: sku.nvme,
    ...(price !== undefined && { pricePerHour: price }),
  });
}

/** A node that is cut into slices offers those, and perhaps no whole GPU. */
function gpusToSee({ part }: InferenceJob, sku: Sku): number {
  return part?.mode === 'mig' ? 0 : sku.gpuCount;
}

function plannedModel({ model, workspace }: InferenceJob, { runtime }: ServerFit): PlannedModel {
  const { id, revision, gated, weightsGiB } = model;
  const inImage = holdsWeights(runtime);
  const local = usesLocalWeights(workspace) ? 'local' : 'download';
  return {
    id,
    servedName: ['vllm', 'cpu'].includes(runtime.name) ? servedName({ model, workspace }) : model.servedName,
    ...(revision !== undefined && !inImage && { revision }),
    gated,
    weightsGiB,
    weights: inImage ? 'image' : local,
  };
}

function warnings({ model, workspace, config }: InferenceJob, fit: ServerFit): readonly string[] {
  const { runtime, contextLength } = fit;
  const { accessMode, presetOptions } = workspace.inference?.preset ?? {};
  const downloads = !holdsWeights(runtime) && !usesLocalWeights(workspace);
  const notes: readonly (readonly [boolean, string])[] = [
    [
      runtime.name === 'cpu',
      `${model.id} is a small model on CPUs, for trying things out: its answers are often wrong`,
    ],
    [model.deprecated !== undefined, `${model.id} is an old name: ${model.deprecated ?? ''}`],
    [
      downloads && model.revision === undefined,
      `the weights of ${model.id} are not pinned to a commit: a restart may load newer ones`,
    ],
    [
      runtime.name === 'vllm' && contextLength < model.contextLength && config.contextLength === undefined,
      `the context is limited to ${contextLength} of ${model.contextLength} tokens, because the cache on these GPUs holds no more`,
    ],
    [
      accessMode !== 'private' && Boolean(presetOptions?.image),
      'inference.preset.presetOptions.image is ignored, because accessMode is not private',
    ],
    [
      runtime.name !== 'vllm' && performanceMode(workspace) !== undefined,
      'the performance mode is ignored: only vLLM has modes',
    ],
    ...overrides(config),
  ];
  return notes.filter(([applies]) => applies).map(([, note]) => note);
}

function overrides({ keys }: InferenceConfig): readonly (readonly [boolean, string])[] {
  return parallelKeys
    .filter(key => keys.includes(key))
    .map(
      key =>
        [true, `inference.config sets ${key}, which the plan decides otherwise: its numbers may not hold`] as const,
    );
}
