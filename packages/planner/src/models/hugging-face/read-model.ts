import { architecturesFile } from '../data-files.ts';
import { isModelId } from '../find-model.ts';
import type { Model, VllmSettings } from '../model.ts';
import { kvValueBytes, vllmSettings } from '../vllm-settings.ts';
import type { Problem, ProblemCode } from '../../problem.ts';
import { ConfigError, shown } from './config-error.ts';
import { ConfigReader } from './config-reader.ts';
import { readContextLength, readShape } from './read-shape.ts';
import { selectWeights, type HuggingFaceFile } from './weight-files.ts';

export type { HuggingFaceFile } from './weight-files.ts';

/** What Hugging Face says about a repository. Nothing of it is believed before it was checked. */
export interface HuggingFaceFiles {
  /** `<organisation>/<repository>` in Hugging Face's own spelling. */
  readonly id: string;
  /** Commit to which the rest belongs. */
  readonly revision: string;
  readonly files: readonly HuggingFaceFile[];
  /** Content of `config.json`; undefined when there is no such file. */
  readonly config?: unknown;
  /** Content of `params.json`, which models in Mistral's format may have instead. */
  readonly params?: unknown;
  /** The API's field of that name: false, `auto` or `manual`. */
  readonly gated?: unknown;
  readonly license?: unknown;
  readonly pipelineTag?: unknown;
}

export type HuggingFaceReading = { readonly model: Model } | { readonly problem: Problem };

const bytesPerGiB = 2 ** 30;
const field = 'inference.preset.name';
const commit = /^[0-9a-f]{40}$/;
const known: ReadonlySet<string> = new Set(architecturesFile.architectures);

/** Mistral's own format names no architecture; vLLM finds it in the numbers. */
const mistralArchitectures: Readonly<Record<string, string>> = {
  'mistral-large-3': 'MistralLarge3ForCausalLM',
  'ministral-3': 'Mistral3ForConditionalGeneration',
};

/**
 * Makes a model of what its repository says, or says what is wrong with it, naming file and field. Pure; never throws, whatever is in
 * the files. The model runs on vLLM, without code of its own.
 */
export function readHuggingFaceModel(files: HuggingFaceFiles): HuggingFaceReading {
  try {
    return { model: readModel(files) };
  } catch (error) {
    if (error instanceof ConfigError) return { problem: problem(files.id, error) };
    throw error;
  }
}

function readModel(files: HuggingFaceFiles): Model {
  const { id, revision } = files;
  if (!isModelId(id)) throw new ConfigError('it is not an id: use <organisation>/<repository>');
  if (!commit.test(revision)) throw new ConfigError(`its revision ${shown(revision)} is not a commit`);
  const weights = selectWeights(files.files);
  const config = configOf(files, weights.format);
  const name = id.slice(id.indexOf('/') + 1);
  const architectures = readArchitectures(config, name.toLowerCase(), weights.format);
  const quantization = readQuantization(config);
  const vllm = vllmSettings({ name, architectures, quantization, format: weights.format });
  const [license, pipelineTag] = [plainText(files.license), plainText(files.pipelineTag)];
  return {
    id,
    servedName: name.toLowerCase(),
    aliases: [],
    revision,
    ...(license !== undefined && { license }),
    ...(pipelineTag !== undefined && { pipelineTag }),
    gated: files.gated !== undefined && files.gated !== null && files.gated !== false,
    architecture: architectures.find(architecture => known.has(architecture)) ?? '',
    weightsGiB: weights.bytes / bytesPerGiB,
    ...(quantization !== undefined && { quantization }),
    contextLength: readContextLength(config),
    shape: readShape(config, cacheIsFp8(config) ? 1 : kvValueBytes(vllm)),
    vllm,
    trustRemoteCode: false,
    catalogued: false,
    source: `the files of ${id} on Hugging Face at ${revision}`,
  };
}

function configOf({ config, params }: HuggingFaceFiles, format: VllmSettings['format']): ConfigReader {
  if (config !== undefined) return new ConfigReader('config.json', config);
  if (format === 'mistral' && params !== undefined) return new ConfigReader('params.json', params);
  throw new ConfigError(`it has no ${format === 'mistral' ? 'config.json or params.json' : 'config.json'}`);
}

function readArchitectures(config: ConfigReader, name: string, format: VllmSettings['format']): readonly string[] {
  const named = config.strings('architectures');
  if (named.some(architecture => known.has(architecture))) return named;
  if (named.length > 0) {
    const what = `its architecture ${shown(named[0])} is not one that vLLM serves: choose another model`;
    throw new ConfigError(what, 'ModelArchitectureNotSupported');
  }
  if (format !== 'mistral') throw new ConfigError('config.json has no architectures: vLLM cannot tell how to run it');
  const prefix = Object.keys(mistralArchitectures).find(begin => name.startsWith(begin));
  return [(prefix === undefined ? undefined : mistralArchitectures[prefix]) ?? 'MistralForCausalLM'];
}

/** How the weights are packed: the most telling of the names that quantisers write. */
function readQuantization(config: ConfigReader): string | undefined {
  const said = config.object('quantization_config');
  const own = config.object('quantization');
  const names = [said['format'], said['quant_algo'], said['quant_method'], own['qformat_weight']];
  return names.find((value): value is string => typeof value === 'string' && value !== '')?.slice(0, 60);
}

/** Quantisers may say that the cache was calibrated for 8 bits too; vLLM then keeps it so (compressed-tensors, ModelOpt). */
function cacheIsFp8(config: ConfigReader): boolean {
  const { kv_cache_scheme: scheme, kv_cache_quant_algo: algorithm } = config.object('quantization_config');
  const bits = typeof scheme === 'object' && scheme !== null && 'num_bits' in scheme ? scheme.num_bits : undefined;
  return bits === 8 || algorithm === 'FP8';
}

/** A text from outside that is shown and never run. */
function plainText(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.trim().slice(0, 100) : '';
  return text === '' ? undefined : text;
}

function problem(id: string, { code, message }: { readonly code: ProblemCode; readonly message: string }): Problem {
  return { code, field, message: `${field} ${shown(id)}: ${message}` };
}
