import type { LanguageModel, Message, Prompt } from '../model/language-model.ts';
import { Fields } from './fields.ts';
import { RequestError } from './request-error.ts';
import type { WriteRequest } from './writer.ts';

export type OpenAiKind = 'chat' | 'completion';

/** A request that was understood. */
export interface OpenAiRequest {
  readonly kind: OpenAiKind;
  /** The name that the caller asked for. */
  readonly model: string;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly write: Omit<WriteRequest, 'signal'>;
}

/** OpenAI's and vLLM's limits (OpenAI API reference; vLLM, SamplingParams). */
const RANGES = {
  tokens: { min: 1, max: 1_000_000 },
  temperature: { min: 0, max: 2 },
  topP: { min: 0.000_001, max: 1 },
  topK: { min: -1, max: 1_000_000 },
  penalty: { min: 0.01, max: 2 },
  seed: { min: 0, max: 2 ** 32 - 1 },
} as const;
const MAX_STOPS = 4;
/** Tokens of a completion when nothing is said (OpenAI API reference, completions: max_tokens). */
const COMPLETION_TOKENS = 16;
/** What so small a model cannot do: asked for, it is refused rather than left out silently. */
const NOT_DONE = [
  'tools',
  'functions',
  'logprobs',
  'top_logprobs',
  'guided_json',
  'guided_regex',
  'structured_outputs',
  'suffix',
  'echo',
];

export interface OpenAiContext {
  readonly model: LanguageModel;
  /** Names that are served; the first one when none is asked for. */
  readonly names: readonly string[];
}

/**
 * Reads the body of `/v1/chat/completions` or `/v1/completions`.
 * @throws RequestError 400 for fields that are wrong or that this server cannot serve, 404 for a model that it does not.
 */
export function readOpenAiRequest(kind: OpenAiKind, body: unknown, { model, names }: OpenAiContext): OpenAiRequest {
  const fields = new Fields(body, 400);
  const name = fields.string('model') ?? names[0] ?? '';
  if (!names.includes(name))
    throw new RequestError(404, `The model \`${name}\` does not exist. There are: ${names.join(', ')}.`, {
      field: 'model',
    });
  refuseWhatIsNotDone(fields);
  const prompt = kind === 'chat' ? model.chatPrompt(readMessages(fields)) : model.textPrompt(readPrompt(fields));
  return {
    kind,
    model: name,
    stream: fields.boolean('stream') ?? false,
    includeUsage: fields.object('stream_options')?.boolean('include_usage') ?? false,
    write: {
      prompt,
      maxTokens: readMaxTokens(kind, fields, prompt, model),
      stop: readStop(fields),
      temperature: fields.number('temperature', RANGES.temperature) ?? 1,
      topP: fields.number('top_p', RANGES.topP) ?? 1,
      // vLLM counts -1 as none, the engine 0.
      topK: Math.max(0, fields.integer('top_k', RANGES.topK) ?? 0),
      repetitionPenalty: fields.number('repetition_penalty', RANGES.penalty) ?? 1,
      seed: fields.integer('seed', RANGES.seed),
    },
  };
}

function refuseWhatIsNotDone(fields: Fields): void {
  const asked = NOT_DONE.find(name => fields.has(name) && fields.raw(name) !== false);
  if (asked !== undefined) fields.fail(asked, 'is not served by this stand-in; leave it out');
  if ((fields.integer('n', { min: 1, max: 128 }) ?? 1) > 1)
    fields.fail('n', 'is to be 1: this stand-in writes one answer');
  const format = fields.object('response_format')?.string('type') ?? 'text';
  if (format !== 'text') fields.fail('response_format', 'is to be text: this stand-in knows no other');
}

/** All that is left of the context when nothing is said of a chat (vLLM), 16 of a completion. */
function readMaxTokens(kind: OpenAiKind, fields: Fields, { tokens }: Prompt, { contextLength }: LanguageModel): number {
  const asked = fields.integer('max_completion_tokens', RANGES.tokens) ?? fields.integer('max_tokens', RANGES.tokens);
  if (asked !== undefined) return asked;
  return kind === 'completion' ? COMPLETION_TOKENS : Math.max(1, contextLength - tokens.length);
}

function readStop(fields: Fields): readonly string[] {
  if (!fields.has('stop')) return [];
  const value = fields.raw('stop');
  const stops: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (stops.length > MAX_STOPS || !stops.every(stop => typeof stop === 'string' && stop !== ''))
    return fields.fail('stop', `is to be a string or up to ${MAX_STOPS} of them, none of them empty`);
  return stops.filter(stop => typeof stop === 'string');
}

function readPrompt(fields: Fields): string {
  const value = fields.raw('prompt');
  if (typeof value === 'string' && value !== '') return value;
  if (Array.isArray(value) && value.length === 1 && typeof value[0] === 'string') return value[0];
  return fields.fail('prompt', 'is to be one text that is not empty');
}

function readMessages(fields: Fields): readonly Message[] {
  const messages = fields.objects('messages') ?? [];
  if (messages.length === 0) return fields.fail('messages', 'is to be a list of one or more messages');
  return messages.map(message => ({ role: readRole(message), content: readContent(message) }));
}

function readRole(message: Fields): Message['role'] {
  const role = message.string('role');
  if (role === 'developer') return 'system';
  return role === 'system' || role === 'user' || role === 'assistant'
    ? role
    : message.fail('role', 'is to be system, user or assistant');
}

/** Text, or a list of parts that are text (OpenAI API reference, chat). */
function readContent(message: Fields): string {
  if (typeof message.raw('content') === 'string') return message.string('content') ?? '';
  const parts = message.objects('content') ?? message.fail('content', 'is required');
  return parts
    .map(
      part =>
        (part.string('type') === 'text' && part.string('text')) || part.fail('type', 'is to be text, with a text'),
    )
    .join('\n');
}
