import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Emulator } from '../emulator.ts';

export interface ArmAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into bodies of any shape
  readonly body: any;
}

export interface ArmRequest {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Speaks plain HTTPS to an emulator, with a token of its own and without any SDK in between. */
export class ArmCaller {
  readonly #emulator: Emulator;
  readonly #ca: string;
  token: string | undefined;

  constructor(emulator: Emulator) {
    this.#emulator = emulator;
    this.#ca = readFileSync(emulator.caFile, 'utf8');
  }

  /** Gets a token by a client secret; what is sent from now on carries it. */
  async signIn(): Promise<void> {
    const { tenantId, clientId } = this.#emulator.cluster;
    const { body } = await this.form(`/${tenantId}/oauth2/v2.0/token`, {
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: 'any',
      scope: 'https://management.azure.com/.default',
    });
    this.token = body.access_token;
  }

  /** Path of the cluster, of its pools, or of one pool, with an api-version. */
  path(pool?: string, version = '2026-06-01'): string {
    const { subscriptionId, resourceGroup, clusterName } = this.#emulator.cluster;
    const cluster = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.ContainerService/managedClusters/${clusterName}`;
    return `${cluster}/agentPools${pool === undefined ? '' : `/${pool}`}?api-version=${version}`;
  }

  send(method: string, target: string, { body, headers, signal }: ArmRequest = {}): Promise<ArmAnswer> {
    const authorization = this.token === undefined ? {} : { authorization: `Bearer ${this.token}` };
    const payload = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
    return this.#raw(method, target, { payload, headers: { ...authorization, ...headers }, signal });
  }

  form(target: string, fields: Readonly<Record<string, string>>): Promise<ArmAnswer> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return this.#raw('POST', target, { payload: new URLSearchParams(fields).toString(), headers, signal: undefined });
  }

  async #raw(
    method: string,
    target: string,
    {
      payload,
      headers,
      signal,
    }: { payload: string | undefined; headers: Record<string, string>; signal: AbortSignal | undefined },
  ): Promise<ArmAnswer> {
    const call = request(new URL(target, this.#emulator.url), {
      method,
      ca: this.#ca,
      headers,
      agent: false,
      ...(signal && { signal }),
    });
    const answered = new Promise<IncomingMessage>((resolve, reject) =>
      call.once('response', resolve).once('error', reject),
    );
    call.end(payload);
    const response = await answered;
    const content = await text(response);
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: content === '' ? undefined : (JSON.parse(content) as unknown),
    };
  }
}
