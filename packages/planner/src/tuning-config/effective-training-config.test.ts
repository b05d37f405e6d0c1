import { assert, json, oneof, property, string } from 'fast-check';
import { parse } from 'yaml';
import { effectiveTrainingConfig } from './effective-training-config.ts';
import { readTrainingConfig } from './training-config.ts';

const kept = { method: 'lora', bfloat16: true, checkpoints: true } as const;
const lost = { ...kept, checkpoints: false } as const;

/** As the trainer reads it: by YAML 1.1. */
function sectionsOf(text: string): Record<string, unknown> {
  const read: unknown = parse(text, { version: '1.1' });
  return read instanceof Object && 'training_config' in read ? Object(read.training_config) : {};
}

describe('the defaults', () => {
  it('are those of KAITO where nothing that is saved outlives the pod, with progress told often', () => {
    expect(sectionsOf(effectiveTrainingConfig(undefined, { ...lost, method: 'qlora' }))).toEqual({
      ModelConfig: { torch_dtype: 'bfloat16', local_files_only: true, device_map: 'auto' },
      QuantizationConfig: {
        load_in_4bit: true,
        bnb_4bit_quant_type: 'nf4',
        bnb_4bit_compute_dtype: 'bfloat16',
        bnb_4bit_use_double_quant: true,
      },
      LoraConfig: { r: 8, lora_alpha: 8, lora_dropout: 0 },
      TrainingArguments: {
        output_dir: '/mnt/results',
        ddp_find_unused_parameters: false,
        per_device_train_batch_size: 1,
        save_strategy: 'no',
        logging_steps: 10,
      },
      DataCollator: { mlm: true },
      DatasetConfig: { shuffle_dataset: true, train_test_split: 1 },
    });
  });

  it('save so that another pod can go on, where a volume keeps it', () => {
    const { TrainingArguments: training } = sectionsOf(effectiveTrainingConfig(undefined, kept));
    expect(training).toMatchObject({ save_strategy: 'steps', save_steps: 50, save_total_limit: 2 });
  });

  it('compute in float16 where the GPUs have no bfloat16', () => {
    const text = effectiveTrainingConfig(undefined, { ...kept, method: 'qlora', bfloat16: false });
    expect(text).not.toContain('bfloat16');
    expect(sectionsOf(text)['TrainingArguments']).toMatchObject({ fp16: true });
  });

  it.each(['lora', 'qlora'] as const)('of %s are found good', method => {
    for (const checkpoints of [true, false]) {
      const text = effectiveTrainingConfig(undefined, { method, bfloat16: true, checkpoints });
      expect(readTrainingConfig(text, method)).toMatchObject({ ok: true, config: { outputFolder: '/mnt/results' } });
    }
  });
});

describe("a user's text", () => {
  const text = `# mine
training_config:
  # small
  LoraConfig:
    r: 4
  TrainingArguments:
    learning_rate: 1e-4
    num_train_epochs: 2 # enough
    run_name: "no"
`;

  it('stands as it is, with its comments, and gets what it lacks', () => {
    expect(effectiveTrainingConfig(text, kept)).toBe(`${text}    output_dir: /mnt/results
    logging_steps: 10
    save_strategy: steps
    save_steps: 50
    save_total_limit: 2
`);
    expect(effectiveTrainingConfig(text, lost)).toBe(`${text}    output_dir: /mnt/results\n    logging_steps: 10\n`);
  });

  it.each(['"no"', 'epoch', 'steps'])('is not told when to save if it says %s', strategy => {
    const own = `${text}    save_strategy: ${strategy}\n    logging_steps: 1\n    output_dir: /mnt/out\n`;
    expect(effectiveTrainingConfig(own, kept)).toBe(own);
  });

  it('keeps the steps that it names', () => {
    const own = effectiveTrainingConfig(`${text}    save_steps: 7\n`, kept);
    expect(sectionsOf(own)['TrainingArguments']).toMatchObject({ save_steps: 7, save_strategy: 'steps' });
  });

  it('has its folder written out, which the trainer would look for elsewhere', () => {
    const own = effectiveTrainingConfig('training_config: { TrainingArguments: { output_dir: results/one } }', kept);
    expect(sectionsOf(own)['TrainingArguments']).toMatchObject({ output_dir: '/mnt/results/one' });
  });

  it('loses what has no value, which the trainer would read as a word', () => {
    const own = 'training_config:\n  LoraConfig:\n    r: 4\n    target_modules:\n  DatasetConfig:\n';
    expect(sectionsOf(effectiveTrainingConfig(own, lost))).toEqual({
      LoraConfig: { r: 4 },
      TrainingArguments: { output_dir: '/mnt/results', logging_steps: 10 },
    });
  });

  it('means the same at each place where it is meant', () => {
    const own = `
base: &base { per_device_train_batch_size: 2, bf16: yes }
training_config:
  TrainingArguments: { <<: *base, save_strategy: "no" }
  DataCollator: &none { mlm: false }
  DatasetConfig: *none
`;
    const read = sectionsOf(effectiveTrainingConfig(own, kept));
    expect(read['TrainingArguments']).toMatchObject({
      per_device_train_batch_size: 2,
      bf16: true,
      save_strategy: 'no',
    });
    expect(read['DatasetConfig']).toEqual({ mlm: false });
  });

  it('is the same each time, and has nothing added twice', () => {
    const once = effectiveTrainingConfig(text, kept);
    expect(effectiveTrainingConfig(text, kept)).toBe(once);
    expect(effectiveTrainingConfig(once, kept)).toBe(once);
  });

  it('comes back as it is where it cannot be read', () => {
    for (const odd of ['', '- a', '{', 'training_config: [1]', 'training_config: { TrainingArguments: many }']) {
      expect(effectiveTrainingConfig(odd, kept)).toBe(odd);
    }
    assert(property(oneof(string(), json()), odd => typeof effectiveTrainingConfig(odd, kept) === 'string'));
  });
});
