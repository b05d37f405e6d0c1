import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Adapters } from './adapters.ts';
import { readFlags } from './flags.ts';
import { answer, type ServerState } from './routes.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'adapters-'));
  for (const [name, rank] of [
    ['a', 8],
    ['b', 8],
    ['big', 64],
  ] as const) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'adapter_config.json'), JSON.stringify({ r: rank }));
    writeFileSync(join(folder, name, 'adapter_model.safetensors'), '');
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

function serving(liveAdapters = true): ServerState {
  const flags = readFlags(['--served-model-name=phi', '--enable-lora', '--max-loras', '4']);
  return { flags, adapters: new Adapters(flags.maxLoraRank), liveAdapters, standIn: 's', requests: { answered: 0 } };
}

const post = (state: ServerState, path: string, body: Readonly<Record<string, unknown>>) =>
  answer({ method: 'POST', path, body }, state);
const load = (state: ServerState, name: string, more: object = {}) =>
  post(state, '/v1/load_lora_adapter', { lora_name: name, lora_path: join(folder, name), ...more });
const modelsOf = (state: ServerState) => answer({ method: 'GET', path: '/v1/models', body: {} }, state).body;

test('adapters come and go, in the words and with the codes of vLLM', () => {
  const state = serving();
  expect(load(state, 'a')).toEqual({ status: 200, body: "Success: LoRA adapter 'a' added successfully." });
  expect(load(state, 'a')).toMatchObject({
    status: 400,
    body: { error: { message: expect.stringContaining('has already been loaded') } },
  });
  expect(load(state, 'a', { load_inplace: true }).status).toBe(200);
  expect(load(state, 'none')).toMatchObject({
    status: 404,
    body: { error: { message: expect.stringContaining('No adapter found') } },
  });
  expect(load(state, 'big')).toMatchObject({
    status: 400,
    body: { error: { message: 'LoRA rank 64 is greater than max_lora_rank 16.' } },
  });
  expect(post(state, '/v1/load_lora_adapter', { lora_name: 'a' }).status).toBe(400);
  expect(modelsOf(state)).toMatchObject({
    data: [
      { id: 'phi', parent: null },
      { id: 'a', parent: 'phi' },
    ],
  });
  expect(post(state, '/v1/unload_lora_adapter', { lora_name: 'a' }).status).toBe(200);
  expect(post(state, '/v1/unload_lora_adapter', { lora_name: 'a' })).toMatchObject({ status: 404 });
  expect(modelsOf(state)).toMatchObject({ data: [{ id: 'phi' }] });
});

test('without the permission there is no such endpoint', () => {
  expect(load(serving(false), 'a')).toEqual({ status: 404, body: { detail: 'Not Found' } });
});

test('it answers for models that it has, and says what it was asked', () => {
  const state = serving();
  load(state, 'b');
  const ask = (model: string) =>
    post(state, '/v1/chat/completions', { model, messages: [{ role: 'user', content: 'hi' }] });
  expect(ask('b')).toMatchObject({ status: 200, body: { model: 'b', choices: [{ message: { content: 'b: hi' } }] } });
  expect(ask('c')).toMatchObject({ status: 404, body: { error: { message: 'The model `c` does not exist.' } } });
  expect(answer({ method: 'GET', path: '/metrics', body: {} }, state).body).toContain(
    'vllm:request_success_total{model_name="phi",finished_reason="stop"} 1',
  );
  expect(post(state, '/chat', { prompt: 'hello' }).body).toEqual({ Result: 'phi: hello' });
});

test('a start with a folder that is no adapter fails', () => {
  mkdirSync(join(folder, 'empty'));
  expect(() => new Adapters(64).loadAll(folder)).toThrow('No adapter found');
  rmSync(join(folder, 'empty'), { recursive: true });
  const adapters = new Adapters(64);
  adapters.loadAll(folder);
  expect(adapters.list.map(([name]) => name)).toEqual(['a', 'b', 'big']);
});
