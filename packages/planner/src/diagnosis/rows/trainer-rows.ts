import type { DiagnosisRow } from '../diagnosis.ts';

const KAITO = 'kaito-project/kaito, presets/workspace/tuning/text-generation';
const CONFIG = 'in the ConfigMap of tuning.config (key training_config.yaml)';
/** The container that wrote the log. */
const trainer = ['trainer'];

const FIT = `set a smaller per_device_train_batch_size (with gradient_accumulation_steps for the same effect), gradient_checkpointing: true or a smaller max_length ${CONFIG}; or choose an instance type with more GPU memory, or tune by qlora, in a new workspace`;

/** What a trainer says in its log, before what servers say in the same words. */
export const trainerRows: readonly DiagnosisRow[] = [
  {
    cause: 'GpuOutOfMemory',
    places: ['log'],
    codes: trainer,
    pattern:
      /CUDA out of memory\. Tried to allocate (?<asked>[\d.]+ [KMG]iB)\. GPU (?<gpu>\d+) has a total capacity of (?<total>[\d.]+ [KMG]iB)/,
    mover: 'user',
    message: 'the training does not fit: GPU {gpu} ({total}) had no room for {asked} more',
    nextStep: FIT,
    source: 'pytorch/pytorch, c10/cuda/CUDACachingAllocator.cpp',
    example: {
      code: 'trainer',
      text: 'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 15.77 GiB of which 1.20 GiB is free. Including non-PyTorch memory, this process has 14.57 GiB memory in use.',
    },
  },
  {
    cause: 'GpuOutOfMemory',
    places: ['log'],
    codes: trainer,
    pattern: /CUDA out of memory|CUDA error: out of memory|torch\.(?:cuda\.)?OutOfMemoryError/,
    mover: 'user',
    message: 'the training does not fit into the GPU memory',
    nextStep: FIT,
    source: 'pytorch/pytorch, c10/cuda/CUDACachingAllocator.cpp',
    example: { code: 'trainer', text: 'RuntimeError: CUDA error: out of memory' },
  },
  {
    cause: 'DataColumnMissing',
    places: ['log'],
    codes: trainer,
    pattern:
      /Column '(?<column>[^']{1,100})' does not exist in the dataset\. Available columns: (?<columns>\[[^\]]{0,500}\])/,
    mover: 'user',
    message: 'the data set has no column "{column}"; it has {columns}',
    nextStep:
      'give each example messages (a chat in the form of OpenAI), prompt and completion, or text; then delete the workspace and apply it again',
    source: `${KAITO}/dataset.py; Kaito, train.py; TRL docs, "Dataset formats"`,
    example: {
      code: 'trainer',
      text: "ValueError: Column 'text' does not exist in the dataset. Available columns: ['answer', 'question']; use messages, prompt and completion, or text",
    },
  },
  {
    cause: 'DataColumnMissing',
    places: ['log'],
    codes: trainer,
    pattern:
      /KeyError: (?:None|'(?:text|messages|prompt|completion)')|you didn't pass a `dataset_text_field` or `formatting_func` argument/,
    mover: 'user',
    message: 'the data set has no column that can be trained from',
    nextStep:
      'give each example messages (a chat in the form of OpenAI), prompt and completion, or text; then delete the workspace and apply it again',
    source: 'huggingface/trl, trl/trainer/sft_trainer.py',
    example: { code: 'trainer', text: 'KeyError: None' },
  },
  {
    cause: 'DataUnreadable',
    places: ['log'],
    codes: trainer,
    pattern: /Unable to load dataset (?<file>\S+) with file type '(?<type>[^']*)'/,
    mover: 'user',
    message: 'the file {file} cannot be read as {type}',
    nextStep: `check that it is what its name says (csv, json lines, parquet or arrow), or name the right one ${CONFIG}: DatasetConfig.dataset_path and dataset_extension`,
    source: `${KAITO}/dataset.py`,
    example: {
      code: 'trainer',
      text: "ValueError: Unable to load dataset /mnt/data/data.json with file type 'json'",
    },
  },
  {
    cause: 'DataMissing',
    places: ['log'],
    codes: trainer,
    pattern: /Unable to find a valid dataset file/,
    mover: 'user',
    message: 'no file of the data has a name that the trainer knows',
    nextStep:
      'name the file after what it is, with csv, json, parquet or arrow in the name, such as data.parquet: the trainer takes the first such file',
    source: `${KAITO}/dataset.py`,
    example: { code: 'trainer', text: 'ValueError: Unable to find a valid dataset file.' },
  },
  {
    cause: 'TargetModulesMissing',
    places: ['log'],
    codes: trainer,
    pattern: /Target modules (?<modules>.{1,200}?) not found in the base model/s,
    mover: 'user',
    message: 'the model has no modules {modules}',
    nextStep: `correct LoraConfig.target_modules ${CONFIG}, or leave it out`,
    source: 'huggingface/peft, src/peft/tuners/tuners_utils.py',
    example: {
      code: 'trainer',
      text: "ValueError: Target modules {'q_projection'} not found in the base model. Please check the target modules and try again.",
    },
  },
  {
    cause: 'TargetModulesMissing',
    places: ['log'],
    codes: trainer,
    pattern:
      /Please specify `target_modules` in `peft_config`|Applying a PEFT adapter to `(?<module>[\w.]+)` is not supported/,
    mover: 'user',
    message: 'the modules to tune are not named, or cannot be tuned',
    nextStep: `name modules of the model's layers ${CONFIG}: LoraConfig.target_modules, such as [q_proj, k_proj, v_proj, o_proj]`,
    source: 'huggingface/peft, src/peft/tuners/lora/model.py; huggingface/trl, trl/trainer/sft_trainer.py',
    example: { code: 'trainer', text: 'ValueError: Please specify `target_modules` in `peft_config`' },
  },
  {
    cause: 'TrainingOptionUnknown',
    places: ['log'],
    codes: trainer,
    pattern: /Some specified arguments are not used by the HfArgumentParser: \[(?<options>[^\]]{1,300})\]/,
    mover: 'user',
    message: 'the trainer does not know these settings: {options}',
    nextStep: `take them out, or correct their names, ${CONFIG}; each belongs below the section that it is of`,
    source: 'huggingface/transformers, src/transformers/hf_argparser.py',
    example: {
      code: 'trainer',
      text: "ValueError: Some specified arguments are not used by the HfArgumentParser: ['--learning_speed', '0.1']",
    },
  },
  {
    cause: 'TrainingOptionInvalid',
    places: ['log'],
    codes: trainer,
    pattern: /error: argument --(?<option>\w+)[^\s:]{0,100}: (?<why>(?:invalid|expected|not allowed)[^\n]{1,200})/,
    mover: 'user',
    message: 'the trainer does not take the value of {option}: {why}',
    nextStep: `correct the setting ${CONFIG}`,
    source: 'Python docs, argparse',
    example: {
      code: 'trainer',
      text: "fine_tuning.py: error: argument --max_steps/--max-steps: invalid int value: 'many'",
    },
  },
  {
    cause: 'TrainingOptionInvalid',
    places: ['log'],
    codes: trainer,
    pattern:
      /ValueError: (?<why>(?:\S+ is not a valid \w+, please select one of|Invalid torch dtype|Train\/Test split needs to be|--load_best_model_at_end requires)[^\n]{0,300})/,
    mover: 'user',
    message: 'the trainer does not take a setting: {why}',
    nextStep: `correct the setting ${CONFIG}`,
    source: `huggingface/transformers, src/transformers/training_args.py; ${KAITO}/cli.py`,
    example: {
      code: 'trainer',
      text: "ValueError: sometimes is not a valid SaveStrategy, please select one of ['no', 'steps', 'epoch', 'best']",
    },
  },
  {
    cause: 'ResultsNotWritable',
    places: ['log'],
    codes: trainer,
    pattern: /PermissionError: \[Errno 13\] Permission denied: '(?<path>[^']{1,300})'/,
    mover: 'user',
    message: 'the trainer may not write {path}',
    nextStep:
      'let user 65534 write to the volume of tuning.output: by the owner of its folders, by its mount options, or by a storage class that sets the group (fsGroup)',
    source: 'Python docs, "Built-in Exceptions", PermissionError',
    example: {
      code: 'trainer',
      text: "PermissionError: [Errno 13] Permission denied: '/mnt/results/kaito-run.json.new'",
    },
  },
  {
    cause: 'ResultsFull',
    places: ['log'],
    codes: trainer,
    pattern: /No space left on device|Disk quota exceeded|enforce fail at inline_container/,
    mover: 'user',
    message: 'there is no room left for the results, or for the checkpoints beside them',
    nextStep: `enlarge the volume of tuning.output, or keep fewer checkpoints ${CONFIG}: TrainingArguments.save_total_limit`,
    source: 'Linux, errno ENOSPC and EDQUOT; pytorch/pytorch, caffe2/serialize/inline_container.cc',
    example: { code: 'trainer', text: "OSError: [Errno 28] No space left on device: '/mnt/results/checkpoint-50'" },
  },
];
