import { isMap, isScalar, LineCounter, parseDocument, type Document, type Pair, type YAMLMap } from 'yaml';
import type { Problem } from '../problem.ts';

const field = 'inference.config';
const file = 'inference_config.yaml';

/** No configuration of a server is longer; a ConfigMap may be 1 MiB. */
const maxCharacters = 262_144;

/** The shares of a GPU's memory that can be meant (vLLM, `--gpu-memory-utilization`). */
const utilizationRange = { above: 0, most: 1 };

/** What of a user's configuration the plan depends on. The server reads all of it. */
export interface InferenceConfig {
  /** Tokens of context; undefined when it says nothing, or `auto`. */
  readonly contextLength?: number;
  /** Share of a GPU's memory that vLLM may take. */
  readonly utilization?: number;
  /** Bytes of a value in the key-value cache. */
  readonly kvValueBytes?: 1 | 2;
  /** Keys of its `vllm` section, which win over the flags of the plan. */
  readonly keys: readonly string[];
}

/** What the text says, or everything that is wrong with it. */
export type ReadConfig =
  | { readonly ok: true; readonly config: InferenceConfig }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Reads the text of `inference_config.yaml`: a map whose key `vllm` holds flags of vLLM with plain values (KAITO v0.12,
 * charts/kaito/workspace, inference-params). Never throws; each problem names line and key.
 */
export function readInferenceConfig(text: string): ReadConfig {
  if (text.length > maxCharacters) return refuse([`is longer than ${maxCharacters} characters`]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, stringKeys: true, merge: false });
  if (document.errors.length > 0) {
    return refuse(
      document.errors.map(({ pos, message }) => `line ${lines.linePos(pos[0]).line}: ${firstLine(message)}`),
    );
  }
  return readDocument(document, lines);
}

function readDocument({ contents }: Document, lines: LineCounter): ReadConfig {
  if (contents === null) return { ok: true, config: { keys: [] } };
  if (!isMap(contents)) return refuse(['must be a map, such as "vllm:" with flags of vLLM below it']);
  const section = contents.items.find(pair => keyOf(pair) === 'vllm')?.value;
  if (section === undefined || section === null || (isScalar(section) && section.value === null)) {
    return { ok: true, config: { keys: [] } };
  }
  if (!isMap(section))
    return refuse([`${lineOf(section, lines)}vllm must be a map of flags, such as max-model-len: 8192`]);
  return readFlags(section, lines);
}

function readFlags(section: YAMLMap, lines: LineCounter): ReadConfig {
  const problems: string[] = [];
  const values = new Map<string, string>();
  for (const pair of section.items) {
    const key = keyOf(pair);
    const { value } = pair;
    const text = isScalar(value) ? plainText(value.value) : undefined;
    if (text !== undefined) values.set(key, text);
    else
      problems.push(
        `${lineOf(pair.key, lines)}vllm.${key} must be a plain value: write a list or a map as JSON text in quotes`,
      );
  }
  const contextLength = readContextLength(values.get('max-model-len'), problems);
  const utilization = readUtilization(values.get('gpu-memory-utilization'), problems);
  if (problems.length > 0) return refuse(problems);
  const kvValueBytes = values.get('kv-cache-dtype')?.startsWith('fp8') ? 1 : undefined;
  const config: InferenceConfig = {
    ...(contextLength !== undefined && { contextLength }),
    ...(utilization !== undefined && { utilization }),
    ...(kvValueBytes !== undefined && { kvValueBytes }),
    keys: [...values.keys()],
  };
  return { ok: true, config };
}

function readContextLength(text: string | undefined, problems: string[]): number | undefined {
  if (text === undefined || text === 'auto' || text === '-1') return undefined;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value > 0) return value;
  problems.push(`vllm.max-model-len "${text}" is not a number of tokens: use a whole number above 0, or auto`);
  return undefined;
}

function readUtilization(text: string | undefined, problems: string[]): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value > utilizationRange.above && value <= utilizationRange.most) return value;
  problems.push(
    `vllm.gpu-memory-utilization "${text}" is not a share of a GPU: use a number above 0 and up to 1, such as 0.9`,
  );
  return undefined;
}

/** A value as text; undefined where it is none that a flag can have. */
function plainText(value: unknown): string | undefined {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
    ? String(value)
    : undefined;
}

function keyOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : String(key);
}

function lineOf(node: unknown, lines: LineCounter): string {
  const range = isScalar(node) || isMap(node) ? node.range : undefined;
  return range ? `line ${lines.linePos(range[0]).line}: ` : '';
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}

/** More than these help nobody. */
const maxProblems = 10;

function refuse(reasons: readonly string[]): ReadConfig {
  const problems = reasons.slice(0, maxProblems).map((reason): Problem => ({
    code: 'ConfigInvalid',
    field,
    message: `${file} of ${field} ${colon(reason)}${reason}`,
  }));
  return { ok: false, problems };
}

function colon(reason: string): string {
  return /^(is|must) /.test(reason) ? '' : 'is wrong: ';
}
