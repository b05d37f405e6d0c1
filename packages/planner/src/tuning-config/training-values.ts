/** What a setting of a training must be. The trainer gets each as a flag, so that a number in quotes is one too. */
interface Kind {
  readonly fits: (value: unknown) => boolean;
  /** What would be accepted. */
  readonly wanted: string;
}

const boolean: Kind = { fits: value => booleanOf(value) !== undefined, wanted: 'true or false' };

const modules: Kind = {
  fits: value => modulesOf(value) !== undefined,
  wanted: 'a list of the names of modules, such as [q_proj, v_proj]',
};

function choice(...words: readonly string[]): Kind {
  return { fits: value => words.some(word => word === value), wanted: `one of ${words.join(', ')}` };
}

function whole(least: number): Kind {
  const fits = (value: unknown) => Number.isInteger(numberOf(value)) && Number(value) >= least;
  return { fits, wanted: `a whole number of at least ${least}` };
}

const positive = whole(1);
const amount: Kind = { fits: value => (numberOf(value) ?? -1) >= 0, wanted: 'a number of at least 0' };
const aboveZero: Kind = { fits: value => (numberOf(value) ?? 0) > 0, wanted: 'a number above 0' };
const share: Kind = {
  fits: value => amount.fits(value) && Number(value) <= 1,
  wanted: 'a number of at least 0 and up to 1',
};
const shareAboveZero: Kind = {
  fits: value => aboveZero.fits(value) && Number(value) <= 1,
  wanted: 'a number above 0 and up to 1',
};

/**
 * The settings that trainings are made or broken by; the trainer checks the others. PEFT, `LoraConfig`; transformers, `TrainingArguments`;
 * TRL, `SFTConfig`; KAITO, presets/workspace/tuning/text-generation/cli.py.
 */
const kinds: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  ModelConfig: {
    torch_dtype: choice('bfloat16', 'float16', 'float32'),
    local_files_only: boolean,
    trust_remote_code: boolean,
  },
  LoraConfig: { r: positive, lora_alpha: aboveZero, lora_dropout: share, target_modules: modules },
  TrainingArguments: {
    per_device_train_batch_size: positive,
    gradient_accumulation_steps: positive,
    gradient_checkpointing: boolean,
    max_length: positive,
    max_seq_length: positive,
    max_steps: whole(-1),
    num_train_epochs: aboveZero,
    learning_rate: amount,
    weight_decay: amount,
    warmup_ratio: share,
    bf16: boolean,
    fp16: boolean,
    packing: boolean,
    ddp_find_unused_parameters: boolean,
    save_strategy: choice('no', 'steps', 'epoch', 'best'),
    save_steps: aboveZero,
    save_total_limit: positive,
    logging_steps: aboveZero,
  },
  DataCollator: { mlm: boolean, mlm_probability: share },
  DatasetConfig: { shuffle_dataset: boolean, shuffle_seed: whole(0), train_test_split: shareAboveZero },
};

type Fields = Readonly<Record<string, unknown>>;

/** What is wrong with the values of a section of `training_config`, a clause each; empty where nothing is. */
export function checkValues(section: string, fields: Fields): readonly string[] {
  return Object.entries(kinds[section] ?? {}).flatMap(([key, kind]) => {
    const value = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (value === undefined || value === null || kind.fits(value)) return [];
    // YAML reads a bare `no` as false.
    const quotes = value === false && kind.fits('no') ? '"no" in quotes, or ' : '';
    return [`${section}.${key} ${shown(value)} must be ${quotes}${kind.wanted}`];
  });
}

/** The number that a value means; undefined where it means none. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** Words for true and false (transformers, `string_to_bool`). */
const words: Readonly<Record<string, boolean>> = {
  ...Object.fromEntries(['yes', 'true', 't', 'y', '1'].map(word => [word, true])),
  ...Object.fromEntries(['no', 'false', 'f', 'n', '0'].map(word => [word, false])),
};

/** Whether a value means true or false; undefined where it means neither. */
export function booleanOf(value: unknown): boolean | undefined {
  const isWord = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  const word = isWord ? String(value).toLowerCase() : '';
  return Object.hasOwn(words, word) ? words[word] : undefined;
}

/** The names of the modules to tune; undefined where the value names none. */
export function modulesOf(value: unknown): readonly string[] | undefined {
  const names: readonly unknown[] = Array.isArray(value) ? value : [value];
  // PEFT reads `all-linear` only where it is no list, and the trainer always gives it a list.
  return names.length > 0 && names.every(isModuleName) && !names.includes('all-linear') ? names : undefined;
}

function isModuleName(name: unknown): name is string {
  return typeof name === 'string' && /^[\w.*-]+$/.test(name);
}

/** As much of a value as a message shows. */
const maxShown = 40;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  return text.length > maxShown ? `${text.slice(0, maxShown)}…` : text;
}
