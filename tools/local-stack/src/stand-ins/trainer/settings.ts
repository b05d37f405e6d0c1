import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { knownOptions } from './known-options.ts';
import { outOfMemory, TrainerError } from './trainer-error.ts';

/** What of training_config.yaml the stand-in goes by. */
export interface TrainingSettings {
  /** As it stands in the file. */
  readonly text: string;
  readonly outputFolder: string;
  readonly steps: number;
  /** Steps between two checkpoints; undefined for none. */
  readonly saveEvery: number | undefined;
  /** How many checkpoints are kept; undefined for all. */
  readonly keep: number | undefined;
  readonly logEvery: number;
  readonly rank: number;
  readonly alpha: number;
  readonly targetModules: readonly string[];
  /** Columns that the data must have. */
  readonly columns: readonly string[];
  /** Where the data is, below /mnt; undefined: the first file that looks like data. */
  readonly dataPath: string | undefined;
  readonly dataExtension: string | undefined;
}

/** Without max_steps a real training takes hours: that of the stand-in is as long as this. */
const DEFAULT_STEPS = 20;
/** What no GPU has the memory for. */
const TOO_MANY = 512;

type Section = Readonly<Record<string, unknown>>;

/** @throws TrainerError in the words of the real parsers; it is out of memory where the batches are huge. */
export function readSettings(file: string, env: NodeJS.ProcessEnv): TrainingSettings {
  const text = readFileSync(file, 'utf8');
  const top: unknown = parse(text, { version: '1.1' });
  const config = section(section(top)['training_config']);
  for (const [name, known] of Object.entries(knownOptions)) checkOptions(section(config[name]), known);
  const [training, lora, data] = ['TrainingArguments', 'LoraConfig', 'DatasetConfig'].map(name =>
    section(config[name]),
  );
  if (number(training, 'per_device_train_batch_size', 8) >= TOO_MANY) throw outOfMemory();
  return {
    text,
    outputFolder: word(training, 'output_dir') ?? '/mnt/results',
    ...pace(training, env),
    rank: number(lora, 'r', 8),
    alpha: number(lora, 'lora_alpha', 8),
    targetModules: targetModules(lora, env),
    columns: ['context_column', 'response_column', 'messages_column'].flatMap(name => word(data, name) ?? []),
    dataPath: word(data, 'dataset_path'),
    dataExtension: word(data, 'dataset_extension'),
  };
}

/** A run that is shortened saves and logs sooner, too. */
function pace(
  training: Section | undefined,
  env: NodeJS.ProcessEnv,
): Pick<TrainingSettings, 'steps' | 'saveEvery' | 'keep' | 'logEvery'> {
  const told = number(training, 'max_steps', -1);
  const steps = told > 0 ? told : Number(env['STEPS'] ?? DEFAULT_STEPS);
  const most = (part: number): number => (told > 0 ? Infinity : Math.max(1, Math.floor(steps / part)));
  // YAML 1.1 has false for a bare `no`.
  const strategy = JSON.stringify(training?.['save_strategy'] ?? 'steps').replaceAll('"', '');
  const every = number(training, 'save_steps', 500);
  const inSteps = every < 1 ? Math.max(1, Math.floor(every * steps)) : every;
  const saves = { no: undefined, false: undefined, epoch: Math.ceil(steps / 3) }[strategy];
  const saveEvery = strategy === 'steps' ? Math.min(inSteps, most(4)) : saves;
  const keep = number(training, 'save_total_limit', 0);
  return {
    steps,
    saveEvery,
    keep: keep > 0 ? keep : undefined,
    logEvery: Math.min(Math.max(1, number(training, 'logging_steps', 500)), most(10)),
  };
}

function checkOptions(options: Section, known: ReadonlySet<string>): void {
  const unknown = Object.entries(options).filter(([name]) => !known.has(name));
  if (unknown.length === 0) return;
  const shown = unknown.flatMap(([name, value]) => [`'--${name}'`, `'${String(value)}'`]).join(', ');
  throw new TrainerError(`Some specified arguments are not used by the HfArgumentParser: [${shown}]`);
}

/** Parts of the layers of usual models that LoRA can be put on. */
const MODULES = new Set(
  `q_proj k_proj v_proj o_proj gate_proj up_proj down_proj qkv_proj gate_up_proj query_key_value dense dense_h_to_4h dense_4h_to_h Wqkv
  out_proj fc1 fc2 c_attn c_proj c_fc lm_head embed_tokens all-linear`.split(/\s+/),
);

function targetModules(lora: Section | undefined, env: NodeJS.ProcessEnv): readonly string[] {
  const named = lora?.['target_modules'] ?? env['DEFAULT_TARGET_MODULES']?.split(',').map(name => name.trim());
  const modules = (Array.isArray(named) ? named : [named ?? []].flat()).map(String).filter(name => name !== '');
  if (modules.length > 0 && !modules.some(name => MODULES.has(name))) {
    const shown = modules.map(name => `'${name}'`).join(', ');
    throw new TrainerError(
      `Target modules {${shown}} not found in the base model. Please check the target modules and try again.`,
    );
  }
  return modules;
}

function section(value: unknown): Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function word(options: Section | undefined, name: string): string | undefined {
  const value = options?.[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** @throws TrainerError as argparse puts it. */
function number(options: Section | undefined, name: string, otherwise: number): number {
  const value = options?.[name] ?? otherwise;
  if (Number.isFinite(Number(value))) return Number(value);
  throw new TrainerError(`fine_tuning.py: error: argument --${name}: invalid value: ${JSON.stringify(value)}`, {
    kind: 'SystemExit',
  });
}
