import { request as httpRequest } from 'node:http';
import { createLogger, createMetrics, systemClock } from '@kaito/kube';
import type { GenerateOptions, LanguageModel, Message, Piece, Prompt } from '../model/language-model.ts';
import { StandInServer, type StandInServerOptions } from './stand-in-server.ts';

/** Writes `word word …`, as many as it is let; counts a word of the prompt as a token. */
class WordModel implements LanguageModel {
  readonly contextLength = 50;
  readonly asked: GenerateOptions[] = [];
  readonly prompts: string[] = [];
  ended = 0;
  /** Pieces wait for it. */
  gate = Promise.resolve();
  words = Infinity;

  chatPrompt(messages: readonly Message[]): Prompt {
    return this.textPrompt(messages.map(({ role, content }) => `${role}: ${content}`).join(' | '));
  }

  textPrompt(text: string): Prompt {
    this.prompts.push(text);
    return { tokens: text.split(' ').map(() => 1) };
  }

  async *generate(_: Prompt, options: GenerateOptions): AsyncGenerator<Piece, 'stop' | 'length'> {
    this.asked.push(options);
    try {
      for (let written = 0; written < options.maxTokens; written++) {
        await this.gate;
        options.signal.throwIfAborted();
        if (written >= this.words) return 'stop';
        yield { text: `word${written} `, tokens: 1 };
      }
      return 'length';
    } finally {
      this.ended++;
    }
  }

  async close(): Promise<void> {}
}

let model: WordModel;
let server: StandInServer;
let base: string;

async function start(options: Partial<StandInServerOptions> = {}, loaded = true): Promise<void> {
  server = new StandInServer({
    models: [{ id: 'phi-4' }, { id: 'my-adapter', parent: 'phi-4' }],
    runtime: 'vllm',
    concurrency: 1,
    waiting: 1,
    requestTimeoutMs: 60_000,
    logger: createLogger({ level: 'error', name: 'test', stream: process.stderr }),
    metrics: createMetrics({ processMetrics: false }),
    clock: systemClock,
    ...options,
  });
  model = new WordModel();
  base = `http://127.0.0.1:${await server.listen(0, '127.0.0.1')}`;
  if (loaded) server.serve(model);
}
afterEach(() => server.drain(0));

