import { assert, json, oneof, property, string } from 'fast-check';
import type { TuningMethod } from '@kaito/crds';
import { readTrainingConfig } from './training-config.ts';

const config = (...lines: readonly string[]) => ['training_config:', ...lines.map(line => `  ${line}`)].join('\n');

const reasons = (text: string, method: TuningMethod = 'lora') => {
  const read = readTrainingConfig(text, method);
  return read.ok ? [] : read.problems.map(({ message }) => message);
};

test('reads a folder and the bits of a weight', () => {
  const text = config(
    'ModelConfig: { torch_dtype: bfloat16 }',
    'QuantizationConfig: { load_in_4bit: yes, bnb_4bit_quant_type: nf4 }',
    'LoraConfig: { r: 8 }',
    'TrainingArguments: { output_dir: results/one }',
    'DatasetConfig:',
    'DataCollator: { mlm: true }',
  );
  expect(readTrainingConfig(text, 'qlora')).toEqual({
    ok: true,
    config: { outputFolder: '/mnt/results/one', bits: 4, rank: 8, precision: 'bfloat16' },
  });
  const eight = config('QuantizationConfig: { load_in_8bit: true, load_in_4bit: null }');
  expect(readTrainingConfig(eight, 'qlora')).toEqual({ ok: true, config: { bits: 8 } });
  expect(readTrainingConfig(config('LoraConfig: {}'), 'lora')).toEqual({ ok: true, config: {} });
});

test.each<[what: string, text: string, method: TuningMethod, message: string]>([
  ['no text', '', 'lora', 'training_config must be a map of sections'],
  ['a list', '- a', 'lora', 'training_config must be a map of sections'],
  ['sections that are a list', 'training_config: [a]', 'lora', 'training_config must be a map of sections'],
  ['no YAML', 'training_config: {', 'lora', 'it is no YAML'],
  ['a key twice', config('LoraConfig: {}', 'LoraConfig: {}'), 'lora', 'Map keys must be unique'],
  ['an unknown section', config('Lora: {}'), 'lora', 'training_config.Lora is not a section: use ModelConfig, Quant'],
  ['a section that is a word', config('LoraConfig: eight'), 'lora', 'training_config.LoraConfig must be a map'],
  [
    'bits in words',
    config('QuantizationConfig: { load_in_4bit: "true" }'),
    'qlora',
    'load_in_4bit must be true or false',
  ],
  [
    'both bits',
    config('QuantizationConfig: { load_in_4bit: true, load_in_8bit: true }'),
    'qlora',
    'both true: keep one',
  ],
  ['lora with bits', config('QuantizationConfig: { load_in_8bit: true }'), 'lora', 'or set tuning.method to qlora'],
  [
    'qlora without bits',
    config('QuantizationConfig: { load_in_4bit: false }'),
    'qlora',
    'set QuantizationConfig.load_in',
  ],
  ['qlora without the section', config('LoraConfig: {}'), 'qlora', 'set QuantizationConfig.load_in_4bit'],
  ['a folder that is a number', config('TrainingArguments: { output_dir: 5 }'), 'lora', 'output_dir must be a text'],
])('refuses %s', (_what, text, method, message) => {
  const found = reasons(text, method);
  expect(found.filter(reason => reason.includes(message))).toHaveLength(1);
  expect(found.every(reason => reason.startsWith('training_config.yaml of tuning.config is wrong: '))).toBe(true);
});

test.each(['/mnt', '/mnt/', '.', '..', '../etc', '/etc', '/mnt/../etc', '/mntx', '../mntx', 'a/../..', '/mnt/a\\0b'])(
  'the folder %s is not below /mnt',
  folder => {
    const text = config(`TrainingArguments: { output_dir: "${folder}" }`);
    expect(reasons(text)).toEqual([expect.stringContaining('must be a folder below /mnt, such as /mnt/results')]);
  },
);

test.each(['/mnt/data', 'data/x', '/mnt/x/../config'])('the folder %s is taken', folder => {
  const text = config(`TrainingArguments: { output_dir: ${folder} }`);
  expect(reasons(text)).toEqual([expect.stringContaining('which is mounted for something else')]);
});

test('reads what memory depends on, numbers in quotes too', () => {
  const text = config(
    'LoraConfig: { r: "64", target_modules: [q_proj, v_proj] }',
    'TrainingArguments: { per_device_train_batch_size: 4, max_seq_length: 512, gradient_checkpointing: yes, save_strategy: "no" }',
  );
  expect(readTrainingConfig(text, 'lora')).toEqual({
    ok: true,
    config: {
      rank: 64,
      targetModules: 2,
      batchSize: 4,
      sequenceLength: 512,
      gradientCheckpointing: true,
      saves: 'no',
    },
  });
});

test.each<[setting: string, message: string]>([
  ['LoraConfig: { r: 0 }', 'LoraConfig.r 0 must be a whole number of at least 1'],
  ['LoraConfig: { r: many }', 'LoraConfig.r "many" must be a whole number'],
  ['LoraConfig: { lora_dropout: 1.5 }', 'a number of at least 0 and up to 1'],
  ['LoraConfig: { target_modules: all-linear }', 'a list of the names of modules, such as [q_proj, v_proj]'],
  ['LoraConfig: { target_modules: "q_proj,v_proj" }', 'a list of the names of modules'],
  ['TrainingArguments: { per_device_train_batch_size: 1.5 }', 'must be a whole number of at least 1'],
  ['TrainingArguments: { learning_rate: fast }', 'must be a number of at least 0'],
  ['TrainingArguments: { save_strategy: no }', 'save_strategy false must be "no" in quotes, or one of no, steps'],
  ['TrainingArguments: { gradient_checkpointing: [] }', 'must be true or false'],
  ['ModelConfig: { torch_dtype: auto }', 'one of bfloat16, float16, float32'],
  ['DatasetConfig: { train_test_split: 0 }', 'a number above 0 and up to 1'],
])('refuses %s', (setting, message) => {
  expect(reasons(config(setting))).toEqual([expect.stringContaining(message)]);
});

test('tells everything that is wrong at once, but no more than a reader can take', () => {
  const many = config(...Array.from({ length: 50 }, (_, index) => `Section${index}: {}`));
  expect(reasons(many)).toHaveLength(10);
  const three = config(
    'Lora: {}',
    'TrainingArguments: { output_dir: /etc }',
    'QuantizationConfig: { load_in_4bit: 1 }',
  );
  expect(reasons(three)).toHaveLength(3);
});

test('stands what was written to harm it', () => {
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
    .concat(
      'bcdefghi'
        .split('')
        .map((name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcdefgh'[index]}`).join(', ')}]`),
    )
    .join('\n');
  expect(reasons(bomb)).toHaveLength(1);
  expect(reasons('x'.repeat(300_000))).toEqual([expect.stringContaining('longer than 262144 characters')]);
  expect(reasons(config('__proto__: { polluted: true }', 'constructor: {}')).length).toBeGreaterThan(0);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  assert(
    property(oneof(string(), json()), text => {
      for (const method of ['lora', 'qlora'] as const)
        expect(typeof readTrainingConfig(text, method).ok).toBe('boolean');
    }),
  );
});
