import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../error-text.ts';
import type { Answer } from './listen.ts';

/** An adapter that cannot be loaded, in vLLM's words. */
export class AdapterError extends Error {
  override readonly name = 'AdapterError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The adapters of a server, by name, with their folders. */
export class Adapters {
  readonly #folders = new Map<string, string>();
  readonly #maxRank: number;

  constructor(maxRank: number) {
    this.#maxRank = maxRank;
  }

  /** Names and folders, in the order in which they were loaded. */
  get list(): readonly (readonly [name: string, folder: string])[] {
    return [...this.#folders];
  }

  has(name: string): boolean {
    return this.#folders.has(name);
  }

  /**
   * Loads what lies in a folder. The texts are those of vLLM (vllm/entrypoints/openai/serving_models.py and vllm/lora).
   * @param isInPlace whether it may take the place of one of the name
   * @throws AdapterError
   */
  load(name: string, folder: string, isInPlace = false): void {
    if (this.has(name) && !isInPlace)
      throw new AdapterError(400, `The lora adapter '${name}' has already been loaded.`);
    const rank = rankOf(folder);
    if (rank > this.#maxRank)
      throw new AdapterError(400, `LoRA rank ${rank} is greater than max_lora_rank ${this.#maxRank}.`);
    this.#folders.set(name, folder);
  }

  /** @throws AdapterError when it is not loaded. */
  unload(name: string): void {
    if (!this.#folders.delete(name)) throw new AdapterError(404, `The lora adapter '${name}' cannot be found.`);
  }

  /** Loads every folder of a folder, by its name. @throws AdapterError of the first that cannot be loaded */
  loadAll(folder: string): void {
    if (!existsSync(folder)) return;
    for (const name of readdirSync(folder).toSorted()) {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) this.load(name, path);
    }
  }
}

/** @throws AdapterError when the folder holds no adapter. */
function rankOf(folder: string): number {
  const files = ['adapter_config.json', 'adapter_model.safetensors'].map(name => join(folder, name));
  if (!files.every(file => existsSync(file)))
    throw new AdapterError(404, `Loading lora ${folder} failed: No adapter found for ${folder}`);
  try {
    const config: unknown = JSON.parse(readFileSync(files[0] ?? '', 'utf8'));
    const rank = typeof config === 'object' && config !== null && 'r' in config ? config.r : undefined;
    return typeof rank === 'number' ? rank : 8;
  } catch (error) {
    throw new AdapterError(400, messageOf(error));
  }
}

/** A failure as vLLM answers it. */
export function refusal(status: number, message: string): Answer {
  const type = status === 404 ? 'NotFoundError' : 'BadRequestError';
  return { status, body: { error: { message, type, param: null, code: status } } };
}