const post = (path: string, body: unknown, signal?: AbortSignal): Promise<Response> =>
  fetch(`${base}${path}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal && { signal }),
  });
const chatBody = { messages: [{ role: 'user', content: 'hello' }], max_tokens: 2 };
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise(resolve => setTimeout(resolve, 5));
};
const metric = async (line: string): Promise<boolean> => (await (await fetch(`${base}/metrics`)).text()).includes(line);

describe('/chat of v0.3', () => {
  beforeEach(() => start());

  test('answers with the prompt and the text, or the text alone', async () => {
    const kwargs = { max_new_tokens: 2, temperature: 0.5, top_k: 3, top_p: 0.9, repetition_penalty: 1.1 };
    const full = await post('/chat', { prompt: 'hi there', generate_kwargs: kwargs });
    expect(await full.json()).toEqual({ Result: 'hi there\n\nword0 word1 ' });
    expect(full.headers.get('x-kaito-stand-in')).toMatch(/^SmolLM2-135M-Instruct on the CPU/);
    expect(model.asked[0]).toMatchObject({
      maxTokens: 2,
      temperature: 0.5,
      topK: 3,
      topP: 0.9,
      repetitionPenalty: 1.1,
    });
    const alone = await post('/chat', {
      prompt: 'hi',
      return_full_text: false,
      generate_kwargs: { max_length: 4, do_sample: false },
    });
    expect(await alone.json()).toEqual({ Result: 'word0 word1 ' });
    expect(model.asked[1]?.temperature).toBe(0);
  });

  test('takes a conversation', async () => {
    const answer = await post('/chat', {
      messages: [{ role: 'user', content: 'hi' }],
      generate_kwargs: { max_new_tokens: 1 },
    });
    expect(await answer.json()).toEqual({ Result: 'word0 ' });
    expect(model.prompts).toEqual(['user: hi']);
  });

  test('never writes more than the context holds', async () => {
    await post('/chat', { prompt: 'hi', generate_kwargs: { max_length: 100_000 } });
    expect(model.asked[0]?.maxTokens).toBe(48);
  });

  test.each([
    [{}, 400, 'Text generation parameter prompt required'],
    [{ prompt: '' }, 400, 'Text generation parameter prompt required'],
    [
      { prompt: 'word '.repeat(60) },
      400,
      expect.stringMatching(/^Input length of input_ids is 62, but max_length is set to 50;/),
    ],
    [{ prompt: 1 }, 422, [expect.objectContaining({ loc: ['body', 'prompt'] })]],
    [
      { prompt: 'x', generate_kwargs: { top_p: 2 } },
      422,
      [expect.objectContaining({ loc: ['body', 'generate_kwargs', 'top_p'] })],
    ],
    [
      { messages: [{ role: 'king', content: 'x' }] },
      422,
      [expect.objectContaining({ loc: ['body', 'messages', '0', 'role'] })],
    ],
    ['{', 422, [expect.objectContaining({ msg: expect.stringMatching(/^JSON decode error/) })]],
    ['[]', 422, [expect.objectContaining({ loc: ['body'] })]],
  ])('refuses %j in the words of the images', async (body, status, detail) => {
    const answer = await post('/chat', body);
    expect([answer.status, await answer.json()]).toEqual([status, { detail }]);
    expect(model.asked).toEqual([]);
  });

  test('refuses a body that is too large', async () => {
    expect((await post('/chat', 'x'.repeat(1_100_000))).status).toBe(413);
  });
});

describe('/v1', () => {
  beforeEach(() => start());

  test('lists the model and its adapters, owned by a stand-in', async () => {
    const models = await (await fetch(`${base}/v1/models`)).json();
    expect(models).toHaveProperty('data', [
      expect.objectContaining({ id: 'phi-4', owned_by: 'kaito-stand-in', parent: null, max_model_len: 50 }),
      expect.objectContaining({ id: 'my-adapter', parent: 'phi-4' }),
    ]);
  });

  test('answers a chat', async () => {
    const answer = await (await post('/v1/chat/completions', { ...chatBody, model: 'my-adapter' })).json();
    expect(answer).toMatchObject({
      object: 'chat.completion',
      model: 'my-adapter',
      choices: [{ message: { role: 'assistant', content: 'word0 word1 ' }, finish_reason: 'length' }],
      usage: { prompt_tokens: 2, completion_tokens: 2, total_tokens: 4 },
    });
  });

  test('streams a chat: who speaks, the pieces, why it ended, usage, the end', async () => {
    const answer = await post('/v1/chat/completions', {
      ...chatBody,
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const events = (await answer.text())
      .split('\n\n')
      .filter(Boolean)
      .map(event => event.replace(/^data: /, ''));
    expect(events.at(-1)).toBe('[DONE]');
    const chunks = events.slice(0, -1).map(event => JSON.parse(event));
    expect(chunks.map(({ choices }) => choices[0]?.delta)).toEqual([
      { role: 'assistant', content: '' },
      { content: 'word0 ' },
      { content: 'word1 ' },
      {},
      undefined,
    ]);
    expect(chunks[3].choices[0].finish_reason).toBe('length');
    expect(chunks[4].usage).toEqual({ prompt_tokens: 2, completion_tokens: 2, total_tokens: 4 });
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
  });

  test('a completion is carried on from the text, and ends before a stop string', async () => {
    const answer = await (
      await post('/v1/completions', { prompt: 'once upon', max_tokens: 9, stop: ['d2', 'x'] })
    ).json();
    expect(answer).toMatchObject({
      object: 'text_completion',
      choices: [{ text: 'word0 word1 wor', finish_reason: 'stop' }],
    });
    expect(model.prompts).toEqual(['once upon']);
    expect(model.ended).toBe(1);
  });

  test.each([
    [{ ...chatBody, model: 'gpt-4' }, 404, 'NotFoundError', /`gpt-4` does not exist. There are: phi-4, my-adapter/],
    [{ ...chatBody, messages: [] }, 400, 'BadRequestError', /messages is to be a list/],
    [{ ...chatBody, temperature: 'hot' }, 400, 'BadRequestError', /temperature is to be a number from 0 to 2/],
    [
      { ...chatBody, max_tokens: 49 },
      400,
      'BadRequestError',
      /maximum context length is 50 tokens. However, you requested 51/,
    ],
    [{ ...chatBody, max_tokens: 0 }, 400, 'BadRequestError', /max_tokens is to be/],
    [{ ...chatBody, n: 2 }, 400, 'BadRequestError', /n is to be 1/],
    [{ ...chatBody, tools: [{}] }, 400, 'BadRequestError', /tools is not served/],
    [{ ...chatBody, stop: ['a', 'b', 'c', 'd', 'e'] }, 400, 'BadRequestError', /stop is to be/],
    [
      { ...chatBody, messages: [{ role: 'user', content: [{ type: 'image_url' }] }] },
      400,
      'BadRequestError',
      /type is to be text/,
    ],
    ['no json', 400, 'BadRequestError', /JSON decode error/],
  ])('refuses %j in the shape of vLLM', async (body, status, type, message) => {
    const answer = await post('/v1/chat/completions', body);
    expect(answer.status).toBe(status);
    const error = { type, code: status, message: expect.stringMatching(message) };
    expect(await answer.json()).toMatchObject({ error });
  });
});

describe('under load', () => {
  test('one works, one waits, the next is told to come again; who hangs up frees the place', async () => {
    await start();
    const { promise, resolve: open } = Promise.withResolvers<void>();
    model.gate = promise;
    const hangUp = new AbortController();
    const first = post('/v1/chat/completions', chatBody, hangUp.signal).catch(() => 'hung up');
    await until(() => model.asked.length === 1);
    const second = post('/v1/chat/completions', chatBody);
    while (!(await metric('vllm:num_requests_waiting{model_name="phi-4"} 1'))) continue;
    const third = await post('/v1/chat/completions', chatBody);
    expect([third.status, third.headers.get('retry-after')]).toEqual([429, '5']);
    expect(await third.json()).toHaveProperty('error.code', 'rate_limit_exceeded');
    expect((await post('/chat', { prompt: 'x' })).status).toBe(429);
    hangUp.abort();
    expect(await first).toBe('hung up');
    // The model notices at its next word.
    await new Promise(resolve => setTimeout(resolve, 50));
    open();
    expect((await second).status).toBe(200);
    expect(await metric('vllm:request_success_total{model_name="phi-4",finished_reason="abort"} 1')).toBe(true);
    expect(await metric('vllm:num_requests_running{model_name="phi-4"} 0')).toBe(true);
    expect(await metric('vllm:generation_tokens_total{model_name="phi-4"} 2')).toBe(true);
  });

  test('a request that takes too long is ended: 504, or an error in the stream', async () => {
    await start({ requestTimeoutMs: 100 });
    const { promise, resolve: open } = Promise.withResolvers<void>();
    model.gate = promise;
    const whole = post('/v1/chat/completions', chatBody);
    setTimeout(open, 250);
    expect((await whole).status).toBe(504);
    model.gate = new Promise(resolve => setTimeout(resolve, 60));
    const original = model.generate.bind(model);
    model.generate = async function* slow(prompt, options) {
      for await (const piece of original(prompt, { ...options, maxTokens: 1 })) yield piece;
      await new Promise(resolve => setTimeout(resolve, 150));
      options.signal.throwIfAborted();
      return 'stop';
    };
    const streamed = await (await post('/v1/chat/completions', { ...chatBody, stream: true })).text();
    expect(streamed).toMatch(
      /word0[^]*"error":\{"message":"not answered within 0.1 s","type":"TimeoutError"[^]*\[DONE\]/,
    );
  });
});

describe('health', () => {
  test('is bad until the model is loaded, and while the server drains; what runs is finished', async () => {
    await start({}, false);
    expect((await fetch(`${base}/healthz`)).status).toBe(500);
    expect(await (await fetch(`${base}/healthz`)).json()).toEqual({ detail: 'Model not initialized' });
    expect((await fetch(`${base}/health`)).status).toBe(503);
    expect((await post('/chat', { prompt: 'x' })).status).toBe(500);
    server.serve(model);
    expect(await (await fetch(`${base}/healthz`)).json()).toEqual({ status: 'Healthy' });
    expect(await (await fetch(`${base}/health`)).text()).toBe('');
    const { promise, resolve: open } = Promise.withResolvers<void>();
    model.gate = promise;
    const running = post('/v1/chat/completions', chatBody);
    await until(() => model.asked.length === 1);
    const drained = server.drain(60_000);
    await expect(fetch(`${base}/health`)).rejects.toThrow(/fetch failed/);
    open();
    expect((await running).status).toBe(200);
    await drained;
  });

  test('the transformers images say it, and their metrics, in JSON', async () => {
    await start({ runtime: 'transformers' });
    expect(await (await fetch(`${base}/health`)).json()).toEqual({ status: 'Healthy' });
    expect(await (await fetch(`${base}/metrics`)).json()).toMatchObject({
      gpu_info: null,
      cpu_info: { memory: { total: expect.stringMatching(/GB$/) } },
    });
  });

  test('anything else is not found, whatever the path looks like', async () => {
    await start();
    expect((await fetch(`${base}/shutdown`)).status).toBe(404);
    const status = await new Promise(resolve => {
      httpRequest({ port: new URL(base).port, host: '127.0.0.1', path: '//[' }, response =>
        resolve(response.statusCode),
      ).end();
    });
    expect(status).toBe(404);
  });
});
