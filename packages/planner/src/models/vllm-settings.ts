import { settingsFile } from './data-files.ts';
import type { VllmSettings } from './model.ts';

/** What vLLM's settings depend on. */
export interface ServedModel {
  /** The repository, without the organisation. */
  readonly name: string;
  readonly architectures: readonly string[];
  readonly quantization?: string | undefined;
  readonly format: VllmSettings['format'];
}

/** LMCache's share of the node's memory; 0 keeps the key-value cache on the GPU (flag of KAITO's server). */
const cpuOffloadFlag = 'kaito-kv-cache-cpu-memory-utilization';

/**
 * What vLLM has to be told about a model beside its name: parsers by the longest known beginning of its name, else by its architecture;
 * flags and environment that its kind needs. Depends on nothing but the model, so that catalogued and other models are treated alike.
 */
export function vllmSettings(model: ServedModel): VllmSettings {
  const name = model.name.toLowerCase();
  const deepGemm = model.architectures.some(architecture => settingsFile.deepGemm.includes(architecture));
  const flags = flagsOf(name, model.architectures);
  return {
    // vLLM finds out itself what a quantised model computes in.
    dtype: model.quantization === undefined ? 'bfloat16' : 'auto',
    format: model.format,
    ...languageSettings(name, model),
    ...(Object.keys(flags).length > 0 && { flags }),
    ...(deepGemm && { env: { VLLM_USE_DEEP_GEMM: '1' } }),
    ...((deepGemm || settingsFile.cudaToolkit.includes(name)) && { needsCudaToolkit: true }),
  };
}

type LanguageSettings = Pick<VllmSettings, 'tokenizerMode' | 'reasoningParser' | 'toolCallParser' | 'chatTemplate'>;

/** How text goes in and comes out. */
function languageSettings(name: string, model: ServedModel): LanguageSettings {
  const { reasoningParser: reasoning, toolCallParser: tools, chatTemplate: templates } = settingsFile;
  const mode = tokenizerMode(name, model);
  const reasoningParser = reasoning.none.includes(name) ? undefined : parser(reasoning, name, model.architectures);
  const toolCallParser = parser(tools, name, model.architectures);
  const chatTemplate = longestPrefix(templates, name);
  return {
    ...(mode !== undefined && { tokenizerMode: mode }),
    ...(reasoningParser !== undefined && { reasoningParser }),
    ...(toolCallParser !== undefined && { toolCallParser }),
    ...(chatTemplate !== undefined && { chatTemplate }),
  };
}

/** Bytes of one value in the key-value cache under these settings. */
export function kvValueBytes({ flags }: VllmSettings): 1 | 2 {
  return String(flags?.['kv-cache-dtype'] ?? '').startsWith('fp8') ? 1 : 2;
}

/**
 * Mistral's own tokenizer goes with its format; DeepSeek's only with its own architectures, because distilled models bear its name and
 * another family's tokenizer.
 */
function tokenizerMode(name: string, { architectures, format }: ServedModel): string | undefined {
  if (format === 'mistral') return 'mistral';
  if (!architectures.some(architecture => architecture.startsWith('Deepseek'))) return undefined;
  return longestPrefix(settingsFile.tokenizerMode, name);
}

function flagsOf(name: string, architectures: readonly string[]): Readonly<Record<string, string | true>> {
  const offload = architectures.some(architecture => settingsFile.noCpuOffload.includes(architecture));
  return { ...longestPrefix(settingsFile.flags, name), ...(offload && { [cpuOffloadFlag]: '0' }) };
}

interface Parsers {
  readonly byName: Readonly<Record<string, string>>;
  readonly byArchitecture: Readonly<Record<string, string>>;
}

function parser(
  { byName, byArchitecture }: Parsers,
  name: string,
  architectures: readonly string[],
): string | undefined {
  const known = architectures.find(architecture => Object.hasOwn(byArchitecture, architecture));
  return longestPrefix(byName, name) ?? (known === undefined ? undefined : byArchitecture[known]);
}

function longestPrefix<T>(values: Readonly<Record<string, T>>, name: string): T | undefined {
  const prefixes = Object.keys(values).filter(prefix => name.startsWith(prefix));
  const longest = prefixes.toSorted((a, b) => b.length - a.length)[0];
  return longest === undefined ? undefined : values[longest];
}
