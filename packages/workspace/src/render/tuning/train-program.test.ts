import { jest } from '@jest/globals';
import { mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readTraining } from '../../status/tuning/training-log.ts';
import { trainBench, type Bench } from './train-program.test-data.ts';

jest.setTimeout(60_000);

let bench: Bench;
beforeEach(async () => {
  bench = await trainBench('ours');
});
afterEach(() => bench.remove());

const inResults = (...names: readonly string[]) => join(bench.results, ...names);

async function cut(...names: readonly string[]): Promise<void> {
  const path = inResults(...names);
  await truncate(path, Math.floor((await stat(path)).size / 2));
}

/** Faults, as lines of Python in the place of the trainer's own. */
const raised = (text: string) => `raise ${text}`;
const made = (columns: string) =>
  `from trl import SFTTrainer; SFTTrainer(args=ta_args, train_dataset=Some(column_names=[${columns}]))`;

describe('train.py', () => {
  it('tells how far it is, what can be gone on from, and that the result is written', async () => {
    const ended = await bench.run();
    expect(ended.code).toBe(0);
    expect(ended.told[0]).toEqual({ step: 0, steps: 9 });
    expect(ended.told).toContainEqual(expect.objectContaining({ step: 3, steps: 9, epoch: 1, loss: 0.333333 }));
    expect(ended.told).toContainEqual(expect.objectContaining({ step: 5, loss: 'nan' }));
    expect(ended.told).toContainEqual({ step: 8, steps: 9, checkpoint: 8 });
    expect(ended.told.at(-1)).toEqual({ step: 9, steps: 9, loss: 0.111111, done: true });
    expect(ended.told.filter(values => 'secondsPerStep' in values)).toHaveLength(9);
    expect(readTraining(ended.lines.join('\n'))).toMatchObject({ step: 9, steps: 9, checkpoint: 8, done: true });
  });

  it('goes on from the last checkpoint after it was killed, whatever the step', async () => {
    for (const [die, resumed] of [
      ['1', undefined],
      ['3', undefined],
      ['4', 2],
      ['7', 4],
    ] as const) {
      const ended = await bench.run({ DIE_AT: die });
      expect(ended.code).toBe(137);
      expect(ended.told[0]).toEqual({ ...(resumed && { resumedFrom: resumed }), step: resumed ?? 0, steps: 9 });
    }
    const last = await bench.run();
    expect(last.told[0]).toEqual({ resumedFrom: 6, step: 6, steps: 9 });
    expect(last.told.at(-1)).toMatchObject({ done: true });
  });

  it('passes over a checkpoint of which a file was cut off, whichever it is', async () => {
    await bench.run({ DIE_AT: '7' });
    const files = await readdir(inResults('checkpoint-6'));
    expect(files).toHaveLength(5);
    for (const file of files) {
      await cut('checkpoint-6', file);
      const ended = await bench.run({ DIE_AT: '7' });
      expect(ended.told[0]).toMatchObject({ resumedFrom: 4 });
      expect(ended.errors).toMatch(/^train\.py: checkpoint-6 is not whole and is removed: \S+: .*\w/m);
    }
    expect((await bench.run()).told[0]).toMatchObject({ resumedFrom: 6 });
  });

  it('begins anew where no checkpoint is whole', async () => {
    await bench.run({ DIE_AT: '5' });
    await cut('checkpoint-2', 'optimizer.pt');
    await cut('checkpoint-4', 'optimizer.pt');
    expect((await bench.run()).told[0]).toEqual({ step: 0, steps: 9 });
  });

  it('goes on from nothing that another run left, and keeps it', async () => {
    await bench.run({ RUN_ID: 'others' });
    const state = await readFile(inResults('checkpoint-8', 'trainer_state.json'), 'utf8');
    const ended = await bench.run({ DIE_AT: '3' });
    expect(ended.told[0]).toEqual({ step: 0, steps: 9 });
    const kept = inResults('earlier-runs', 'others');
    expect((await readdir(kept)).toSorted()).toEqual([
      'checkpoint-2',
      'checkpoint-4',
      'checkpoint-6',
      'checkpoint-8',
      'fine_tuning_completed.txt',
    ]);
    await expect(readFile(join(kept, 'checkpoint-8', 'trainer_state.json'), 'utf8')).resolves.toBe(state);
    // That one was complete; ours is not.
    expect((await bench.run()).told[0]).toMatchObject({ resumedFrom: 2 });
  });

  it('takes a folder whose run nobody knows, and names that would lead out of it, for those of another', async () => {
    for (const text of ['{"runId":', '{"runId": "../../out"}', '[]']) {
      await mkdir(inResults('checkpoint-8'));
      await writeFile(inResults('kaito-run.json'), text);
      expect((await bench.run({ DIE_AT: '1' })).told[0]).toEqual({ step: 0, steps: 9 });
    }
    expect((await readdir(inResults('earlier-runs'))).toSorted()).toEqual(['______out', 'unknown']);
    expect(await readdir(inResults('earlier-runs', 'unknown'))).toEqual(['checkpoint-8', 'checkpoint-8.2']);
  });

  it('ends at once when it is complete', async () => {
    await bench.run();
    const again = await bench.run();
    expect(again).toMatchObject({ code: 0, lines: [expect.any(String)] });
    expect(again.told).toEqual([{ step: 9, steps: 9, loss: 0.111111, done: true }]);
    // Without RESULTS_DIR it knows only when the trainer names its folder.
    expect(await bench.run({ RESULTS_DIR: '' })).toMatchObject({ code: 0, told: [] });
  });

  it('is not complete for as long as its result is not whole', async () => {
    await bench.run();
    await cut('adapter_model.safetensors');
    expect((await bench.run()).told[0]).toMatchObject({ resumedFrom: 8 });
  });

  it('lets only the first of its processes speak', async () => {
    const ended = await bench.run({ RANK: '1' });
    expect(ended).toMatchObject({ code: 0, told: [] });
  });

  it('keeps from the collator what it cannot pad', async () => {
    const collator = 'data_collator=Some(mlm=False, torch_call=lambda examples: examples)';
    const fault = `from trl import SFTTrainer; SFTTrainer(args=ta_args, ${collator})`;
    expect((await bench.run({ FAULT: fault })).lines).toContain("batch [{'input_ids': [1]}]");
  });

  it('gives TRL back the name of the column of plain text, and refuses data that has no column that it knows', async () => {
    expect((await bench.run({ FAULT: made('"text"') })).lines).toContain('text column text');
    expect((await bench.run({ RUN_ID: 'chat', FAULT: made('"messages"') })).lines).toContain('text column None');
    const ended = await bench.run({ RUN_ID: 'odd', FAULT: made('"question", "answer"') });
    expect(ended.code).toBe(64);
    expect(ended.errors).toContain(
      "Column 'text' does not exist in the dataset. Available columns: ['answer', 'question']",
    );
  });
});

