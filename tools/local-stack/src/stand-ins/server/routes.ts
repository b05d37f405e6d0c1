import { Adapters, AdapterError, refusal } from './adapters.ts';
import type { ServerFlags } from './flags.ts';
import type { Answer, Call } from './listen.ts';

export interface ServerState {
  readonly flags: ServerFlags;
  readonly adapters: Adapters;
  /** Whether adapters may come and go while it serves (vLLM docs, VLLM_ALLOW_RUNTIME_LORA_UPDATING). */
  readonly liveAdapters: boolean;
  /** What says that this is no model. */
  readonly standIn: string;
  readonly requests: { answered: number };
}

type Route = (call: Call, state: ServerState) => Answer;

const healthy: Route = () => ({ status: 200, body: '' });

const routes: Readonly<Record<string, Route>> = {
  'GET /health': healthy,
  'GET /healthz': () => ({ status: 200, body: { status: 'Healthy' } }),
  'GET /v1/models': (_call, state) => ({ status: 200, body: { object: 'list', data: models(state) } }),
  'GET /metrics': (_call, state) => ({ status: 200, body: metrics(state) }),
  'POST /v1/chat/completions': chat,
  'POST /v1/completions': chat,
  'POST /chat': ({ body }, { flags, requests }) => {
    requests.answered++;
    return { status: 200, body: { Result: `${flags.servedName}: ${promptOf(body)}` } };
  },
};

const liveRoutes: Readonly<Record<string, Route>> = {
  'POST /v1/load_lora_adapter': ({ body }, { adapters }) => {
    const { lora_name: name, lora_path: path, load_inplace: isInPlace } = body;
    if (typeof name !== 'string' || typeof path !== 'string' || name === '' || path === '')
      return refusal(400, "Both 'lora_name' and 'lora_path' must be provided.");
    adapters.load(name, path, isInPlace === true);
    return { status: 200, body: `Success: LoRA adapter '${name}' added successfully.` };
  },
  'POST /v1/unload_lora_adapter': ({ body }, { adapters }) => {
    const { lora_name: name } = body;
    if (typeof name !== 'string' || name === '') return refusal(400, "'lora_name' needs to be provided to unload a LoRA adapter.");
    adapters.unload(name);
    return { status: 200, body: `Success: LoRA adapter '${name}' removed successfully.` };
  },
};

/** Answers as the servers of KAITO's images do, but for what a model would say: it says what it was asked. */
export function answer(call: Call, state: ServerState): Answer {
  const name = `${call.method} ${call.path}`;
  const route = routes[name] ?? (state.liveAdapters ? liveRoutes[name] : undefined);
  if (!route) return { status: 404, body: { detail: 'Not Found' } };
  try {
    return route(call, state);
  } catch (error) {
    if (error instanceof AdapterError) return refusal(error.status, error.message);
    throw error;
  }
}

function models({ flags, adapters }: ServerState): readonly object[] {
  const base = { id: flags.servedName, object: 'model', owned_by: 'vllm', root: flags.servedName, parent: null };
  const loaded = adapters.list.map(([id, root]) => ({ ...base, id, root, parent: flags.servedName }));
  return [base, ...loaded];
}

function chat({ body, path }: Call, state: ServerState): Answer {
  const { flags, adapters, requests, standIn } = state;
  const model = body['model'] ?? flags.servedName;
  if (typeof model !== 'string' || (model !== flags.servedName && !adapters.has(model)))
    return refusal(404, `The model \`${String(model)}\` does not exist.`);
  requests.answered++;
  const content = `${model}: ${promptOf(body)}`;
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
  const isChat = path.endsWith('/chat/completions');
  const said = isChat ? { message: { role: 'assistant', content } } : { text: content };
  const choices = [{ index: 0, finish_reason: 'stop', ...said }];
  const object = isChat ? 'chat.completion' : 'text_completion';
  return { status: 200, body: { id: `stand-in-${requests.answered}`, object, model, system_fingerprint: standIn, choices, usage } };
}

function promptOf({ messages, prompt }: Call['body']): string {
  if (typeof prompt === 'string') return prompt;
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined;
  return typeof last === 'object' && last !== null && 'content' in last ? String(last.content) : '';
}

function metrics({ flags, adapters, requests }: ServerState): string {
  const label = `{model_name="${flags.servedName}"}`;
  const names = adapters.list.map(([name]) => name).join(',');
  return [
    `vllm:num_requests_running${label} 0`,
    `vllm:num_requests_waiting${label} 0`,
    `vllm:request_success_total{model_name="${flags.servedName}",finished_reason="stop"} ${requests.answered}`,
    `vllm:lora_requests_info{running_lora_adapters="",waiting_lora_adapters="",max_lora="${names}"} 1`,
    '',
  ].join('\n');
}
