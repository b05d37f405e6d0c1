/** How a model keeps what it has read: a share for each key-value head, or one latent vector for all (MLA). */
export type Attention =
  | { readonly kind: 'heads'; readonly kvHeads: number; readonly headDim: number }
  | { readonly kind: 'latent'; readonly size: number };

/** Shape of the network, as far as memory and parallelism depend on it. */
export interface ModelShape {
  readonly layers: number;
  readonly hiddenSize: number;
  readonly attentionHeads: number;
  readonly attention: Attention;
  /** Bytes of one value in the key-value cache: 2, or 1 where the server keeps it as fp8. */
  readonly kvValueBytes: 1 | 2;
}

/** What vLLM has to be told about a model beside its name. */
export interface VllmSettings {
  readonly dtype: 'auto' | 'bfloat16' | 'float16';
  /** `mistral` for weights, configuration and tokenizer in Mistral's own format. */
  readonly format: 'auto' | 'mistral';
  readonly tokenizerMode?: string;
  readonly reasoningParser?: string;
  readonly toolCallParser?: string;
  /** File name below the image's folder of chat templates. */
  readonly chatTemplate?: string;
  /** Further flags of vLLM that this model needs; `true` is a flag without a value. */
  readonly flags?: Readonly<Record<string, string | true>>;
  /** Further environment variables that this model needs. */
  readonly env?: Readonly<Record<string, string>>;
  /** Needs the CUDA toolkit on the node. */
  readonly needsCudaToolkit?: boolean;
}

/** What the transformers server has to be told; only models that it is known to serve have it. */
export interface TransformersSettings {
  readonly dtype: 'auto' | 'bfloat16' | 'float16';
  readonly chatTemplate?: string;
}

/** An image of KAITO v0.3 with the weights inside; it serves `POST /chat` and runs on GPUs below compute capability 8.0. */
export interface PresetImage {
  readonly repository: string;
  /** Empty where the user has to name the image (`accessMode: private`). */
  readonly tag: string;
  readonly gpuCount: number;
  /** GPU memory that one pod needs in all, in GiB. */
  readonly gpuMemoryGiB: number;
  readonly diskGiB: number;
  /** Program that starts the server, and the server, each with its flags in the order in which they are written. */
  readonly launcher: { readonly program: string; readonly flags: Readonly<Record<string, string | true>> };
  readonly server: { readonly program: string; readonly flags: Readonly<Record<string, string | true>> };
  /** Pods that serve one copy together; above 1, torch's rendezvous joins them. */
  readonly pods: number;
}

/** An image of ours that serves a model on CPUs, with the weights inside. */
export interface CpuServer {
  /** Name that the image is built under. It is published nowhere: an installation names where it has it. */
  readonly image: string;
  /** Program that starts the server. */
  readonly command: readonly string[];
  /** Tokens of prompt and answer together. */
  readonly contextLength: number;
  /** Cores that it keeps busy. */
  readonly cpus: number;
  /** Memory that it may take, in GiB. */
  readonly memoryGiB: number;
}

/** What fine-tuning a model takes. */
export interface TuningFacts {
  /** Repository and tag of the image with the weights, below the installation's registry. */
  readonly image: { readonly repository: string; readonly tag: string };
  readonly diskGiB: number;
  /** GPU memory that KAITO states for it, in GiB; it enforces none of it. */
  readonly nominalGpuMemoryGiB?: number;
}

/** A model, wherever its facts come from: the catalogue, or its own files on Hugging Face. */
export interface Model {
  /** Hugging Face's own spelling, `<organisation>/<repository>`; the name of the preset where the weights are only in an image. */
  readonly id: string;
  /** What clients call it: the repository in lower case. */
  readonly servedName: string;
  /** Short names under which workspaces may ask for it. */
  readonly aliases: readonly string[];
  /** Commit that code and weights are taken from; undefined until it was looked up. */
  readonly revision?: string;
  /** SPDX identifier, or the name of the licence on Hugging Face. */
  readonly license?: string;
  /** What it does, in Hugging Face's words: `text-generation`, `image-text-to-text`. */
  readonly pipelineTag?: string;
  /** One clause for those who ask for an old name: that it is no longer kept up, and what takes its place. */
  readonly deprecated?: string;
  /** Downloads need a token whose owner has accepted the licence. */
  readonly gated: boolean;
  readonly architecture: string;
  /** Size of the weight files that a server loads, in GiB. */
  readonly weightsGiB: number;
  readonly quantization?: string;
  /** Tokens that the model can look back over. */
  readonly contextLength: number;
  /** Undefined where only an image with the weights inside serves the model. */
  readonly shape?: ModelShape;
  readonly vllm?: VllmSettings;
  readonly transformers?: TransformersSettings;
  readonly presetImage?: PresetImage;
  /** Of models that run on CPUs; they have no other server. */
  readonly cpuServer?: CpuServer;
  readonly tuning?: TuningFacts;
  /** The repository's own code must run in the server. Only where the catalogue says so. */
  readonly trustRemoteCode: boolean;
  /** Whether it is in the catalogue, and so was looked over. */
  readonly catalogued: boolean;
  /** Where the values come from. */
  readonly source: string;
}
