import { Document, isMap, isScalar, parseDocument, stringify, visit, type YAMLMap } from 'yaml';
import type { TuningMethod } from '@kaito/crds';
import { defaultTraining } from '../fit/tuning-fit.ts';
import { checkOutputFolder } from './output-folder.ts';

/** What the settings of a training depend on beside the user. */
export interface TrainingCircumstances {
  readonly method: TuningMethod;
  /** Whether the GPUs compute in bfloat16. */
  readonly bfloat16: boolean;
  /** Whether what is saved outlives the pod, so that another can go on from it. */
  readonly checkpoints: boolean;
}

/** Where results go unless the user says otherwise (KAITO v0.12, charts/kaito/workspace, lora-params). */
export const defaultOutputFolder = '/mnt/results';

/** So many steps are lost at most with a node, and so many lie between two lines of progress (of which TRL has the default 10). */
const stepsBetween = { saves: 50, logs: 10 } as const;

/** With two of them, one that was cut off in the middle leaves one to go on from. */
const checkpointsKept = 2;

type Fields = Readonly<Record<string, unknown>>;

/**
 * The text of `training_config.yaml` that the trainer gets: KAITO's defaults, or the user's own text with its comments, in which nothing
 * is changed that it says. Added is where results go and how often progress is told, and how often it saves where that is of use; left
 * out are settings without a value, which the trainer would read as the word None. Deterministic.
 *
 * @param userText undefined for the defaults; one that `readTrainingConfig` refuses comes back as it is
 */
export function effectiveTrainingConfig(userText: string | undefined, circumstances: TrainingCircumstances): string {
  if (userText === undefined) return stringify(defaults(circumstances), options);
  const document = readableDocument(userText);
  if (!document) return userText;
  dropEmpty(document);
  const section = fieldsOf(fieldsOf(document.toJS())?.['training_config'])?.['TrainingArguments'];
  const added = additions(fieldsOf(section) ?? {}, circumstances.checkpoints);
  if (section === undefined) document.setIn(trainingArguments, document.createNode(added));
  else for (const [key, value] of Object.entries(added)) document.setIn([...trainingArguments, key], value);
  return document.toString(options);
}

/** Where the settings of the trainer itself stand. */
const trainingArguments = ['training_config', 'TrainingArguments'] as const;

/** The trainer reads YAML 1.1, in which a bare `no` is false: such words are written in quotes. */
const version = '1.1';
const options = { lineWidth: 0, version } as const;

/** Undefined for what `readTrainingConfig` refuses. */
function readableDocument(text: string): Document | undefined {
  const document = parseDocument(text, { version, logLevel: 'error' });
  if (document.errors.length > 0) return undefined;
  const written = hasAliases(document) ? withoutAliases(document) : document;
  const sections = written?.getIn(['training_config']);
  const isSound = isMap(sections) && (sections.get('TrainingArguments') === undefined || isSection(sections));
  return isSound ? written : undefined;
}

function isSection(sections: YAMLMap): boolean {
  const section: unknown = sections.get('TrainingArguments');
  return section === null || isMap(section);
}

function hasAliases(document: Document): boolean {
  let found = false;
  visit(document, {
    Alias: () => {
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}

/** More of them than any configuration has; what has more is made to harm. */
const maxAliasCount = 100;

/** What a text says once and means twice is written out, since a change at one place would be one at the other too. */
function withoutAliases(document: Document): Document | undefined {
  try {
    return new Document(document.toJS({ maxAliasCount }), { version, aliasDuplicateObjects: false });
  } catch {
    // Refused by `readTrainingConfig`, in the parser's words.
    return undefined;
  }
}

/** Takes settings and sections without a value out. */
function dropEmpty(document: Document): void {
  visit(document, {
    Pair: (_, { value }) => (value === null || (isScalar(value) && value.value === null) ? visit.REMOVE : undefined),
  });
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

/** What the section `TrainingArguments` lacks. */
function additions(said: Fields, checkpoints: boolean): Fields {
  const folder = checkOutputFolder(said['output_dir']).path ?? defaultOutputFolder;
  const saving = { save_strategy: 'steps', save_steps: stepsBetween.saves, save_total_limit: checkpointsKept };
  const wanted = {
    logging_steps: stepsBetween.logs,
    ...(checkpoints && said['save_strategy'] === undefined && saving),
  };
  const missing = Object.entries(wanted).filter(([key]) => said[key] === undefined);
  // The trainer would look for a relative folder where its own code is.
  return { ...(said['output_dir'] !== folder && { output_dir: folder }), ...Object.fromEntries(missing) };
}

/** KAITO v0.12, charts/kaito/workspace/templates/lora-params.yaml and qlora-params.yaml. */
function defaults({ method, bfloat16, checkpoints }: TrainingCircumstances): Fields {
  const dtype = bfloat16 ? 'bfloat16' : 'float16';
  const training = {
    output_dir: defaultOutputFolder,
    ddp_find_unused_parameters: false,
    per_device_train_batch_size: defaultTraining.batchSize,
    // TRL trains in bfloat16 unless it is told otherwise.
    ...(!bfloat16 && { fp16: true }),
    ...(!checkpoints && { save_strategy: 'no' }),
  };
  const quantised = {
    load_in_4bit: true,
    bnb_4bit_quant_type: 'nf4',
    bnb_4bit_compute_dtype: dtype,
    bnb_4bit_use_double_quant: true,
  };
  return {
    training_config: {
      ModelConfig: { torch_dtype: dtype, local_files_only: true, device_map: 'auto' },
      QuantizationConfig: method === 'qlora' ? quantised : { load_in_4bit: false },
      LoraConfig: { r: defaultTraining.rank, lora_alpha: 8, lora_dropout: 0 },
      TrainingArguments: { ...training, ...additions(training, checkpoints) },
      DataCollator: { mlm: true },
      DatasetConfig: { shuffle_dataset: true, train_test_split: 1 },
    },
  };
}
