import { setTimeout as delay } from 'node:timers/promises';
import { machinePath, ownAddress, say } from '../environment.ts';
import { Adapters } from './adapters.ts';
import { readFlags } from './flags.ts';
import { listen } from './listen.ts';
import { answer, type ServerState } from './routes.ts';

const STAND_IN = 'stand-in for the inference server: no model answers';

/** Milliseconds until the stand-in listens, as a real one loads a model for minutes. */
const START_MS = 'START_MS';

/**
 * Stands in for KAITO's inference servers: their ports and endpoints, and the loading of adapters, with no model behind.
 * @throws AdapterError when an adapter that lies there at the start cannot be loaded, as vLLM does
 */
export async function serve(
  runtime: 'vllm' | 'transformers',
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const flags = readFlags(words);
  const isVllm = runtime === 'vllm';
  say(`${STAND_IN} (${runtime}); it serves ${flags.servedName}`);
  const adapters = new Adapters(isVllm ? flags.maxLoraRank : Infinity);
  await delay(Number(env[START_MS] ?? 0));
  if (!isVllm || flags.lora) adapters.loadAll(machinePath(flags.adaptersFolder, env));
  const updating = (env['VLLM_ALLOW_RUNTIME_LORA_UPDATING'] ?? '').toLowerCase();
  const liveAdapters = isVllm && flags.lora && ['true', '1'].includes(updating);
  const state: ServerState = { flags, adapters, liveAdapters, standIn: STAND_IN, requests: { answered: 0 } };
  await listen(ownAddress(env), flags.port, call => {
    const answered = answer(call, state);
    if (call.method === 'POST') say(`${call.method} ${call.path} ${answered.status}`);
    return answered;
  });
  say(`Loaded adapters: [${adapters.list.map(([name]) => name).join(', ')}]`);
}
