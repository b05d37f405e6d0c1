import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';
import { isRecord, tryParse } from '../http/json.ts';
import type {
  AllocationRule,
  AllocationRuleState,
  ClusterState,
  EmulatorState,
  EvictionReport,
  EvictionRequest,
  Fault,
  FaultSpec,
  NodeConditionPatch,
  PoolSeed,
  PoolState,
  RequestReport,
  Settings,
  SettingsPatch,
} from './protocol.ts';

export interface EmulatorClientOptions {
  /** Origin of the emulator, as its ready line says it: `https://127.0.0.1:<port>`. */
  readonly url: string;
  /** PEM file of the emulator's certificate authority. */
  readonly caFile: string;
}

interface Answer {
  readonly status: number;
  readonly content: string;
}

interface CallOptions {
  readonly signal?: AbortSignal;
}

/** An admin request that was refused; `message` carries the emulator's reason. */
export class EmulatorError extends Error {
  override readonly name = 'EmulatorError';
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** Typed access to the emulator's admin API over HTTPS. Every method throws `EmulatorError` when the emulator refuses. */
export class EmulatorClient {
  readonly url: string;
  readonly #agent: Agent;

  constructor(options: EmulatorClientOptions) {
    this.url = options.url.replace(/\/$/, '');
    this.#agent = new Agent({ ca: readFileSync(options.caFile), keepAlive: true });
  }

  /** Cluster, settings, pools, nodes, usage and faults as they are now. */
  async state(options?: CallOptions): Promise<EmulatorState> {
    return this.#call<EmulatorState>('GET', '/state', undefined, options);
  }

  /** Counters and the log of requests since the start or the last reset. */
  async requests(options?: CallOptions): Promise<RequestReport> {
    return this.#call<RequestReport>('GET', '/requests', undefined, options);
  }

  /** Sets all counters to zero and empties the log. */
  async resetRequests(options?: CallOptions): Promise<void> {
    await this.#call('POST', '/requests/reset', undefined, options);
  }

  /** Adds a fault behind those that are there. */
  async addFault(fault: FaultSpec, options?: CallOptions): Promise<Fault> {
    return this.#call<Fault>('POST', '/faults', fault, options);
  }

  /** Faults that are not used up. */
  async faults(options?: CallOptions): Promise<readonly Fault[]> {
    return this.#call<readonly Fault[]>('GET', '/faults', undefined, options);
  }

  /** Removes all faults; requests that hang already go on hanging. */
  async clearFaults(options?: CallOptions): Promise<void> {
    await this.#call('DELETE', '/faults', undefined, options);
  }

  /** Changes settings for what comes from now on; returns all of them. */
  async configure(patch: SettingsPatch, options?: CallOptions): Promise<Settings> {
    return this.#call<Settings>('PATCH', '/settings', patch, options);
  }

  /** Puts a pool in place that somebody else made, past quota, cap and faults. */
  async seedPool(name: string, seed: PoolSeed = {}, options?: CallOptions): Promise<PoolState> {
    return this.#call<PoolState>('PUT', `/pools/${encodeURIComponent(name)}`, seed, options);
  }

  /** Closes some of Azure's capacity, behind the rules that are there. */
  async addAllocationRule(rule: AllocationRule, options?: CallOptions): Promise<AllocationRule> {
    return this.#call<AllocationRule>('POST', '/allocation-rules', rule, options);
  }

  /** The allocation rules and how often each has hit. */
  async allocationRules(options?: CallOptions): Promise<readonly AllocationRuleState[]> {
    return this.#call<readonly AllocationRuleState[]>('GET', '/allocation-rules', undefined, options);
  }

  /** Opens all capacity again; a mix stays. */
  async clearAllocationRules(options?: CallOptions): Promise<void> {
    await this.#call('DELETE', '/allocation-rules', undefined, options);
  }

  /** Has Azure take the machines of a spot pool back. */
  async evict(pool: string, eviction: EvictionRequest = {}, options?: CallOptions): Promise<EvictionReport> {
    return this.#call<EvictionReport>('POST', `/pools/${encodeURIComponent(pool)}/evict`, eviction, options);
  }

  /** Begins to stop the cluster, as `az aks stop` does; `timings.powerMs` later it is stopped. */
  async stopCluster(options?: CallOptions): Promise<ClusterState> {
    return this.#call<ClusterState>('POST', '/cluster/stop', undefined, options);
  }

  /** Begins to start the cluster, as `az aks start` does; `timings.powerMs` later it runs. */
  async startCluster(options?: CallOptions): Promise<ClusterState> {
    return this.#call<ClusterState>('POST', '/cluster/start', undefined, options);
  }

  /**
   * Writes conditions into a Node's status; resolves when the API server has them. A Node whose Ready is set to False or
   * Unknown stays so until it is set to True.
   */
  async setNodeConditions(
    node: string,
    conditions: readonly NodeConditionPatch[],
    options?: CallOptions,
  ): Promise<void> {
    await this.#call('PUT', `/nodes/${encodeURIComponent(node)}/conditions`, conditions, options);
  }

  /** Resolves when the emulator answers; rejects otherwise. */
  async health(options?: CallOptions): Promise<void> {
    await this.#call('GET', '/health', undefined, options);
  }

  /** Closes idle connections. */
  close(): void {
    this.#agent.destroy();
  }

  async #call<T>(method: string, path: string, body: unknown, options: CallOptions = {}): Promise<T> {
    const { status, content } = await this.#send(method, path, body, options.signal);
    const parsed = tryParse(content);
    if (status >= 400) {
      throw new EmulatorError(`${method} ${path} was refused (${status}): ${reasonIn(parsed) ?? content}`, status);
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the other end is the emulator of this very package
    return parsed as T;
  }

  async #send(method: string, path: string, body: unknown, signal: AbortSignal | undefined): Promise<Answer> {
    const payload = body === undefined ? '' : JSON.stringify(body);
    const call = request(`${this.url}/_emulator${path}`, {
      method,
      agent: this.#agent,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) },
      ...(signal && { signal }),
    });
    const answered = new Promise<IncomingMessage>((resolve, reject) =>
      call.once('response', resolve).once('error', reject),
    );
    call.end(payload);
    const response = await answered;
    return { status: response.statusCode ?? 0, content: await text(response) };
  }
}

function reasonIn(answer: unknown): string | undefined {
  const error = isRecord(answer) ? (answer['error'] ?? answer) : undefined;
  return isRecord(error) && typeof error['message'] === 'string' ? error['message'] : undefined;
}
