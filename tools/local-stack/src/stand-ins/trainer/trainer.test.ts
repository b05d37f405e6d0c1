import { jest } from '@jest/globals';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { standInVariables } from '../environment.ts';
import { standInWeights } from '../weights.ts';
import { runTrainer } from './run-trainer.ts';

let root: string;
let said: string[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'trainer-'));
  said = [];
  for (const stream of [process.stdout, process.stderr]) {
    jest.spyOn(stream, 'write').mockImplementation(text => {
      said.push(String(text));
      return true;
    });
  }
  for (const folder of ['data', 'weights', 'run']) mkdirSync(join(root, folder));
  for (const [name, content] of standInWeights('phi')) writeFileSync(join(root, 'weights', name), content);
  writeFileSync(join(root, 'data/rows.json'), '{"text":"a"}\n{"text":"b"}\n');
});

afterEach(() => {
  jest.restoreAllMocks();
  rmSync(root, { recursive: true });
});

const good = `training_config:
  LoraConfig: { r: 4, target_modules: [q_proj] }
  TrainingArguments: { output_dir: /mnt/results, max_steps: 10, save_steps: 3, save_total_limit: 2, logging_steps: 5 }
  DatasetConfig: { response_column: text }
`;

function train(config = good, { results = 'results', run = 'run-1' } = {}): Promise<number> {
  writeFileSync(join(root, 'config.yaml'), config);
  const paths = [
    { inside: '/mnt/results', outside: join(root, results) },
    { inside: '/workspace/weights', outside: join(root, 'weights') },
  ];
  return runTrainer({
    YAML_FILE_PATH: join(root, 'config.yaml'),
    DATASET_FOLDER_PATH: join(root, 'data'),
    RUN_DIR: join(root, 'run'),
    RUN_ID: run,
    STEP_MS: '0',
    [standInVariables.paths]: JSON.stringify(paths),
  });
}

const adapter = (results = 'results'): string => readFileSync(join(root, results, 'adapter_model.safetensors'), 'hex');

test('it tells how far it is, saves as it is told, and leaves an adapter', async () => {
  expect(await train()).toBe(0);
  expect(said.join('')).toContain('{"kaito.training":{"step":3,"steps":10,"checkpoint":3}}');
  expect(said.join('')).toContain('{"kaito.training":{"step":10,"steps":10,"done":true');
  const files = readdirSync(join(root, 'results')).toSorted();
  expect(files).toEqual([
    'adapter_config.json',
    'adapter_model.safetensors',
    'checkpoint-10',
    'checkpoint-9',
    'fine_tuning_completed.txt',
    'kaito-run.json',
  ]);
  expect(readFileSync(join(root, 'run/trainer.exit'), 'utf8')).toBe('0');
});

test('what comes out depends on weights, data, settings and steps, and on nothing else', async () => {
  await train();
  await train(good, { results: 'again', run: 'run-2' });
  expect(adapter('again')).toBe(adapter());
  await train(good.replace('r: 4', 'r: 8'), { results: 'other-settings' });
  writeFileSync(join(root, 'data/rows.json'), '{"text":"c"}\n');
  await train(good, { results: 'other-data' });
  writeFileSync(join(root, 'weights/config.json'), '{}');
  await train(good, { results: 'other-weights' });
  expect(new Set(['results', 'other-settings', 'other-data', 'other-weights'].map(name => adapter(name))).size).toBe(4);
});

test('it goes on from the last whole checkpoint of its own run, and ends as if nothing had been', async () => {
  await train(good, { results: 'whole' });
  await train();
  rmSync(join(root, 'results/fine_tuning_completed.txt'));
  rmSync(join(root, 'results/checkpoint-10/trainer_state.json'));
  said = [];
  expect(await train()).toBe(0);
  expect(said.join('')).toContain('checkpoint-10 is not whole');
  expect(said.join('')).toContain('{"kaito.training":{"resumedFrom":9,"step":9,"steps":10}}');
  expect(adapter()).toBe(adapter('whole'));
  said = [];
  expect(await train(good, { run: 'run-2' })).toBe(0);
  expect(said.join('')).not.toContain('resumedFrom');
  expect(readdirSync(join(root, 'results/earlier-runs/run-1'))).toContain('checkpoint-9');
});

test('a run that is complete ends at once', async () => {
  await train();
  said = [];
  expect(await train()).toBe(0);
  expect(said.filter(line => line.includes('kaito.training'))).toEqual([
    '{"kaito.training":{"step":10,"steps":10,"done":true}}\n',
  ]);
});

test.each([
  [
    good.replace('response_column: text', 'response_column: answer'),
    64,
    "Column 'answer' does not exist in the dataset. Available columns: ['text']",
  ],
  [good.replace('[q_proj]', '[nope]'), 64, "Target modules {'nope'} not found in the base model."],
  [good.replace('max_steps: 10', 'max_stepz: 10'), 64, "not used by the HfArgumentParser: ['--max_stepz', '10']"],
  [good.replace('max_steps: 10', 'max_steps: many'), 64, 'argument --max_steps'],
  [good.replace('max_steps: 10', 'per_device_train_batch_size: 512'), 1, 'torch.OutOfMemoryError: CUDA out of memory.'],
])('a training of %j ends with %d', async (config, code, text) => {
  expect(await train(config)).toBe(code);
  expect(said.join('')).toContain(text);
  expect(readFileSync(join(root, 'run/trainer.exit'), 'utf8')).toBe(String(code));
});

test('data that are not there, and weights that are not, are what it fails of', async () => {
  rmSync(join(root, 'data/rows.json'));
  expect(await train()).toBe(64);
  expect(said.join('')).toContain('ValueError: Unable to find a valid dataset file.');
  writeFileSync(join(root, 'data/rows.json'), '<html>');
  expect(await train()).toBe(64);
  expect(said.join('')).toContain('Unable to load dataset');
  rmSync(join(root, 'weights/config.json'));
  expect(await train()).toBe(1);
  expect(said.join('')).toContain("Can't load the configuration");
});
