import { assert, property, string } from 'fast-check';
import { readTraining, trainingReport } from './training-log.ts';

/** Of train.py around KAITO's fine_tuning.py, with transformers 5.14 and TRL 1.16; the dictionaries are the trainer's own. */
const recorded = `Dataset loaded successfully from /mnt/data/data.json with file type 'json'.
{"kaito.training":{"resumedFrom":20,"step":20,"steps":120}}
{'loss': '5.492', 'grad_norm': '0.1201', 'learning_rate': '0.003375', 'entropy': '6.092', 'mean_token_accuracy': '0.4905', 'num_tokens': '2414', 'epoch': '0.1333'}
{"kaito.training":{"step":40,"steps":120,"epoch":0.1333,"loss":5.492186,"secondsPerStep":0.0183}}
{"kaito.training":{"step":40,"steps":120,"checkpoint":40}}
{'loss': '5.501', 'grad_norm': '0.1359', 'learning_rate': '0.003167', 'entropy': '6.092', 'mean_token_accuracy': '0.4912', 'num_tokens': '2713', 'epoch': '0.15'}
{"kaito.training":{"step":45,"steps":120,"epoch":0.15,"loss":5.500909,"secondsPerStep":0.0243}}
`;

/** Of the same trainer without train.py: a bar that writes over itself, and the warnings of others. */
const plain =
  'Loading weights:   0%|          | 0/21 [00:00<?, ?it/s]\rLoading weights: 100%|██████████| 21/21 [00:00<00:00, 17199.84it/s]\n' +
  'Tokenizing train dataset: 100%|██████████| 300/300 [00:00<00:00, 8896.86 examples/s]\n' +
  ' 42%|████▏     | 50/120 [00:02<00:01, 36.26it/s]\r 42%|████▎     | 51/120 [00:02<00:01, 43.56it/s]\r                                                \r' +
  "{'loss': '5.484', 'grad_norm': '0.1576', 'learning_rate': '0.002958', 'epoch': '0.1667'}\n" +
  '\r 46%|████▌     | 55/120 [00:02<00:01, 43.56it/s]\r 48%|████▊     | 58/120 [00:02<00:01, 49.49it/s]/venv/peft/utils/save_and_load.py:195: UserWarning\n';

describe('readTraining', () => {
  it('knows what was told last of each thing', () => {
    expect(readTraining(recorded)).toEqual({
      resumedFrom: 20,
      step: 45,
      steps: 120,
      epoch: 0.15,
      loss: 5.500909,
      secondsPerStep: 0.0243,
      checkpoint: 40,
    });
    const end = '{"kaito.training":{"step":120,"steps":120,"done":true,"loss":5.491459}}\n';
    expect(readTraining(recorded + end)).toMatchObject({ step: 120, loss: 5.491459, checkpoint: 40, done: true });
  });

  it('finds our line behind a part of a progress bar, and passes over one that is cut off', () => {
    const mixed = `${recorded} 48%|████▊     | 58/120 [00:02<{"kaito.training":{"step":50,"steps":120,"loss":5.4}}\n`;
    expect(readTraining(mixed)).toMatchObject({ step: 50, loss: 5.4 });
    expect(readTraining(`${mixed}{"kaito.training":{"step":55,"ste`)).toMatchObject({ step: 50 });
    expect(readTraining('ing":{"step":5}}\n{"kaito.training":{step}}')).toBeUndefined();
  });

  it('reads the trainer itself where train.py says nothing, and takes no other bar for its own', () => {
    const report = { step: 58, steps: 120, loss: 5.484, epoch: 0.1667 };
    expect(readTraining(plain)).toEqual({ ...report, secondsPerStep: expect.closeTo(1 / 49.49, 6) });
    // As transformers 4 prints it.
    const four = "{'loss': 2.1137, 'grad_norm': 0.4, 'learning_rate': 4.5e-05, 'epoch': 0.3}\n";
    expect(readTraining(four)).toEqual({ loss: 2.1137, epoch: 0.3 });
    expect(readTraining('  3%|▎         | 4/120 [00:09<04:31,  2.34s/it]')).toEqual({
      step: 4,
      steps: 120,
      secondsPerStep: 2.34,
    });
  });

  it('takes what the trainer found of the test data for no loss of the training', () => {
    expect(readTraining("{'eval_loss': 0.5, 'eval_runtime': 1.0, 'epoch': 1.0}\n")).toBeUndefined();
  });

  it('tells a loss that is none', () => {
    expect(readTraining('{"kaito.training":{"step":5,"steps":9,"loss":"nan"}}')).toEqual({
      step: 5,
      steps: 9,
      loss: Number.NaN,
    });
    expect(readTraining("{'loss': 'inf', 'epoch': '1'}")).toEqual({ loss: Infinity, epoch: 1 });
  });

  it('knows nothing where nothing is told', () => {
    expect(readTraining('')).toBeUndefined();
    expect(readTraining('{"kaito.training":{"step":-1,"steps":"many","done":1}}')).toBeUndefined();
    assert(property(string(), log => readTraining(log) === undefined));
  });

  it('takes no longer for a text that is made to keep it busy', () => {
    const texts = [
      '{"kaito.training":'.repeat(20_000),
      "{'loss': ".repeat(30_000),
      ' '.repeat(300_000),
      '0%|'.repeat(90_000),
    ];
    const started = performance.now();
    for (const text of texts) readTraining(text);
    // Far above what it takes, and far below what a pattern takes that tries all ways.
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

test('trainingReport takes what stood in the lines, whatever it is', () => {
  expect(trainingReport([])).toBeUndefined();
  expect(trainingReport([undefined, null, 5, 'x', []])).toBeUndefined();
  expect(trainingReport([{ step: 1, steps: 9, checkpoint: 1 }, 7, { step: 2 }])).toEqual({
    step: 2,
    steps: 9,
    checkpoint: 1,
  });
});
