/** One turn of a conversation. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** A prompt as the model reads it, and how many tokens that is. */
export interface Prompt {
  readonly tokens: readonly number[];
}

/** How the next token is drawn. */
export interface Sampling {
  /** 0: always the likeliest. */
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  /** 1: none. */
  readonly repetitionPenalty: number;
  readonly seed?: number | undefined;
}

export interface GenerateOptions extends Sampling {
  /** At most so many tokens are generated. */
  readonly maxTokens: number;
  readonly signal: AbortSignal;
}

/** A piece of generated text; `text` is empty while a character is not whole yet. */
export interface Piece {
  readonly text: string;
  readonly tokens: number;
}

/** A model that writes text. It may be asked by several at once, up to as many as it was loaded for. */
export interface LanguageModel {
  /** Tokens of prompt and answer together. */
  readonly contextLength: number;
  /** The conversation in the model's own template, ending where its answer begins. */
  chatPrompt(messages: readonly Message[]): Prompt;
  /** Plain text to be carried on. */
  textPrompt(text: string): Prompt;
  /**
   * Writes until the model ends or `maxTokens` are there: then the generator returns which.
   * @throws the signal's reason when it is aborted.
   */
  generate(prompt: Prompt, options: GenerateOptions): AsyncGenerator<Piece, 'stop' | 'length'>;
  close(): Promise<void>;
}
