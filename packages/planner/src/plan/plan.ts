import type { Workspace } from '@kaito/crds';
import type { NodeImageFamily } from '../node-image-family.ts';

/** `spot` machines cost less and may be taken away at any time. */
export type CapacityType = 'on-demand' | 'spot';

/** Which server runs the model: today's base image with vLLM or transformers, an image of KAITO v0.3, or one of ours on CPUs. */
export type Runtime = 'vllm' | 'transformers' | 'preset-image' | 'cpu';

/** The nodes that a plan asks for. */
export interface PlannedNodes {
  /** Azure's own spelling, whatever the case in the workspace; of nodes that users bring, what their labels say, or empty. */
  readonly instanceType: string;
  readonly capacityType: CapacityType;
  readonly count: number;
  /** Labels of the user's selector that each node must carry, by key. */
  readonly labels: Readonly<Record<string, string>>;
  readonly imageFamily?: NodeImageFamily;
  /** Disk of a node, in GiB. */
  readonly diskGiB: number;
  /** GPUs that each node must show before pods can be placed; 0 where a template asks for none, and for a model on CPUs. */
  readonly gpus: number;
  readonly hasNvme: boolean;
  /** US dollars an hour for all nodes together; undefined when the table has no price. */
  readonly pricePerHour?: number;
}

/** Where the model's memory goes, per GPU in GiB. */
export interface MemoryFit {
  readonly gpuGiB: number;
  /** Share of it that the server may take. */
  readonly utilization: number;
  readonly weightsGiB: number;
  readonly overheadGiB: number;
  /** What is left for the key-value cache. */
  readonly kvCacheGiB: number;
  /** Tokens that fit into the cache of one copy of the model. */
  readonly kvCacheTokens: number;
}

/** How a copy of the model is spread over GPUs. */
export interface Parallelism {
  readonly tensor: number;
  readonly pipeline: number;
  readonly data: number;
}

/**
 * The image of a server: below the installation's registry (`registry`), as the user gave it (`user`), or one of ours, for which the
 * installation may name another place (`own`).
 */
export interface PlannedImage {
  readonly origin: 'registry' | 'user' | 'own';
  readonly reference: string;
}

/** A fine-tuned adapter and where its files are. */
export interface PlannedAdapter {
  readonly name: string;
  readonly image?: string;
  readonly volumeSource?: Readonly<Record<string, unknown>>;
  readonly pullSecrets: readonly string[];
  /** From "0" to "1"; only where the runtime has strengths. */
  readonly strength?: string;
}

/** The model as it is served. */
export interface PlannedModel {
  readonly id: string;
  readonly servedName: string;
  /** Commit of code and weights; undefined: the newest, because nobody could look it up. */
  readonly revision?: string;
  readonly gated: boolean;
  readonly weightsGiB: number;
  /** Where the weights come from. */
  readonly weights: 'download' | 'image' | 'local';
}

/** A part of a node that a pod takes instead of whole GPUs. */
export interface PlannedPartition {
  readonly mode: 'mig' | 'accelerator';
  /** Of MIG, as in `1g.10gb`. */
  readonly profile?: string;
}

/** The server in its pods. */
export interface PlannedServer {
  readonly runtime: Runtime;
  readonly image: PlannedImage;
  /** Secrets to pull the server's and the adapters' images with, each once. */
  readonly pullSecrets: readonly string[];
  /** Pods in all, and how many serve one copy of the model together. */
  readonly replicas: number;
  readonly podsPerCopy: number;
  /** 0 for a model on CPUs. */
  readonly gpusPerPod: number;
  /** Cores and GiB of memory that a pod asks for; undefined where its GPUs decide where it runs. */
  readonly cpu?: { readonly cores: number; readonly memoryGiB: number };
  readonly partition?: PlannedPartition;
  readonly parallelism: Parallelism;
  /** Tokens of context that the server is started with. */
  readonly contextLength: number;
  /** Undefined on CPUs, and for a v0.3 image, whose table of needs is all that is known. */
  readonly memory?: MemoryFit;
  /**
   * Program and arguments in an order that never changes; with several pods per copy, those of the first pod. No user's text is in it
   * that a shell would read: values are quoted.
   */
  readonly command: readonly string[];
  /**
   * The same for the pods of a copy that are not its first; undefined where one pod serves a copy. A shell runs it, with the index of the
   * pod in `POD_INDEX`.
   */
  readonly workerCommand?: readonly string[];
  /** Environment variables that the model needs; those from Secrets are rendered from the workspace. */
  readonly env: Readonly<Record<string, string>>;
  readonly port: number;
  readonly healthPath: string;
  /** Seconds that a start may take before it counts as stuck. */
  readonly startTimeoutSeconds: number;
  /** Taken where the image is of KAITO v0.3, which starts slowly and has no start-up probe of its own. */
  readonly probeDelays?: { readonly readinessSeconds: number; readonly livenessSeconds: number };
  readonly needsCudaToolkit: boolean;
}

interface PlanOfAnyJob {
  /** Position on the ladder of `resource` (0) and `resource.alternatives` (1 …). */
  readonly rung: number;
  readonly nodes: PlannedNodes;
  /** Sizes that were looked at, the chosen one first, with what spoke for or against each. */
  readonly candidates: readonly Candidate[];
  /** Things to know that stop nothing, each one sentence. */
  readonly warnings: readonly string[];
}

/** A verdict on one size. */
export interface Candidate {
  readonly instanceType: string;
  readonly capacityType: CapacityType;
  readonly verdict: 'chosen' | 'fits' | 'refused';
  readonly nodeCount?: number;
  readonly pricePerHour?: number;
  /** One clause: why it was chosen, lost or refused. */
  readonly reason: string;
}

/** Serving a model that Kaito knows how to run. */
export interface InferencePlan extends PlanOfAnyJob {
  readonly job: 'inference';
  readonly model: PlannedModel;
  readonly server: PlannedServer;
  readonly adapters: readonly PlannedAdapter[];
}

/** Running a pod template of the user's own. */
export interface TemplatePlan extends PlanOfAnyJob {
  readonly job: 'template';
  readonly replicas: number;
}

/** The trainer in its pod. */
export interface PlannedTrainer {
  readonly image: PlannedImage;
  /** Image with the weights, which are brought to the trainer; undefined: its own image holds them. */
  readonly weights?: PlannedImage;
  /** Secrets to pull the trainer's image with. */
  readonly pullSecrets: readonly string[];
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where it tells of its GPUs. */
  readonly port: number;
  readonly gpusPerPod: number;
  /** Text of `training_config.yaml` as the trainer gets it: what the user wrote, with what was left open. */
  readonly config: string;
  /** Absolute path of the folder that checkpoints and result are written to. */
  readonly outputFolder: string;
}

/** Fine-tuning a model. */
export interface TuningPlan extends PlanOfAnyJob {
  readonly job: 'tuning';
  readonly method: 'lora' | 'qlora';
  readonly model: PlannedModel;
  readonly trainer: PlannedTrainer;
  readonly memory: MemoryFit;
  /** What its user wrote that the result depends on: the section of the workspace, and the text of the settings. */
  readonly asked: { readonly tuning: Workspace['tuning']; readonly config?: string };
  /** Whether its GPUs compute in bfloat16. */
  readonly bfloat16: boolean;
}

/** Everything that is decided about a workspace before anything is created. */
export type Plan = InferencePlan | TemplatePlan | TuningPlan;
