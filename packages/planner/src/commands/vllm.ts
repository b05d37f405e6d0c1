import { maxAdapters } from '@kaito/crds';
import type { Model, VllmSettings } from '../models/model.ts';
import type { Parallelism } from '../plan/plan.ts';
import { commandLine, shellCommand, type Flags } from './shell.ts';

const server = 'python3 /workspace/vllm/inference_api.py';
const rayScript = '/workspace/vllm/multi-node-serving.sh';
const rayPort = '6379';
const chatTemplates = '/workspace/chat_templates';
const downloadFolder = '/workspace/weights';
const configFile = '/mnt/config/inference_config.yaml';

/**
 * For adapters (vLLM docs, LoRAConfig). The same however many there are, so that one more takes no restart: all that a workspace may have
 * are kept in main memory, and four of them at a time on the GPU, which costs memory for as long as the server runs. A request for another
 * one waits until one of the four is free. vLLM takes ranks up to 16 when nothing is said; most adapters are of rank 64 or less. At that
 * rank the four take 1.25 GiB beside a model of 8 billion parameters; ten of rank 256 would take 12.5.
 */
const loraFlags: Flags = {
  'enable-lora': true,
  'max-loras': '4',
  'max-lora-rank': '64',
  'max-cpu-loras': String(maxAdapters),
};

/** What the command line of vLLM depends on beside the model. */
export interface VllmStart {
  readonly name: string;
  readonly namespace: string;
  readonly servedName: string;
  readonly parallelism: Parallelism;
  readonly replicas: number;
  readonly podsPerCopy: number;
  readonly contextLength: number;
  readonly utilization: number;
  /** Folder of the node's own copy of the weights, if that is to be used. */
  readonly weightsPath?: string | undefined;
  readonly adapters: number;
  readonly hasConfig: boolean;
  /** Of vLLM, as in `throughput`; its default when absent. */
  readonly performanceMode?: string | undefined;
  readonly partitioned: boolean;
}

/** The commands of the first pod of a copy, and of the others where there are any. */
export interface VllmCommands {
  readonly command: readonly string[];
  readonly workerCommand?: readonly string[];
}

/**
 * The command line of vLLM in KAITO's base image, whose wrapper passes unknown flags on (KAITO v0.12, pkg/model/interface.go and
 * presets/workspace/inference/vllm). The order of the flags is fixed. The user's configuration file is read by the wrapper after the
 * flags, so that it wins.
 */
export function vllmCommands(model: Model, settings: VllmSettings, start: VllmStart): VllmCommands {
  const line = commandLine(server, {
    ...sourceFlags(model, settings, start),
    ...sizeFlags(start),
    ...featureFlags(settings),
    ...(start.adapters > 0 && loraFlags),
    ...(start.performanceMode !== undefined && { 'performance-mode': start.performanceMode }),
    ...settings.flags,
    ...(offloadIsOff(start) && { 'kaito-kv-cache-cpu-memory-utilization': '0' }),
    ...(start.hasConfig && { 'kaito-config-file': configFile }),
  });
  if (start.podsPerCopy === 1) return { command: shellCommand(line) };
  const lead = commandLine(`${rayScript} leader`, { ray_cluster_size: String(start.podsPerCopy), ray_port: rayPort });
  const join = `${rayScript} worker --ray_address=${leaderHost(start)} --ray_port=${rayPort}`;
  return { command: shellCommand(line, lead), workerCommand: shellCommand(join) };
}

function sourceFlags(model: Model, { dtype, format, tokenizerMode }: VllmSettings, start: VllmStart): Flags {
  const { weightsPath } = start;
  const pinned = model.revision !== undefined && weightsPath === undefined;
  return {
    'served-model-name': start.servedName,
    model: weightsPath ?? model.id,
    ...(pinned && { revision: model.revision, 'code-revision': model.revision }),
    ...(weightsPath === undefined ? { 'download-dir': downloadFolder } : {}),
    // The streamer reads many files at once; reading the weights of a node's disk through the page cache is slow (KAITO v0.12).
    'load-format': weightsPath === undefined ? format : 'runai_streamer',
    'config-format': format,
    'tokenizer-mode': tokenizerMode ?? format,
    dtype,
    ...(model.trustRemoteCode && { 'trust-remote-code': true as const }),
  };
}

function sizeFlags({ contextLength, utilization, parallelism, podsPerCopy }: VllmStart): Flags {
  const { tensor, pipeline, data } = parallelism;
  return {
    'max-model-len': String(contextLength),
    'gpu-memory-utilization': String(utilization),
    ...(data > 1 && { 'data-parallel-size': String(data) }),
    'tensor-parallel-size': String(tensor),
    ...(pipeline > 1 && { 'pipeline-parallel-size': String(pipeline) }),
    ...(podsPerCopy > 1 && { 'distributed-executor-backend': 'ray' }),
    // The fused kernel is compiled at start with nvcc, which the image lacks (KAITO v0.12).
    'compilation-config.pass_config.fuse_allreduce_rms': 'False',
  };
}

function featureFlags({ toolCallParser, reasoningParser, chatTemplate }: VllmSettings): Flags {
  return {
    ...(toolCallParser !== undefined && {
      'tool-call-parser': toolCallParser,
      'enable-auto-tool-choice': true as const,
    }),
    ...(reasoningParser !== undefined && { 'reasoning-parser': reasoningParser }),
    ...(chatTemplate !== undefined && { 'chat-template': `${chatTemplates}/${chatTemplate}` }),
  };
}

/** Whether keeping a part of the cache in the node's memory is impossible (KAITO v0.12). For some models `flags` says so as well. */
function offloadIsOff({ parallelism, podsPerCopy, partitioned }: VllmStart): boolean {
  return partitioned || parallelism.data > 1 || podsPerCopy > 1;
}

/** The first pod of the copy that a pod belongs to. Pods are numbered through all copies. */
function leaderHost({ name, namespace, replicas, podsPerCopy }: VllmStart): string {
  const index = replicas === podsPerCopy ? '0' : `$((POD_INDEX - POD_INDEX % ${podsPerCopy}))`;
  return `${name}-${index}.${name}-headless.${namespace}.svc.cluster.local`;
}
