import { parse } from 'yaml';
import type { TuningMethod } from '@kaito/crds';
import type { Problem } from '../problem.ts';
import { checkOutputFolder } from './output-folder.ts';
import { booleanOf, checkValues, modulesOf, numberOf } from './training-values.ts';

const field = 'tuning.config';
const file = 'training_config.yaml';

/** No configuration of a training is longer; a ConfigMap may be 1 MiB. */
const maxCharacters = 262_144;

/** Sections of `training_config` (KAITO docs, fine-tuning configuration). */
const sections = [
  'ModelConfig',
  'QuantizationConfig',
  'LoraConfig',
  'TrainingArguments',
  'DatasetConfig',
  'DataCollator',
] as const;
type Section = (typeof sections)[number];

type Fields = Readonly<Record<string, unknown>>;

/** What of a user's configuration decides more than the training itself. */
export interface TrainingConfig {
  /** Absolute path of the folder for the result; undefined when it says nothing. */
  readonly outputFolder?: string;
  /** Bits of a weight while training; undefined for the model's own. */
  readonly bits?: 4 | 8;
  /** Rank of the adapter. */
  readonly rank?: number;
  /** How many modules of each layer are tuned; undefined: those that PEFT knows for the model. */
  readonly targetModules?: number;
  /** Examples that a GPU takes at once. */
  readonly batchSize?: number;
  /** Tokens of an example. */
  readonly sequenceLength?: number;
  /** Activations are computed again instead of kept. */
  readonly gradientCheckpointing?: boolean;
  /** What it computes in. */
  readonly precision?: 'bfloat16' | 'float16' | 'float32';
  /** When it saves checkpoints; undefined when it says nothing. */
  readonly saves?: 'no' | 'steps' | 'epoch' | 'best';
}

/** What the text says, or everything that is wrong with it. */
export type ReadTrainingConfig =
  | { readonly ok: true; readonly config: TrainingConfig }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Reads the text of `training_config.yaml` as the trainer will: by YAML 1.1, in which `yes` is true. Never throws.
 *
 * @param method decides whether the weights must be quantised
 */
export function readTrainingConfig(text: string, method: TuningMethod): ReadTrainingConfig {
  const content = parseYaml(text);
  if (!content.ok) return refuse([content.reason]);
  const top = isFields(content.value) ? content.value['training_config'] : undefined;
  if (!isFields(top)) return refuse(['training_config must be a map of sections, such as TrainingArguments']);
  const folder = checkOutputFolder(sectionOf(top, 'TrainingArguments')['output_dir']);
  const bits = checkBits(sectionOf(top, 'QuantizationConfig'), method);
  const values = sections.flatMap(name => checkValues(name, sectionOf(top, name)));
  const reasons = [...checkSections(top), ...folder.reasons, ...bits.reasons, ...values];
  if (reasons.length > 0) return refuse(reasons);
  return {
    ok: true,
    config: defined({ outputFolder: folder.path, bits: bits.bits, ...memoryOf(top), ...habitsOf(top) }),
  };
}

/** What memory depends on. */
function memoryOf(config: Fields): Partialized<TrainingConfig> {
  const lora = sectionOf(config, 'LoraConfig');
  const training = sectionOf(config, 'TrainingArguments');
  return {
    rank: numberOf(lora['r']),
    targetModules: modulesOf(lora['target_modules'])?.length,
    batchSize: numberOf(training['per_device_train_batch_size']),
    // TRL called it max_seq_length before version 0.13.
    sequenceLength: numberOf(training['max_length'] ?? training['max_seq_length']),
    gradientCheckpointing: booleanOf(training['gradient_checkpointing']),
  };
}

function habitsOf(config: Fields): Partialized<TrainingConfig> {
  const dtype = sectionOf(config, 'ModelConfig')['torch_dtype'];
  const strategy = sectionOf(config, 'TrainingArguments')['save_strategy'];
  return {
    precision: (['bfloat16', 'float16', 'float32'] as const).find(known => known === dtype),
    saves: (['no', 'steps', 'epoch', 'best'] as const).find(known => known === strategy),
  };
}

type Partialized<T> = { readonly [K in keyof T]?: T[K] | undefined };

function defined(config: Partialized<TrainingConfig>): TrainingConfig {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}

type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: string };

function parseYaml(text: string): Parsed {
  if (text.length > maxCharacters) return { ok: false, reason: `it is longer than ${maxCharacters} characters` };
  try {
    return { ok: true, value: parse(text, { version: '1.1', logLevel: 'error', maxAliasCount: 100 }) as unknown };
  } catch (error) {
    // The parser names line and column, and shows the text below.
    const [first = ''] = (error instanceof Object && 'message' in error ? String(error.message) : '').split('\n', 1);
    return { ok: false, reason: `it is no YAML: ${first.replace(/:$/, '')}` };
  }
}

function checkSections(config: Fields): readonly string[] {
  const unknown = Object.keys(config).filter(name => !sections.some(section => section === name));
  const flat = sections.filter(name => config[name] !== undefined && config[name] !== null && !isFields(config[name]));
  return [
    ...unknown.map(name => `training_config.${shown(name)} is not a section: use ${sections.join(', ')}`),
    ...flat.map(name => `training_config.${name} must be a map`),
  ];
}

function checkBits(
  config: Fields,
  method: TuningMethod,
): { readonly bits?: 4 | 8; readonly reasons: readonly string[] } {
  const keys = ['load_in_4bit', 'load_in_8bit'] as const;
  const odd = keys.filter(key => !['boolean', 'undefined'].includes(typeof (config[key] ?? undefined)));
  if (odd.length > 0) return { reasons: odd.map(key => `QuantizationConfig.${key} must be true or false`) };
  const [four, eight] = keys.map(key => config[key] === true);
  if (four && eight) {
    return { reasons: ['QuantizationConfig has load_in_4bit and load_in_8bit both true: keep one of them'] };
  }
  const quantised = four === true || eight === true;
  if (method === 'lora' && quantised) {
    const advice = 'leave load_in_4bit and load_in_8bit out, or set tuning.method to qlora';
    return { reasons: [`QuantizationConfig quantises the weights, but tuning.method is lora: ${advice}`] };
  }
  if (method === 'qlora' && !quantised) {
    const advice = 'set QuantizationConfig.load_in_4bit or load_in_8bit to true';
    return { reasons: [`the weights are not quantised, but tuning.method is qlora: ${advice}`] };
  }
  if (!quantised) return { reasons: [] };
  return { bits: four === true ? 4 : 8, reasons: [] };
}

function sectionOf(config: Fields, name: Section): Fields {
  const section = config[name];
  return isFields(section) ? section : {};
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As much of a key as a message shows. */
const maxShown = 60;

function shown(name: string): string {
  return name.length > maxShown ? `${name.slice(0, maxShown)}…` : name;
}

/** More than these help nobody. */
const maxProblems = 10;

function refuse(reasons: readonly string[]): ReadTrainingConfig {
  const problems = reasons
    .slice(0, maxProblems)
    .map((reason): Problem => ({ code: 'ConfigInvalid', field, message: `${file} of ${field} is wrong: ${reason}` }));
  return { ok: false, problems };
}
