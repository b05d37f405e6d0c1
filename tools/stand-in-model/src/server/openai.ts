import { STAND_IN_OWNER } from '../facts.ts';
import type { OpenAiKind, OpenAiRequest } from './openai-request.ts';
import type { Written } from './writer.ts';

/** A model by its name; `parent` is set for adapters. */
export interface ServedModel {
  readonly id: string;
  readonly parent?: string;
}

/** `GET /v1/models` as vLLM answers it, adapters with their base as `parent`. */
export function modelList(
  models: readonly ServedModel[],
  contextLength: number | undefined,
  createdSeconds: number,
): unknown {
  return {
    object: 'list',
    data: models.map(({ id, parent }) => ({
      id,
      object: 'model',
      created: createdSeconds,
      owned_by: STAND_IN_OWNER,
      root: id,
      parent: parent ?? null,
      max_model_len: contextLength ?? null,
    })),
  };
}

/** What every answer and chunk of one request has in common. */
export interface AnswerHead {
  readonly id: string;
  readonly createdSeconds: number;
  readonly request: Pick<OpenAiRequest, 'kind' | 'model'>;
}

const OBJECTS: Readonly<Record<OpenAiKind, { readonly whole: string; readonly chunk: string }>> = {
  chat: { whole: 'chat.completion', chunk: 'chat.completion.chunk' },
  completion: { whole: 'text_completion', chunk: 'text_completion' },
};

/** The whole answer. */
export function wholeAnswer(head: AnswerHead, written: Written & { readonly text: string }): unknown {
  const { text, finish } = written;
  const said = head.request.kind === 'chat' ? { message: { role: 'assistant', content: text } } : { text };
  return {
    ...common(head, 'whole'),
    choices: [{ index: 0, ...said, logprobs: null, finish_reason: finish }],
    usage: usage(written),
  };
}

/** A piece of a streamed answer; the last one has no text and says why it ended. */
export function chunk(head: AnswerHead, text: string, finish: Written['finish'] | null = null): unknown {
  const said = head.request.kind === 'chat' ? { delta: finish ? {} : { content: text } } : { text };
  return { ...common(head, 'chunk'), choices: [{ index: 0, ...said, logprobs: null, finish_reason: finish }] };
}

/** The first chunk of a chat says who speaks. */
export function firstChunk(head: AnswerHead): unknown {
  return {
    ...common(head, 'chunk'),
    choices: [{ index: 0, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null }],
  };
}

/** The chunk that `stream_options.include_usage` asks for. */
export function usageChunk(head: AnswerHead, written: Written): unknown {
  return { ...common(head, 'chunk'), choices: [], usage: usage(written) };
}

function common({ id, createdSeconds, request }: AnswerHead, part: 'whole' | 'chunk'): object {
  return {
    id,
    object: OBJECTS[request.kind][part],
    created: createdSeconds,
    model: request.model,
    system_fingerprint: STAND_IN_OWNER,
  };
}

function usage({ promptTokens, completionTokens }: Written): unknown {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}
