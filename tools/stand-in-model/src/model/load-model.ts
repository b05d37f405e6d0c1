import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Logger } from '@kaito/kube';
import { chatTemplate } from './chat-template.ts';
import type { GenerateOptions, LanguageModel, Message, Piece, Prompt } from './language-model.ts';
import type { Llama, LlamaContext, LlamaModel, LlamaModule, LlamaSequence } from './llama.ts';
import { WholeCharacters } from './whole-characters.ts';

export interface LoadOptions {
  /** Folder with node-llama-cpp in its `node_modules`. */
  readonly engine: string;
  /** Path of the GGUF file. */
  readonly weights: string;
  /** Tokens of prompt and answer together; no more than the model was trained on. */
  readonly contextLength: number;
  /** How many answers are written at once. */
  readonly concurrency: number;
  /**
   * Threads that compute. More than there are idle cores makes it slower by orders of magnitude: they wait for each other by spinning.
   */
  readonly threads: number;
  readonly logger: Logger;
  readonly signal?: AbortSignal;
}

/**
 * Loads a GGUF file for the CPU.
 * @throws when the engine or the file cannot be loaded, or the model talks by another template than ours.
 */
export async function loadModel(options: LoadOptions): Promise<LanguageModel> {
  const { engine, weights, contextLength, concurrency, threads, logger, signal } = options;
  const module = await importEngine(engine);
  const llama = await module.getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    logLevel: 'warn',
    logger: (level, message) => logger.debug('Engine said', { level, said: message.trim() }),
  });
  const model = await llama.loadModel({ modelPath: weights, ...(signal ? { loadSignal: signal } : {}) });
  if (!model.fileInfo.metadata.tokenizer?.chat_template?.includes('<|im_start|>'))
    throw new Error(`${weights} is no model that talks by ChatML; give the GGUF file of SmolLM2-135M-Instruct`);
  const contextSize = Math.min(contextLength, model.trainContextSize);
  const context = await model.createContext({ contextSize, sequences: concurrency, threads });
  return new LlamaLanguageModel({ llama, model, context, contextLength: contextSize, concurrency });
}

async function importEngine(folder: string): Promise<LlamaModule> {
  const path = join(folder, 'node_modules/node-llama-cpp/dist/index.js');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the lock holds the version that the types were written after
  return (await import(pathToFileURL(path).href)) as LlamaModule;
}

interface Parts {
  readonly llama: Llama;
  readonly model: LlamaModel;
  readonly context: LlamaContext;
  readonly contextLength: number;
  readonly concurrency: number;
}

class LlamaLanguageModel implements LanguageModel {
  readonly contextLength: number;
  readonly #llama: Llama;
  readonly #model: LlamaModel;
  readonly #idle: LlamaSequence[];

  constructor({ llama, model, context, contextLength, concurrency }: Parts) {
    this.#llama = llama;
    this.#model = model;
    this.contextLength = contextLength;
    this.#idle = Array.from({ length: concurrency }, () => context.getSequence());
  }

  chatPrompt(messages: readonly Message[]): Prompt {
    const parts = chatTemplate(messages);
    return { tokens: parts.flatMap(({ text, special }) => this.#model.tokenize(text, special)) };
  }

  textPrompt(text: string): Prompt {
    return { tokens: this.#model.tokenize(text, false) };
  }

  async *generate(prompt: Prompt, options: GenerateOptions): AsyncGenerator<Piece, 'stop' | 'length'> {
    const sequence = this.#idle.pop();
    if (!sequence) throw new Error('more answers at once than the model was loaded for');
    try {
      options.signal.throwIfAborted();
      await sequence.clearHistory();
      return yield* this.#write(sequence, prompt, options);
    } finally {
      this.#idle.push(sequence);
    }
  }

  async *#write(
    sequence: LlamaSequence,
    { tokens }: Prompt,
    { maxTokens, signal, seed, repetitionPenalty, ...sampling }: GenerateOptions,
  ): AsyncGenerator<Piece, 'stop' | 'length'> {
    const written: number[] = [];
    const characters = new WholeCharacters((some, before) => this.#model.detokenize(some, false, before));
    const options = {
      ...sampling,
      ...(seed !== undefined && { seed }),
      ...(repetitionPenalty !== 1 && {
        repeatPenalty: { punishTokens: () => [...tokens, ...written], penalty: repetitionPenalty },
      }),
    };
    for await (const token of sequence.evaluate(tokens, options)) {
      signal.throwIfAborted();
      if (this.#model.isEogToken(token)) {
        yield { text: characters.end(), tokens: 0 };
        return 'stop';
      }
      written.push(token);
      yield { text: characters.add(token), tokens: 1 };
      if (written.length >= maxTokens) break;
    }
    yield { text: characters.end(), tokens: 0 };
    return 'length';
  }

  async close(): Promise<void> {
    await this.#llama.dispose();
  }
}
