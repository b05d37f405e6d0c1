import type { ContainerServiceClient } from '@azure/arm-containerservice';
import { createPipelineRequest } from '@azure/core-rest-pipeline';
import type { HttpClient, PipelineResponse } from '@azure/core-rest-pipeline';
import { fromSdkAgentPool, fromWireAgentPool } from './agent-pool.ts';
import type { AgentPool } from './agent-pool.ts';
import { toSdkAgentPool } from './agent-pool-spec.ts';
import type { AgentPoolSpec } from './agent-pool-spec.ts';
import { AzureError, isAzureError } from './azure-error.ts';
import type { CallResult, Calls } from './calls.ts';
import { parseJson } from './json.ts';
import { readOperationStatus } from './operation-status.ts';
import type { OperationStatus } from './operation-status.ts';
import { isPoolGone } from './pool-gone.ts';
import { correlationIdOf } from './response.ts';

export type { OperationState, OperationStatus } from './operation-status.ts';

export interface CallOptions {
  /** Ends the call at once; AzureError `Aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/** ARM has taken the request; the work goes on without us. */
export interface Accepted {
  /** The pool as ARM answered a create. */
  readonly pool?: AgentPool;
  /** For `operation()`; absent when ARM named none. */
  readonly operationUrl?: string;
  /** Azure's id of the operation, for logs: the URL may carry a signature, the id does not. */
  readonly operationId?: string;
  readonly correlationId?: string;
}

/** The agent pools of one AKS cluster. Writes are sent exactly once and never waited for beyond their acceptance. */
export interface AgentPools {
  /**
   * Creates a pool, and only creates: a pool of that name, whoever made it, is left as it is.
   * @throws AzureError of kind `exists` when there is one; else of the kind of the refusal.
   */
  create(name: string, spec: AgentPoolSpec, options?: CallOptions): Promise<Accepted>;
  /**
   * Deletes a pool.
   * @param options.etag deletes only this state of the pool; kind `busy` when it has changed since
   * @returns undefined when there was none
   */
  delete(name: string, options?: CallOptions & { readonly etag?: string | undefined }): Promise<Accepted | undefined>;
  /**
   * Reads a pool.
   * @returns undefined when the cluster has no such pool
   * @throws AzureError, of kind `notFound` when the cluster or its resource group is missing: that says nothing of the pool
   */
  get(name: string, options?: CallOptions): Promise<AgentPool | undefined>;
  /** Reads all pools. All pages or an error, never a part. */
  list(options?: CallOptions): Promise<readonly AgentPool[]>;
  /** Asks how an accepted request goes on. Refuses a URL that is not ARM's own. */
  operation(url: string, options?: CallOptions): Promise<OperationStatus>;
}

/** Which cluster, over which client. */
export interface AgentPoolsOptions {
  readonly calls: Calls;
  readonly client: ContainerServiceClient;
  readonly httpClient: HttpClient;
  readonly scope: { readonly resourceGroup: string; readonly clusterName: string };
}

/** AgentPools over ARM. */
export class ArmAgentPools implements AgentPools {
  readonly #calls: Calls;
  readonly #client: ContainerServiceClient;
  readonly #httpClient: HttpClient;
  readonly #group: string;
  readonly #cluster: string;

  constructor({ calls, client, httpClient, scope }: AgentPoolsOptions) {
    this.#calls = calls;
    this.#client = client;
    this.#httpClient = httpClient;
    this.#group = scope.resourceGroup;
    this.#cluster = scope.clusterName;
  }

  async create(name: string, spec: AgentPoolSpec, { signal }: CallOptions = {}): Promise<Accepted> {
    checkName(name);
    const { response } = await this.#calls.run('agentPools.create', signal, () =>
      // submitted() settles with the PUT; the poller is then dropped, and an unused poller does nothing.
      this.#client.agentPools
        .createOrUpdate(this.#group, this.#cluster, name, toSdkAgentPool(spec), { ifNoneMatch: '*' })
        .submitted(),
    );
    const pool = fromWireAgentPool(parseJson(response?.bodyAsText));
    return { ...(pool ? { pool } : {}), ...accepted(response) };
  }

  async delete(
    name: string,
    { etag, signal }: CallOptions & { readonly etag?: string | undefined } = {},
  ): Promise<Accepted | undefined> {
    checkName(name);
    const options = etag === undefined ? {} : { ifMatch: etag };
    try {
      const { response } = await this.#calls.run('agentPools.delete', signal, () =>
        this.#client.agentPools.delete(this.#group, this.#cluster, name, options).submitted(),
      );
      return response?.status === 204 ? undefined : accepted(response);
    } catch (error) {
      if (isPoolGone(error, name)) return undefined;
      // To a delete, 412 does not say that a pool exists but that it is another than the one that was read.
      throw isAzureError(error) && error.statusCode === 412 ? error.with({ kind: 'busy' }) : error;
    }
  }

  async get(name: string, { signal }: CallOptions = {}): Promise<AgentPool | undefined> {
    checkName(name);
    try {
      const { value } = await this.#calls.run('agentPools.get', signal, async () =>
        fromSdkAgentPool(await this.#client.agentPools.get(this.#group, this.#cluster, name)),
      );
      return value;
    } catch (error) {
      if (isPoolGone(error, name)) return undefined;
      throw error;
    }
  }

  async list({ signal }: CallOptions = {}): Promise<readonly AgentPool[]> {
    const { value } = await this.#calls.run('agentPools.list', signal, async () => {
      const pools: AgentPool[] = [];
      for await (const pool of this.#client.agentPools.list(this.#group, this.#cluster))
        pools.push(fromSdkAgentPool(pool));
      return pools;
    });
    return value;
  }

  async operation(url: string, { signal }: CallOptions = {}): Promise<OperationStatus> {
    const { value }: CallResult<OperationStatus> = await this.#calls.run('agentPools.operation', signal, async () => {
      if (!URL.canParse(url)) throw new AzureError('the URL of the operation is none', { code: 'ForeignUrl' });
      const request = createPipelineRequest({ url, method: 'GET' });
      return readOperationStatus(await this.#client.pipeline.sendRequest(this.#httpClient, request));
    });
    return value;
  }
}

/** AKS docs, "Create node pools": lower-case letters and digits, 12 at most for Linux. An empty name would address all pools. */
const poolName = /^[a-z][a-z0-9]{0,11}$/;

function checkName(name: string): void {
  if (poolName.test(name)) return;
  throw new AzureError(
    `agent pool name ${JSON.stringify(name)} is not 1-12 lower-case letters and digits with a letter first`,
    {
      code: 'InvalidAgentPoolName',
    },
  );
}

function accepted(response: PipelineResponse | undefined): Accepted {
  if (response === undefined) return {};
  const operationUrl = response.headers.get('azure-asyncoperation');
  const correlationId = correlationIdOf(response);
  const operationId = URL.parse(operationUrl ?? '')
    ?.pathname.split('/')
    .at(-1);
  return {
    ...(operationUrl ? { operationUrl } : {}),
    ...(operationId ? { operationId } : {}),
    ...(correlationId ? { correlationId } : {}),
  };
}
