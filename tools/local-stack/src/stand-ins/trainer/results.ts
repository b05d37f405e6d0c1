import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf, safetensors } from '../weights.ts';

/** How far a training is. All that comes out depends on `state`, which each step makes from the one before. */
export interface TrainingState {
  readonly step: number;
  readonly state: string;
}

const RUN_FILE = 'kaito-run.json';
const COMPLETED = 'fine_tuning_completed.txt';
const STATE_FILE = 'trainer_state.json';
const ADAPTER = 'adapter_model.safetensors';
const ADAPTER_CONFIG = 'adapter_config.json';
const CHECKPOINT = /^checkpoint-(\d+)$/;

/** The state before the first step. */
export function initialState(...digests: readonly string[]): TrainingState {
  return { step: 0, state: sha256(digests.join('\n')) };
}

/** The state after one more step. */
export function nextState({ step, state }: TrainingState): TrainingState {
  return { step: step + 1, state: sha256(`${state} ${step + 1}`) };
}

/** The folder that a training writes to: whose it is, its checkpoints, and its result. */
export class Results {
  readonly #folder: string;
  readonly #runId: string;

  constructor(folder: string, runId: string) {
    this.#folder = folder;
    this.#runId = runId;
  }

  /** Whether this run has ended well already. */
  isComplete(): boolean {
    return (
      this.#owner() === this.#runId &&
      [COMPLETED, ADAPTER, ADAPTER_CONFIG].every(name => existsSync(join(this.#folder, name)))
    );
  }

  /** Makes the folder this run's own: what another left is moved aside. @returns the last whole checkpoint of this run */
  open(): TrainingState | undefined {
    mkdirSync(this.#folder, { recursive: true });
    const owner = this.#owner();
    if (owner === this.#runId) return this.#lastCheckpoint();
    const aside = join(this.#folder, 'earlier-runs', (owner ?? 'unknown').replaceAll(/[^\w-]/g, '_'));
    for (const name of readdirSync(this.#folder)) {
      if (name !== COMPLETED && !CHECKPOINT.test(name)) continue;
      mkdirSync(aside, { recursive: true });
      rmSync(join(aside, name), { recursive: true, force: true });
      renameSync(join(this.#folder, name), join(aside, name));
    }
    writeWhole(join(this.#folder, RUN_FILE), JSON.stringify({ runId: this.#runId }));
    return undefined;
  }

  /**
   * Saves a checkpoint as the Trainer does: in place, its state last. One that is cut off lacks that.
   * @param meanwhile runs between the weights and the state
   */
  async saveCheckpoint({ step, state }: TrainingState, meanwhile: () => Promise<void>): Promise<void> {
    const folder = join(this.#folder, `checkpoint-${step}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, ADAPTER), adapterOf(state));
    await meanwhile();
    writeFileSync(join(folder, STATE_FILE), JSON.stringify({ global_step: step, stand_in_state: state }));
  }

  /** Removes the oldest checkpoints but for so many. */
  keepOnly(count: number): void {
    for (const { folder } of this.#checkpoints().slice(count)) rmSync(folder, { recursive: true, force: true });
  }

  /** Writes the adapter, and then that it is complete. */
  complete({ state }: TrainingState, config: object): void {
    writeFileSync(join(this.#folder, ADAPTER), adapterOf(state));
    writeFileSync(join(this.#folder, ADAPTER_CONFIG), `${JSON.stringify(config, undefined, 2)}\n`);
    writeFileSync(join(this.#folder, COMPLETED), 'Fine-Tuning completed\n');
  }

  #owner(): string | undefined {
    const content = readJson(join(this.#folder, RUN_FILE));
    return typeof content?.['runId'] === 'string' ? content['runId'] : undefined;
  }

  #checkpoints(): readonly { readonly step: number; readonly folder: string }[] {
    const found = readdirSync(this.#folder).flatMap(name => {
      const step = CHECKPOINT.exec(name)?.[1];
      return step === undefined ? [] : [{ step: Number(step), folder: join(this.#folder, name) }];
    });
    return found.toSorted((a, b) => b.step - a.step);
  }

  #lastCheckpoint(): TrainingState | undefined {
    for (const { step, folder } of this.#checkpoints()) {
      const content = readJson(join(folder, STATE_FILE));
      const state = content?.['stand_in_state'];
      if (content?.['global_step'] === step && typeof state === 'string') return { step, state };
      process.stderr.write(`train.py (stand-in): checkpoint-${step} is not whole and is removed\n`);
      rmSync(folder, { recursive: true, force: true });
    }
    return undefined;
  }
}

function adapterOf(state: string): Buffer {
  const layer = 'base_model.model.model.layers.0.self_attn.q_proj';
  return safetensors({
    [`${layer}.lora_A.weight`]: bytesOf(`A ${state}`),
    [`${layer}.lora_B.weight`]: bytesOf(`B ${state}`),
  });
}

function readJson(file: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined; // It is not there, or was cut off: either way it says nothing.
  }
}

function writeWhole(file: string, content: string): void {
  writeFileSync(`${file}.new`, content);
  renameSync(`${file}.new`, file);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
