import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { jest } from '@jest/globals';
import { freePorts, messageOf } from '@kaito/local-stack';
import { ensureStandIn } from './fetch/ensure-stand-in.ts';
import { serverProgram } from './server-program.ts';

// The model is fetched when this machine has never had it.
jest.setTimeout(400_000);

let server: ChildProcess | undefined;
let base: string;
let missing: string | undefined;

beforeAll(async () => {
  const files = await ensureStandIn().catch((error: unknown) => {
    missing = messageOf(error);
    console.warn(`NOT TESTED: the stand-in model, which cannot be had: ${missing}`);
  });
  if (!files) return;
  const [port = 0] = await freePorts(1);
  base = `http://127.0.0.1:${port}`;
  const env = { ...process.env, NODE_OPTIONS: '' };
  server = spawn(process.execPath, serverProgram({ ...files, port }), { env, stdio: ['ignore', 'pipe', 'inherit'] });
  if (!server.stdout) throw new Error('no output');
  await once(server.stdout, 'data');
}, 400_000);
afterAll(() => void server?.kill('SIGKILL'));

/** One that says nothing is skipped where the model cannot be had, as was said loudly. */
const withModel = (name: string, check: () => Promise<void>): void => test(name, async () => missing ?? check());
const post = (path: string, body: object, signal?: AbortSignal): Promise<Response> =>
  fetch(`${base}${path}`, { method: 'POST', body: JSON.stringify(body), ...(signal && { signal }) });

withModel('a real model knows how a sentence goes on, and says something to a question', async () => {
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

withModel('the same question has the same answer, streamed or not, when nothing is drawn', async () => {
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

test('ends with what is wrong when the model cannot be loaded', async () => {
  const args = serverProgram({ engine: '/nowhere', weights: '/nowhere/model.gguf', port: 0 });
  const failing = spawn(process.execPath, args, { env: { ...process.env, NODE_OPTIONS: '' } });
  let said = '';
  failing.stderr.on('data', chunk => (said += String(chunk)));
  expect(await once(failing, 'close')).toEqual([1, null]);
  expect(said).toMatch(/stand-in-model: .*\/nowhere/);
});

withModel('who hangs up frees the place, and SIGTERM ends it in good order', async () => {
  const hangUp = AbortSignal.timeout(300);
  await expect(post('/v1/completions', { prompt: 'Once upon a time', max_tokens: 2000 }, hangUp)).rejects.toThrow();
  const running = async (): Promise<string> => (await fetch(`${base}/metrics`)).text();
  while (!(await running()).includes('vllm:num_requests_running{model_name="smollm2-135m-instruct"} 0')) continue;
  server?.kill('SIGTERM');
  expect(await (server && once(server, 'exit'))).toEqual([0, null]);
});
