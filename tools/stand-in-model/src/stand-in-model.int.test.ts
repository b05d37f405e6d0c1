import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { jest } from '@jest/globals';
import { freePorts, messageOf } from '@kaito/local-stack';
import { ensureStandIn } from './fetch/ensure-stand-in.ts';
import { serverProgram } from './server-program.ts';

// The model is fetched when this machine has never had it.
jest.setTimeout(400_000);

/** Where the model cannot be had, nobody shall think that it was tested. */
const files = await ensureStandIn().catch((error: unknown) => {
  console.warn(`NOT TESTED: the stand-in model, which cannot be had: ${messageOf(error)}`);
});

let server: ChildProcess | undefined;
let base: string;
const nodeEnv = { ...process.env, NODE_OPTIONS: '' };
const metrics = async (): Promise<string> => (await fetch(`${base}/metrics`)).text();
const post = (path: string, body: object, signal?: AbortSignal): Promise<Response> =>
  fetch(`${base}${path}`, { method: 'POST', body: JSON.stringify(body), ...(signal && { signal }) });

(files ? describe : describe.skip)('with the model', () => {
  beforeAll(async () => {
    const [port = 0] = await freePorts(1);
    base = `http://127.0.0.1:${port}`;
    const args = serverProgram({ engine: '', weights: '', ...files, port });
    server = spawn(process.execPath, args, { env: nodeEnv, stdio: ['ignore', 'pipe', 'inherit'] });
    if (server.stdout) await once(server.stdout, 'data');
  });
  afterAll(() => void server?.kill('SIGKILL'));

  test('a real model knows how a sentence goes on, and says something to a question', async () => {
    const completion = await post('/v1/completions', {
      prompt: 'The capital of France is',
      max_tokens: 3,
      temperature: 0,
    });
    expect(await completion.json()).toMatchObject({ choices: [{ text: expect.stringMatching(/^ Paris/) }] });
    const answer = await post('/chat', {
      prompt: 'What is Kubernetes?',
      return_full_text: false,
      generate_kwargs: { max_new_tokens: 20, do_sample: false },
    });
    expect(await answer.json()).toEqual({ Result: expect.stringMatching(/Kubernetes is/) });
  });

  test('the same question has the same answer, streamed or not, when nothing is drawn', async () => {
    const body = { messages: [{ role: 'user', content: 'Count to five.' }], max_tokens: 12, temperature: 0 };
    const whole = JSON.parse(await (await post('/v1/chat/completions', body)).text());
    const events = (await (await post('/v1/chat/completions', { ...body, stream: true })).text()).split('\n\n');
    const text = events
      .filter(event => event.startsWith('data: {'))
      .map(event => JSON.parse(event.slice(6)).choices[0].delta.content ?? '')
      .join('');
    expect(text).toBe(whole.choices[0].message.content);
    expect(text.length).toBeGreaterThan(5);
  });

  test('who hangs up frees the place, and SIGTERM ends it in good order', async () => {
    const hangUp = AbortSignal.timeout(300);
    await expect(post('/v1/completions', { prompt: 'Once upon a time', max_tokens: 2000 }, hangUp)).rejects.toThrow(
      /timeout/,
    );
    while (!(await metrics()).includes('vllm:num_requests_running{model_name="smollm2-135m-instruct"} 0')) continue;
    server?.kill('SIGTERM');
    expect(await (server && once(server, 'exit'))).toEqual([0, null]);
  });
});

test('ends with what is wrong when the model cannot be loaded', async () => {
  const args = serverProgram({ engine: '/nowhere', weights: '/nowhere/model.gguf', port: 0 });
  const failing = spawn(process.execPath, args, { env: nodeEnv });
  let said = '';
  failing.stderr.on('data', chunk => (said += String(chunk)));
  expect(await once(failing, 'close')).toEqual([1, null]);
  expect(said).toMatch(/stand-in-model: .*\/nowhere/);
});
