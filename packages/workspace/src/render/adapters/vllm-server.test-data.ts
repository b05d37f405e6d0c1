import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** A request to change adapters, as it came. */
export interface AdapterCall {
  readonly path: string;
  readonly name: string;
  readonly folder?: string | undefined;
}

/**
 * A server with the endpoints of vLLM by which adapters come and go, and its words (vllm-project/vllm, entrypoints/openai). It reads the
 * files that it is told of; what an adapter says is the text of its weights.
 */
export class VllmServer {
  readonly calls: AdapterCall[] = [];
  /** Whether it can put an adapter in the place of another, as newer ones do. */
  knowsInplace = true;
  #adapters = new Map<string, { readonly folder: string; readonly says: string }>();
  #server: Server | undefined;
  #port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** What each adapter says, by its name. */
  get served(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.#adapters].map(([name, { says }]) => [name, says]));
  }

  /** Starts, or starts again on the same port: with no adapters. */
  async start(): Promise<void> {
    this.#adapters = new Map();
    const server = createServer((request, response) => void this.#answer(request, response));
    await new Promise<void>(resolve => server.listen(this.#port, '127.0.0.1', resolve));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    server?.closeAllConnections();
    await new Promise(resolve => (server ? server.close(resolve) : resolve(undefined)));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const [status, answer] =
      request.url === '/v1/models' ? [200, this.#models()] : this.#change(request.url ?? '', body);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  }

  #models(): unknown {
    const adapters = [...this.#adapters].map(([id, { folder }]) => card(id, folder, 'phi-4'));
    return { object: 'list', data: [card('phi-4', 'microsoft/phi-4', null), ...adapters] };
  }

  #change(path: string, body: string): readonly [number, unknown] {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of the script under test
    const asked = JSON.parse(body) as { lora_name: string; lora_path?: string; load_inplace?: boolean };
    const { lora_name: name, lora_path: folder, load_inplace: inplace = false } = asked;
    this.calls.push({ path, name, folder });
    if (path === '/v1/unload_lora_adapter') {
      if (!this.#adapters.delete(name)) return refusal(404, `The lora adapter '${name}' cannot be found.`);
      return [200, `Success: LoRA adapter '${name}' removed successfully.`];
    }
    if (this.#adapters.has(name) && !(inplace && this.knowsInplace)) {
      return refusal(400, `The lora adapter '${name}' has already been loaded.`);
    }
    return this.#load(name, folder ?? '');
  }

  #load(name: string, folder: string): readonly [number, unknown] {
    const config = join(folder, 'adapter_config.json');
    if (!existsSync(config)) return refusal(404, `Loading lora ${name} failed: No adapter found for ${folder}`);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of the tests
    const { r } = JSON.parse(readFileSync(config, 'utf8')) as { readonly r: number };
    if (r > 64) return refusal(400, `Call to add_lora method failed: LoRA rank ${r} is greater than max_lora_rank 64.`);
    this.#adapters.set(name, { folder, says: readFileSync(join(folder, 'adapter_model.safetensors'), 'utf8') });
    return [200, `Success: LoRA adapter '${name}' added successfully.`];
  }
}

function refusal(code: number, message: string): readonly [number, unknown] {
  return [code, { error: { message, type: code === 404 ? 'NotFoundError' : 'BadRequestError', param: null, code } }];
}

function card(id: string, root: string, parent: string | null): object {
  return { id, object: 'model', owned_by: 'vllm', root, parent, permission: [{ id: `modelperm-${id}` }] };
}
