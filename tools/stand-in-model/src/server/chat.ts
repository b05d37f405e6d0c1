import type { Message, Prompt } from '../model/language-model.ts';
import { Fields } from './fields.ts';
import { RequestError } from './request-error.ts';
import { writeAll, type Writer, type WriteRequest } from './writer.ts';

/** Which of the two bodies `/chat` takes; either when absent. */
export type Pipeline = 'text-generation' | 'conversational';

const MAX_TOKENS = { min: 1, max: 1_000_000 };
/** Defaults of the images (KAITO v0.3, text-generation/inference_api.py, GenerateKwargs). `max_length` counts the prompt too. */
const DEFAULTS = { maxLength: 200, temperature: 1, topK: 10, topP: 1, repetitionPenalty: 1, doSample: true };

/**
 * `POST /chat` of the images of KAITO v0.3: `prompt` or `messages` in, `{"Result": text}` out, the prompt in front of it unless
 * `return_full_text` is false. A `prompt` is put to the model as a question, where the images have it carried on: so small a model
 * that is made for conversations answers better so.
 * @throws RequestError 400 without a prompt, 422 for fields of a wrong kind.
 */
export async function answerChat(
  body: unknown,
  {
    writer,
    pipeline,
    signal,
  }: { readonly writer: Writer; readonly pipeline?: Pipeline | undefined; readonly signal: AbortSignal },
): Promise<unknown> {
  const fields = new Fields(body, 422);
  const { messages, lead } = readMessages(fields, pipeline);
  const prompt = writer.model.chatPrompt(messages);
  const { text } = await writeAll(writer, {
    prompt,
    ...readGenerateKwargs(fields, prompt, writer.model.contextLength),
    stop: [],
    signal,
  });
  return { Result: `${lead}${text}` };
}

function readMessages(fields: Fields, pipeline: Pipeline | undefined): { messages: readonly Message[]; lead: string } {
  const prompt = fields.string('prompt');
  const messages = fields.objects('messages');
  if (pipeline !== 'conversational' && prompt) {
    const text = `${fields.string('prefix') ?? ''}${prompt}`;
    const full = fields.boolean('return_full_text') ?? true;
    return { messages: [{ role: 'user', content: text }], lead: full ? `${prompt}\n\n` : '' };
  }
  if (pipeline !== 'text-generation' && messages && messages.length > 0)
    return { messages: messages.map(toMessage), lead: '' };
  throw new RequestError(
    400,
    pipeline === 'conversational'
      ? 'Conversational parameter messages required'
      : 'Text generation parameter prompt required',
  );
}

function toMessage(fields: Fields): Message {
  const [role, content] = [fields.string('role'), fields.string('content')];
  if (role !== 'system' && role !== 'user' && role !== 'assistant')
    return fields.fail('role', 'is to be system, user or assistant');
  if (content === undefined) return fields.fail('content', 'is required');
  return { role, content };
}

function readGenerateKwargs(
  body: Fields,
  prompt: Prompt,
  contextLength: number,
): Omit<WriteRequest, 'prompt' | 'stop' | 'signal'> {
  const kwargs = body.object('generate_kwargs') ?? new Fields({}, 422);
  const maxLength = kwargs.integer('max_length', MAX_TOKENS) ?? DEFAULTS.maxLength;
  const maxNew = kwargs.integer('max_new_tokens', MAX_TOKENS);
  const room = contextLength - prompt.tokens.length;
  const wanted = maxNew ?? maxLength - prompt.tokens.length;
  if (wanted < 1 || room < 1)
    throw new RequestError(
      400,
      `Input length of input_ids is ${prompt.tokens.length}, but max_length is set to ${Math.min(maxLength, contextLength)}; ` +
        'shorten the prompt, or set generate_kwargs.max_new_tokens',
    );
  const sample = kwargs.boolean('do_sample') ?? DEFAULTS.doSample;
  const temperature = kwargs.number('temperature', { min: 0, max: 100 }) ?? DEFAULTS.temperature;
  return {
    maxTokens: Math.min(wanted, room),
    temperature: sample ? temperature : 0,
    topK: kwargs.integer('top_k', { min: 0, max: 1_000_000 }) ?? DEFAULTS.topK,
    topP: kwargs.number('top_p', { min: 0, max: 1 }) ?? DEFAULTS.topP,
    repetitionPenalty: kwargs.number('repetition_penalty', { min: 0.01, max: 100 }) ?? DEFAULTS.repetitionPenalty,
    seed: kwargs.integer('seed', { min: 0, max: 2 ** 32 - 1 }),
  };
}
