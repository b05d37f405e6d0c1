import type { ServerResponse } from 'node:http';
import { chunk, firstChunk, usageChunk, wholeAnswer, type AnswerHead } from './openai.ts';
import { readOpenAiRequest, type OpenAiKind, type OpenAiRequest } from './openai-request.ts';
import { openAiShape, type RequestError } from './request-error.ts';
import { writeAll, type Writer } from './writer.ts';

export interface OpenAiAnswerOptions {
  readonly writer: Writer;
  readonly names: readonly string[];
  readonly signal: AbortSignal;
  readonly id: string;
  readonly createdSeconds: number;
  /** Makes a RequestError of what was thrown. */
  readonly explain: (error: unknown) => RequestError;
}

/**
 * Answers `/v1/chat/completions` or `/v1/completions`.
 * @returns the JSON to send, or undefined when the answer was streamed.
 * @throws RequestError before anything was sent; what fails later stands in the stream.
 */
export async function answerOpenAi(
  kind: OpenAiKind,
  body: unknown,
  response: ServerResponse,
  options: OpenAiAnswerOptions,
): Promise<unknown> {
  const { writer, names, signal, id, createdSeconds } = options;
  const request = readOpenAiRequest(kind, body, { model: writer.model, names });
  const prefix = kind === 'chat' ? 'chatcmpl' : 'cmpl';
  const head: AnswerHead = { id: `${prefix}-${id}`, createdSeconds, request };
  if (!request.stream) return wholeAnswer(head, await writeAll(writer, { ...request.write, signal }));
  await stream(request, head, response, options);
  return undefined;
}

/** Server-sent events as OpenAI's: a chunk each, `[DONE]` at the end. */
async function stream(
  request: OpenAiRequest,
  head: AnswerHead,
  response: ServerResponse,
  { writer, signal, explain }: OpenAiAnswerOptions,
): Promise<void> {
  const pieces = writer.write({ ...request.write, signal });
  // What is wrong with the request shows before the first piece, when it can still be answered with a status.
  let next = await pieces.next();
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  const send = (event: unknown): void => {
    response.write(`data: ${JSON.stringify(event)}\n\n`);
  };
  try {
    if (request.kind === 'chat') send(firstChunk(head));
    for (; !next.done; next = await pieces.next()) if (next.value !== '') send(chunk(head, next.value));
    send(chunk(head, '', next.value.finish));
    if (request.includeUsage) send(usageChunk(head, next.value));
  } catch (error) {
    send(openAiShape(explain(error)));
  }
  response.end('data: [DONE]\n\n');
}
