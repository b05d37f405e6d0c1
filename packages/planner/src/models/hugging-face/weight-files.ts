import { ConfigError, shown } from './config-error.ts';

/** A file of a repository, as Hugging Face lists it; not checked. */
export interface HuggingFaceFile {
  readonly path: string;
  readonly sizeBytes: number;
}

/** The files that a server loads, and in which format. */
export interface Weights {
  readonly format: 'auto' | 'mistral';
  /** Bytes of all of them. */
  readonly bytes: number;
}

/** The largest model that is believed, in bytes: 64 TiB. */
const mostBytes = 2 ** 46;

const consolidated = /^consolidated.*\.safetensors$/;
const shard = /-\d{5}-of-\d{5}\.safetensors$/;
const index = 'model.safetensors.index.json';
const adapter = /^adapter_model\./;
/** State of a training that lies beside weights (vLLM, `filter_files_not_needed_for_inference`). */
const trainingState = /^(?:training_args|optimizer|scheduler|scaler|rng_state).*\.bin$/;

/**
 * The weights that a server loads: files at the top of the repository, where vLLM looks. Copies in folders, or in another format beside
 * the first, are not counted: they are never loaded.
 *
 * @throws ConfigError when there are none, or when a size is no size
 */
export function selectWeights(files: readonly HuggingFaceFile[]): Weights {
  const top = files.filter(({ path }) => !path.includes('/'));
  const own = top.filter(({ path }) => consolidated.test(path));
  if (own.length > 0) return { format: 'mistral', bytes: total(own) };
  const safetensors = top.filter(({ path }) => path.endsWith('.safetensors') && !adapter.test(path));
  const chosen = safetensors.length > 0 ? indexed(safetensors, top) : top.filter(({ path }) => isBin(path));
  if (chosen.length === 0) throw new ConfigError(missing(files));
  return { format: 'auto', bytes: total(chosen) };
}

/** With an index, the shards are the model, and what lies beside them is another copy. */
function indexed(safetensors: readonly HuggingFaceFile[], top: readonly HuggingFaceFile[]): readonly HuggingFaceFile[] {
  const shards = safetensors.filter(({ path }) => shard.test(path));
  return shards.length > 0 && top.some(({ path }) => path === index) ? shards : safetensors;
}

function isBin(path: string): boolean {
  return path.endsWith('.bin') && !trainingState.test(path) && !adapter.test(path);
}

function total(files: readonly HuggingFaceFile[]): number {
  let bytes = 0;
  for (const { path, sizeBytes } of files) {
    if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) {
      throw new ConfigError(`the size of ${shown(path)} is ${shown(sizeBytes)}: it must be a number of bytes`);
    }
    bytes += sizeBytes;
  }
  if (bytes > 0 && bytes <= mostBytes) return bytes;
  throw new ConfigError(`its weights have ${bytes} bytes in all: between 1 and ${mostBytes} can be planned`);
}

function missing(files: readonly HuggingFaceFile[]): string {
  const paths = files.map(({ path }) => path);
  if (paths.some(path => adapter.test(path.slice(path.lastIndexOf('/') + 1)))) {
    return 'it holds an adapter and no model: serve its base model and name it under inference.adapters';
  }
  if (paths.some(path => path.endsWith('.gguf')))
    return 'it holds GGUF files only: name a repository with safetensors files';
  const below = paths.find(path => path.endsWith('.safetensors'));
  if (below !== undefined) return `its weights are in a folder (${shown(below)}), and servers load those at the top`;
  return 'it has no .safetensors and no .bin files: name a repository that holds a model';
}
