import type { Clock } from '@kaito/kube';
import type { LanguageModel, Prompt, Sampling } from '../model/language-model.ts';
import type { ModelMetrics } from './model-metrics.ts';
import { RequestError } from './request-error.ts';
import type { Slots } from './slots.ts';
import { StopStrings } from './stop-strings.ts';

/** A text that is wanted. */
export interface WriteRequest extends Sampling {
  readonly prompt: Prompt;
  readonly maxTokens: number;
  readonly stop: readonly string[];
  /** Aborted when the caller has hung up, or when its time is over. */
  readonly signal: AbortSignal;
}

/** How a text ended, and how many tokens were read and written. */
export interface Written {
  readonly finish: 'stop' | 'length';
  readonly promptTokens: number;
  readonly completionTokens: number;
}

export interface WriterParts {
  readonly model: LanguageModel;
  readonly slots: Slots;
  readonly metrics: ModelMetrics;
  readonly clock: Clock;
}

/** Has the model write for one request at a time and slot, and counts. */
export class Writer {
  readonly #parts: WriterParts;

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  get model(): LanguageModel {
    return this.#parts.model;
  }

  /**
   * The text, piece by piece, as soon as a slot is free; a piece may be empty.
   * @throws RequestError 400 for a prompt that leaves no room, 429 when too many wait; the signal's reason when it is aborted.
   */
  async *write(request: WriteRequest): AsyncGenerator<string, Written> {
    const { model, slots, metrics, clock } = this.#parts;
    const { prompt, maxTokens, signal } = request;
    checkRoom(model, prompt, maxTokens);
    const arrived = clock.monotonic();
    const giveBack = await slots.take(signal);
    const count = metrics.started(prompt.tokens.length, arrived);
    try {
      const written = yield* this.#pieces(request, count.token);
      count.finished(written.finish);
      return written;
    } catch (error) {
      count.finished('abort');
      throw error;
    } finally {
      giveBack();
    }
  }

  async *#pieces({ stop, ...request }: WriteRequest, onToken: () => void): AsyncGenerator<string, Written> {
    const { prompt } = request;
    const stops = new StopStrings(stop);
    const pieces = this.#parts.model.generate(prompt, request);
    let completionTokens = 0;
    const ended = (finish: Written['finish']): Written => ({
      finish,
      promptTokens: prompt.tokens.length,
      completionTokens,
    });
    try {
      let next = await pieces.next();
      while (!next.done) {
        completionTokens += next.value.tokens;
        if (next.value.tokens > 0) onToken();
        yield stops.add(next.value.text);
        if (stops.stopped) return ended('stop');
        next = await pieces.next();
      }
      yield stops.end();
      return ended(next.value);
    } finally {
      await pieces.return('stop');
    }
  }
}

/** In vLLM's words (vLLM, entrypoints/openai/serving_engine.py), which clients know. */
function checkRoom({ contextLength }: LanguageModel, { tokens }: Prompt, maxTokens: number): void {
  if (tokens.length + maxTokens <= contextLength) return;
  throw new RequestError(
    400,
    `This model's maximum context length is ${contextLength} tokens. However, you requested ${tokens.length + maxTokens} tokens ` +
      `(${tokens.length} in the messages, ${maxTokens} in the completion). Please reduce the length of the messages or completion.`,
  );
}

/** The whole text at once. */
export async function writeAll(writer: Writer, request: WriteRequest): Promise<Written & { readonly text: string }> {
  const pieces = writer.write(request);
  let text = '';
  for (;;) {
    const next = await pieces.next();
    if (next.done) return { ...next.value, text };
    text += next.value;
  }
}