describe('a failure', () => {
  it.each<[why: string, fault: string]>([
    ['a column', raised(`ValueError("Column 'txt' does not exist in the dataset. Available columns: ['text']")`)],
    ['no data', raised('ValueError("Unable to find a valid dataset file.")')],
    ['modules', raised(`ValueError("Target modules {'x'} not found in the base model. Please check")`)],
    ['an option', raised(`ValueError("Some specified arguments are not used by the HfArgumentParser: ['--x', '1']")`)],
    [
      'a value',
      'import argparse; p = argparse.ArgumentParser(); p.add_argument("--r", type=int); p.parse_args(["--r", "x"])',
    ],
    ['memory', 'class OutOfMemoryError(RuntimeError): pass\nraise OutOfMemoryError("CUDA out of memory. Tried")'],
    ['rights', raised('PermissionError(13, "Permission denied", "/mnt/results")')],
    [
      'data that cannot be read',
      'try:\n    raise TypeError("no JSON")\nexcept Exception:\n    raise ValueError("Unable to load dataset /mnt/data/a with file type \'json\'")',
    ],
  ])('that trying again cannot mend ends with 64: %s', async (_, fault) => {
    const ended = await bench.run({ FAULT: fault });
    expect(ended.code).toBe(64);
    await expect(bench.exitFile()).resolves.toBe('64');
    expect(ended.errors).toMatch(/Traceback|usage:/);
  });

  it.each<[why: string, fault: string]>([
    ['nobody knows', raised('RuntimeError("NCCL error")')],
    [
      'a volume that stutters',
      'try:\n    raise OSError(5, "Input/output error")\nexcept Exception:\n    raise ValueError("Unable to load dataset /mnt/data/a with file type \'json\'")',
    ],
    ['an exit code of its own', 'import sys; sys.exit(7)'],
  ])('that may pass ends as it is: %s', async (why, fault) => {
    const ended = await bench.run({ FAULT: fault });
    expect(ended.code).toBe(why.includes('own') ? 7 : 1);
    await expect(bench.exitFile()).resolves.toBeUndefined();
  });

  it('keeps the words of the program', async () => {
    const ended = await bench.run({ FAULT: raised('RuntimeError("odd\\nwords")') });
    expect(ended.errors).toMatch(
      /^Traceback \(most recent call last\):\n[\s\S]+fine_tuning\.py[\s\S]+^RuntimeError: odd\nwords$/m,
    );
  });

  it('without the name of the run is one that trying again cannot mend', async () => {
    const ended = await bench.run({ RUN_ID: '' });
    expect(ended).toMatchObject({ code: 64, lines: [] });
    expect(ended.errors).toContain('RUN_ID is not set');
  });
});
