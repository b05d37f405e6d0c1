import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trainProgram } from './train-program.ts';

/** What train.py needs of its image: a trainer that takes nine steps, and writes checkpoints of the kinds of files that PyTorch writes. */
const modules: Readonly<Record<string, string>> = {
  'numpy.py': 'class random:\n    seed = staticmethod(lambda value: None)\n',
  'trl.py': `
class SFTTrainer:
    def __init__(self, args=None, train_dataset=None, data_collator=None):
        print("text column", args.dataset_text_field)
        if data_collator:
            print("batch", data_collator.torch_call([{"input_ids": [1], "labels": [1, 2]}]))
`,
  'accelerate/__init__.py': 'class PartialState:\n    def wait_for_everyone(self):\n        pass\n',
  'accelerate/utils.py': `
import os
def broadcast_object_list(values):
    if os.environ.get("RANK", "0") != "0":
        values[0] = {"checkpoint": None}
`,
  'transformers.py': String.raw`
import json, os, shutil, zipfile
from types import SimpleNamespace as Some

class TrainerCallback:
    pass

def safetensors(path):
    header = json.dumps({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode()
    with open(path, "wb") as file:
        file.write(len(header).to_bytes(8, "little") + header + bytes(8))

def checkpoint(folder, step):
    os.makedirs(folder, exist_ok=True)
    safetensors(folder + "/adapter_model.safetensors")
    for name in ("optimizer.pt", "scheduler.pt", "rng_state.pth"):
        with zipfile.ZipFile(folder + "/" + name, "w") as archive:
            archive.writestr("data.pkl", "x" * 500)
    with open(folder + "/trainer_state.json", "w") as file:
        json.dump({"global_step": step, "log_history": []}, file)

class Trainer:
    def __init__(self, args):
        self.args, self.callbacks = args, []

    def add_callback(self, callback):
        self.callbacks.append(callback)

    def tell(self, event, **values):
        for callback in self.callbacks:
            getattr(callback, event)(self.args, self.state, None, **values)

    def train(self, resume_from_checkpoint=None):
        start = int(resume_from_checkpoint.split("-")[-1]) if resume_from_checkpoint else 0
        first = self.args.process_index == 0
        self.state = Some(global_step=start, max_steps=9, epoch=0.0, is_world_process_zero=first)
        self.tell("on_train_begin")
        for step in range(start + 1, 10):
            self.tell("on_step_begin")
            self.state.global_step, self.state.epoch = step, step / 3
            self.tell("on_log", logs={"loss": float("nan") if step == 5 else 1 / step, "epoch": step / 3})
            self.tell("on_log", logs={"eval_loss": 0.1})
            if step % 2 == 0:
                checkpoint(f"{self.args.output_dir}/checkpoint-{step}", step)
                self.tell("on_save")
            if os.environ.get("DIE_AT") == str(step):
                os._exit(137)
        self.tell("on_train_end")
`,
  'fine_tuning.py': String.raw`
import os
from types import SimpleNamespace as Some
import transformers
print("fine_tuning.py runs")
ta_args = Some(output_dir=os.environ["OUT"], process_index=int(os.environ.get("RANK", "0")), dataset_text_field=None)
exec(os.environ.get("FAULT", ""))
transformers.Trainer(ta_args).train()
transformers.safetensors(ta_args.output_dir + "/adapter_model.safetensors")
for name, text in (("adapter_config.json", "{}"), ("fine_tuning_completed.txt", "done")):
    with open(ta_args.output_dir + "/" + name, "w") as file:
        file.write(text)
`,
};

/** How a run of the program ended, and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly told: readonly Readonly<Record<string, unknown>>[];
  readonly errors: string;
}

/** train.py in a folder of its own, with stand-ins for what its image has. */
export interface Bench {
  /** Folder of the results. */
  readonly results: string;
  run(env?: Readonly<Record<string, string>>): Promise<Ended>;
  /** What it left for the shell that started it; undefined when nothing. */
  exitFile(): Promise<string | undefined>;
  remove(): Promise<void>;
}

/** @param runId whose checkpoints count, unless a run says otherwise */
export async function trainBench(runId: string): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'train-'));
  const results = join(folder, 'results');
  const files = { ...modules, 'train.py': trainProgram };
  await Promise.all(['accelerate', 'run', 'results'].map(name => mkdir(join(folder, name))));
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)));
  const fixed = { RUN_ID: runId, RUN_DIR: join(folder, 'run'), RESULTS_DIR: results, OUT: results, PYTHONPATH: folder };
  return {
    results,
    run: env => start(folder, { ...fixed, PYTHONDONTWRITEBYTECODE: '1', ...env }),
    exitFile: () => readFile(join(folder, 'run/trainer.exit'), 'utf8').catch(() => undefined),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function start(folder: string, env: Readonly<Record<string, string>>): Promise<Ended> {
  const child = spawn('python3', ['-S', 'train.py'], { cwd: folder, env: { ...process.env, ...env } });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  const lines = said.stdout.split('\n').filter(line => line !== '');
  return { code, lines, told: lines.flatMap(toldIn), errors: said.stderr };
}

const marker = '{"kaito.training":';

function toldIn(line: string): readonly Readonly<Record<string, unknown>>[] {
  if (!line.startsWith(marker)) return [];
  const value: unknown = JSON.parse(line.slice(marker.length, -1));
  return typeof value === 'object' ? [{ ...value }] : [];
}
