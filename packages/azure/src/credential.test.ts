import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { writeFile } from 'node:fs/promises';
import { createAzure } from './azure.ts';
import { isPublicAuthority } from './clouds.ts';
import type { CredentialConfig } from './config.ts';
import { LocalAzure, localTenantId as tenantId } from '@kaito/testing';

let entra: LocalAzure;

beforeEach(async () => {
  entra = await LocalAzure.start();
  entra.answer('GET /subscriptions', { status: 200, body: { value: [] } });
});
afterEach(() => entra.close());

function tokenRequests(): URLSearchParams[] {
  return entra.seen
    .filter(({ method, path }) => method === 'POST' && path.includes('/token'))
    .map(({ body }) => new URLSearchParams(body));
}

describe('credentials', () => {
  it('exchange the projected token for workload identity', async () => {
    await createAzure(entra.config()).checkCredential();
    expect(Object.fromEntries(tokenRequests()[0] ?? [])).toMatchObject({
      grant_type: 'client_credentials',
      client_id: 'client',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: 'a.projected.token',
      scope: expect.stringContaining('https://management.azure.com/.default'),
    });
  });

  it('send the secret for a client secret', async () => {
    const credential: CredentialConfig = {
      type: 'client-secret',
      tenantId,
      clientId: 'client',
      clientSecret: 's3cret',
    };
    await createAzure({ ...entra.config(), credential }).checkCredential();
    expect(tokenRequests()[0]?.get('client_secret')).toBe('s3cret');
  });

  it.each([
    ['public', 'https://management.azure.com/.default'],
    ['usgovernment', 'https://management.usgovcloudapi.net/.default'],
    ['china', 'https://management.chinacloudapi.cn/.default'],
  ] as const)('follow the %s cloud with the scope, also under another endpoint', async (cloud, scope) => {
    await createAzure({ ...entra.config(), cloud }).checkCredential();
    expect(tokenRequests()[0]?.get('scope')).toContain(scope);
  });

  it('ask a private authority alone, never the public instance discovery', async () => {
    await createAzure(entra.config()).checkCredential();
    expect(entra.seen.map(({ path }) => path).filter(path => !path.startsWith(`/${tenantId}/`))).toEqual([]);
  });

  it('leave instance discovery to the public clouds: elsewhere it would leave the network', () => {
    for (const host of ['login.microsoftonline.com', 'login.microsoftonline.us', 'login.chinacloudapi.cn']) {
      expect(isPublicAuthority(`https://${host}`)).toBe(true);
    }
    expect(isPublicAuthority(entra.url)).toBe(false);
  });

  it('report what Entra says, classified, without the noise', async () => {
    entra.tokenAnswers.push({
      status: 401,
      headers: { 'x-ms-request-id': 'entra-1' },
      body: {
        error: 'invalid_client',
        error_description:
          "AADSTS700213: No matching federated identity record found for presented assertion subject 'system:serviceaccount:a:b'. Trace ID: t Correlation ID: c Timestamp: 2026-11-22 10:00:00Z",
        error_codes: [700213],
      },
    });
    await expect(createAzure(entra.config()).agentPools.list()).rejects.toMatchObject({
      code: 'AADSTS700213',
      kind: 'auth',
      statusCode: 401,
      message:
        "AADSTS700213: No matching federated identity record found for presented assertion subject 'system:serviceaccount:a:b'.",
      correlationId: 'entra-1',
    });
    expect(entra.armRequests()).toEqual([]);
  });

  it.each([
    [{ status: 503, body: 'down' } as const, { kind: 'transient', statusCode: 503 }],
    [{ status: 429, headers: { 'retry-after': '17' }, body: {} } as const, { kind: 'throttled', retryAfterMs: 17_000 }],
    ['reset' as const, { kind: 'transient', code: 'ECONNRESET' }],
    ['hang' as const, { kind: 'transient', code: 'Timeout' }],
  ])('tell trouble of Entra (%j) from a wrong identity', async (answer, expected) => {
    entra.tokenAnswers.push(answer);
    await expect(
      createAzure({ ...entra.config(), timeoutMs: answer === 'hang' ? 200 : 10_000 }).checkCredential(),
    ).rejects.toMatchObject(expected);
  });

  it('say which token file is missing', async () => {
    const credential: CredentialConfig = {
      type: 'workload-identity',
      tenantId,
      clientId: 'c',
      federatedTokenFile: '/nowhere/token',
    };
    await expect(createAzure({ ...entra.config(), credential }).checkCredential()).rejects.toMatchObject({
      kind: 'auth',
      code: 'CredentialUnavailable',
      message: expect.stringContaining('/nowhere/token'),
    });
  });
});

