/** Command-line flags in the order in which they are written; `true` is a flag without a value. */
export type Flags = Readonly<Record<string, string | true>>;

/** Seconds before the first probe of a container; the defaults of Kubernetes hold for the rest. */
export interface ProbeDelays {
  readonly readinessSeconds: number;
  readonly livenessSeconds: number;
}

/** What is known about a model that can be served by its name. */
export interface Preset {
  readonly name: string;
  readonly family: string;
  /** Repository and tag below the registry that the installation chooses. */
  readonly image: { readonly repository: string; readonly tag: string };
  readonly runtime: 'transformers' | 'vllm';
  /** Program that starts the server, with its flags, and the server with its own. */
  readonly launcher: { readonly program: string; readonly flags: Flags };
  readonly server: { readonly program: string; readonly flags: Flags };
  readonly port: number;
  readonly healthPath: string;
  readonly probeDelays: ProbeDelays;
  /** How long a start may take, in seconds, before a rollout counts as stuck. */
  readonly startTimeoutSeconds: number;
  /** Disk of the node for image and weights, in GiB. */
  readonly diskGiB: number;
  /** GPUs that one pod asks for at the least. */
  readonly gpuCount: number;
  /** GPU memory that one pod needs in all, in GiB. */
  readonly gpuMemoryGiB: number;
  /** Where the values come from. */
  readonly source: string;
}

/** Looks a preset up by its exact name. */
export function findPreset(presets: readonly Preset[], name: string): Preset | undefined {
  return presets.find(preset => preset.name === name);
}
