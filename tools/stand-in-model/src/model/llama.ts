/*
 * As much of node-llama-cpp 3.22 as is used here. It is installed apart from the repository (see ensure-engine.ts), so that its own
 * types are not there when this is checked.
 */

export interface Llama {
  loadModel(options: { readonly modelPath: string; readonly loadSignal?: AbortSignal }): Promise<LlamaModel>;
  dispose(): Promise<void>;
}

export interface LlamaModel {
  readonly trainContextSize: number;
  readonly fileInfo: { readonly metadata: { readonly tokenizer?: { readonly chat_template?: string } } };
  createContext(options: {
    /** Tokens of each sequence. */
    readonly contextSize: number;
    readonly sequences: number;
    readonly threads: number;
  }): Promise<LlamaContext>;
  tokenize(text: string, specialTokens?: boolean): number[];
  detokenize(tokens: readonly number[], specialTokens?: boolean, lastTokens?: readonly number[]): string;
  /** Whether a token ends what the model has to say. */
  isEogToken(token: number): boolean;
}

export interface LlamaContext {
  getSequence(): LlamaSequence;
}

export interface LlamaSequence {
  readonly contextSize: number;
  clearHistory(): Promise<void>;
  evaluate(
    tokens: readonly number[],
    options: {
      readonly temperature: number;
      readonly topK: number;
      readonly topP: number;
      readonly seed?: number;
      readonly repeatPenalty?: { readonly punishTokens: () => number[]; readonly penalty: number };
    },
  ): AsyncGenerator<number, void>;
}

export interface LlamaModule {
  getLlama(options: {
    readonly gpu: false;
    readonly build: 'never';
    readonly skipDownload: true;
    readonly logLevel: 'warn' | 'error';
    readonly logger: (level: string, message: string) => void;
  }): Promise<Llama>;
}