describe('tokens', () => {
  it('are acquired once for all clients and all callers', async () => {
    const azure = createAzure(entra.config());
    await Promise.all([
      azure.agentPools.list(),
      azure.agentPools.list(),
      azure.skus.list('eastus'),
      azure.usages.list('eastus'),
      azure.checkCredential(),
    ]);
    expect(entra.tokens).toEqual(['token-1']);
  });

  it('do not depend on the caller who asked first', async () => {
    const azure = createAzure(entra.config());
    const caller = new AbortController();
    const first = azure.agentPools.list({ signal: caller.signal });
    const second = azure.agentPools.list();
    caller.abort();
    await expect(first).rejects.toMatchObject({ code: 'Aborted' });
    await expect(second).resolves.toEqual([]);
  });

  it('are renewed beside the requests before they end', async () => {
    let time = Date.now();
    const azure = createAzure({ ...entra.config(), now: () => time });
    await azure.agentPools.list();
    time += 54 * 60_000;
    await azure.agentPools.list();
    expect(entra.tokens).toHaveLength(1);
    time += 2 * 60_000;
    entra.seen.length = 0;
    await azure.agentPools.list();
    await entra.arrival(`POST /${tenantId}`);
    expect(entra.armRequests()[0]?.headers.authorization).toBe('Bearer token-1');
  });

  it('serve to their end while Entra is down', async () => {
    let time = Date.now();
    const azure = createAzure({ ...entra.config(), now: () => time });
    await azure.agentPools.list();
    entra.tokenAnswers.push(...Array.from({ length: 20 }, () => ({ status: 503, body: 'down' }) as const));
    time += 56 * 60_000;
    await azure.agentPools.list();
    await azure.agentPools.list();
    expect(entra.armRequests()).toHaveLength(3);
    time += 4 * 60_000;
    await expect(azure.agentPools.list()).rejects.toMatchObject({ statusCode: 503, operation: 'token' });
  });

  it('are asked for once a second when Entra refuses, however many callers wait', async () => {
    let time = Date.now();
    const azure = createAzure({ ...entra.config(), now: () => time });
    entra.tokenAnswers.push({ status: 500, body: 'down' });
    const attempts = Array.from({ length: 5 }, () => azure.agentPools.list());
    await Promise.allSettled(attempts);
    await expect(azure.agentPools.list()).rejects.toMatchObject({ statusCode: 500 });
    expect(tokenRequests()).toHaveLength(1);
    time += 1_000;
    await expect(azure.agentPools.list()).resolves.toEqual([]);
  });

  it('are replaced after ARM refused one', async () => {
    const azure = createAzure(entra.config());
    const refused = { error: { code: 'InvalidAuthenticationToken', message: 'The access token is invalid.' } };
    entra.answer('GET /subscriptions', { status: 401, body: refused }, { status: 200, body: { value: [] } });
    await expect(azure.agentPools.list()).rejects.toMatchObject({ kind: 'auth', code: 'InvalidAuthenticationToken' });
    await expect(azure.agentPools.list()).resolves.toEqual([]);
    expect(entra.armRequests().map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
  });

  it('come from the token file as it is now, after a refusal', async () => {
    const config = entra.config();
    let time = Date.now();
    const azure = createAzure({ ...config, now: () => time });
    entra.tokenAnswers.push({
      status: 400,
      body: { error: 'invalid_client', error_description: 'AADSTS700024: expired.' },
    });
    await expect(azure.checkCredential()).rejects.toMatchObject({ code: 'AADSTS700024' });
    await writeFile(config.credential.federatedTokenFile ?? '', 'a.newer.token');
    time += 1_000;
    await azure.checkCredential();
    expect(tokenRequests().map(request => request.get('client_assertion'))).toEqual([
      'a.projected.token',
      'a.newer.token',
    ]);
  });
});

describe('managed identity', () => {
  let imds: Server;
  let asked: { url: string; metadata: unknown }[];
  const variables = [
    'AZURE_POD_IDENTITY_AUTHORITY_HOST',
    'AZURE_TENANT_ID',
    'AZURE_CLIENT_ID',
    'AZURE_FEDERATED_TOKEN_FILE',
  ];
  const saved = Object.fromEntries(variables.map(name => [name, process.env[name]]));

  beforeEach(async () => {
    asked = [];
    for (const name of variables) delete process.env[name];
    imds = createServer((request, response) => {
      asked.push({ url: request.url ?? '', metadata: request.headers.metadata });
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({ access_token: 'imds-token', expires_in: '3600', resource: 'r', token_type: 'Bearer' }),
      );
    });
    await new Promise<void>(resolve => void imds.listen(0, '127.0.0.1', resolve));
    const address = imds.address();
    process.env.AZURE_POD_IDENTITY_AUTHORITY_HOST = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  });
  afterEach(async () => {
    for (const name of variables) {
      if (saved[name] === undefined) delete process.env[name];
      else process.env[name] = saved[name];
    }
    imds.closeAllConnections();
    await new Promise(resolve => void imds.close(resolve));
  });

  it('asks the metadata service for the identity that is named', async () => {
    const azure = createAzure({ ...entra.config(), credential: { type: 'managed-identity', clientId: 'mine' } });
    await azure.agentPools.list();
    expect(asked).toEqual([{ url: expect.stringContaining('client_id=mine'), metadata: 'true' }]);
    expect(entra.armRequests()[0]?.headers.authorization).toBe('Bearer imds-token');
  });

  it('does not quietly become a workload identity', () => {
    Object.assign(process.env, { AZURE_TENANT_ID: 't', AZURE_CLIENT_ID: 'c', AZURE_FEDERATED_TOKEN_FILE: '/token' });
    expect(() => createAzure({ ...entra.config(), credential: { type: 'managed-identity' } })).toThrow(
      /set the type to workload-identity/,
    );
  });
});
