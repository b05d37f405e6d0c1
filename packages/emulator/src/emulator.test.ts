import { readFileSync } from 'node:fs';
import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import { once } from 'node:events';
import { ArmCaller } from './testing/arm.ts';
import type { ArmAnswer } from './testing/arm.ts';
import { eventually } from './testing/eventually.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { EmulatorClient, EmulatorError, PUBLISHED_ALLOCATION_MIX, startEmulator } from './index.ts';
import type { Emulator } from './index.ts';

const quick = { nodeRegisterMs: 0, operationMs: 30, gpuAppearMs: 0, deleteMs: 30, nodeRemoveMs: 0 };
const gpuPool = { properties: { vmSize: 'Standard_NC6s_v3', count: 1, nodeLabels: { 'kaito.sh/workspace': 'w' } } };
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

let emulator: Emulator;
let arm: ArmCaller;

beforeEach(async () => {
  emulator = await startEmulator({ settings: { timings: quick } });
  arm = new ArmCaller(emulator);
  await arm.signIn();
});
afterEach(async () => {
  await emulator.stop();
});

describe('agent pools over HTTPS', () => {
  it('are created, shown, and deleted with the headers and bodies of AKS', async () => {
    await emulator.stop();
    const clock = new ManualClock();
    emulator = await startEmulator({ clock, settings: { timings: quick } });
    arm = new ArmCaller(emulator);
    await arm.signIn();
    const correlation = 'c0ffee00-0000-4000-8000-000000000001';
    const put = await arm.send('PUT', arm.path('ws1'), {
      body: gpuPool,
      headers: { 'x-ms-correlation-request-id': correlation },
    });
    expect(put.status).toBe(201);
    expect(put.headers).toMatchObject({
      'azure-asyncoperation': expect.stringMatching(
        /^https:\/\/127\.0\.0\.1:\d+\/subscriptions\/.*\/locations\/eastus\/operations\/[0-9a-f-]{36}\?api-version=2016-03-30$/,
      ),
      'x-ms-correlation-request-id': correlation,
      'x-ms-request-id': expect.stringMatching(GUID),
      'x-ms-ratelimit-remaining-subscription-writes': '1199',
      'content-type': 'application/json; charset=utf-8',
    });
    expect(put.headers).not.toHaveProperty('location');
    expect(put.headers).not.toHaveProperty('retry-after');
    expect(put.body).toMatchObject({
      id: `/subscriptions/${emulator.cluster.subscriptionId}/resourcegroups/kaito/providers/Microsoft.ContainerService/managedClusters/kaito/agentPools/ws1`,
      name: 'ws1',
      type: 'Microsoft.ContainerService/managedClusters/agentPools',
      properties: {
        provisioningState: 'Creating',
        vmSize: 'Standard_NC6s_v3',
        powerState: { code: 'Running' },
        eTag: expect.stringMatching(GUID),
      },
    });
    const operationUrl = String(put.headers['azure-asyncoperation']);
    expect((await arm.send('GET', operationUrl)).body).toMatchObject({ status: 'InProgress' });
    await clock.advance(quick.operationMs);
    const { body: operation } = await arm.send('GET', operationUrl);
    expect(operation).toEqual({
      name: operationUrl.split('/').at(-1)?.split('?')[0],
      status: 'Succeeded',
      startTime: expect.any(String),
      endTime: expect.any(String),
    });
    expect((await arm.send('GET', arm.path('ws1'))).body.properties.provisioningState).toBe('Succeeded');

    const gone = await arm.send('DELETE', arm.path('ws1'));
    expect([gone.status, gone.body]).toEqual([202, undefined]);
    expect(gone.headers).toMatchObject({
      'azure-asyncoperation': expect.stringContaining('/operations/'),
      location: expect.stringContaining('/operationresults/'),
      'x-ms-ratelimit-remaining-subscription-deletes': '799',
    });
    expect((await arm.send('GET', arm.path('ws1'))).body.properties.provisioningState).toBe('Deleting');
    expect((await arm.send('GET', String(gone.headers.location))).status).toBe(202);
    await clock.advance(quick.deleteMs);
    expect((await arm.send('GET', String(gone.headers.location))).status).toBe(204);
    const missing = await arm.send('GET', arm.path('ws1'));
    expect(missing).toMatchObject({
      status: 404,
      body: {
        code: 'NotFound',
        message: expect.stringContaining('Could not find the agentpool'),
        subcode: 'GetAgentPool_NotFound',
        details: [{ message: expect.stringContaining('Agent Pool not found') }],
      },
    });
    expect((await arm.send('DELETE', arm.path('ws1'))).status).toBe(204);
  });

  it('ask for a pause when the settings say so', async () => {
    await emulator.client.configure({ operationRetryAfterSeconds: 7, timings: { operationMs: 60_000 } });
    const put = await arm.send('PUT', arm.path('ws1'), { body: gpuPool });
    expect(put.headers['retry-after']).toBe('7');
    expect((await arm.send('GET', String(put.headers['azure-asyncoperation']))).headers['retry-after']).toBe('7');
  });

  it('are listed page by page, and the last page has no link', async () => {
    await emulator.client.configure({ pageSize: 2 });
    for (const name of ['a', 'b', 'c', 'd']) await emulator.client.seedPool(name);
    const pages: string[][] = [];
    for (let next: string | undefined = arm.path(); next !== undefined;) {
      const { status, body } = await arm.send('GET', next);
      expect(status).toBe(200);
      pages.push(body.value.map(({ name }: { name: string }) => name));
      next = body.nextLink;
    }
    expect(pages).toEqual([['a', 'b'], ['c', 'd'], ['nodepool1']]);
  });

  it('obey If-None-Match and If-Match from the api-version on that knows them', async () => {
    await arm.send('PUT', arm.path('ws1'), { body: gpuPool, headers: { 'if-none-match': '*' } });
    const second = await arm.send('PUT', arm.path('ws1'), { body: gpuPool, headers: { 'if-none-match': '*' } });
    expect(second).toMatchObject({ status: 412, body: { code: 'PreconditionFailed' } });
    const { etag } = (await emulator.client.state()).pools.find(({ name }) => name === 'ws1')!;
    expect((await arm.send('DELETE', arm.path('ws1'), { headers: { 'if-match': 'x' } })).status).toBe(412);
    await eventually(async () =>
      expect(
        (await emulator.client.state()).pools.every(({ provisioningState }) => provisioningState === 'Succeeded'),
      ).toBe(true),
    );
    const old = await arm.send('PUT', arm.path('ws1', '2024-01-01'), {
      body: gpuPool,
      headers: { 'if-none-match': '*' },
    });
    expect(old.status).toBe(200);
    expect(old.body.properties).not.toHaveProperty('eTag');
    expect((await arm.send('DELETE', arm.path('ws1'), { headers: { 'if-match': etag } })).status).toBe(412);
  });

  it('say why they failed, in GET and LIST, from 2025 on', async () => {
    await emulator.client.seedPool('bad', {
      provisioningState: 'Failed',
      provisioningError: { code: 'AllocationFailed', message: 'none left' },
    });
    const error = { provisioningError: { code: 'AllocationFailed', message: 'none left', details: [] } };
    expect((await arm.send('GET', arm.path('bad', '2025-01-01'))).body.properties.status).toEqual(error);
    expect((await arm.send('GET', arm.path(undefined, '2026-06-01'))).body.value[0].properties.status).toEqual(error);
    const old = (await arm.send('GET', arm.path('bad', '2024-10-01'))).body.properties;
    expect([old.provisioningState, old.status]).toEqual(['Failed', undefined]);
  });

  it.each([
    [{ properties: { vmSize: 'Standard_Nope' } }, 400, 'VMSizeNotSupported'],
    [
      { properties: { vmSize: 'Standard_NC6s_v3', nodeLabels: { 'kubernetes.io/x': 'y' } } },
      400,
      'NodeLabelKeyNotAllowed',
    ],
    [{ properties: { vmSize: 'Standard_NC6s_v3', nodeLabels: { 'karpenter.sh/nodepool': 'kaito' } } }, 201, undefined],
  ])('%j → %s %s', async (body, status, code) => {
    const answer = await arm.send('PUT', arm.path('ws1'), { body });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('are refused in the words of the gateway when the request makes no sense', async () => {
    const version = 'api-version=2026-06-01';
    const cases: readonly (readonly [string, string, string | undefined, number, string])[] = [
      ['PUT', arm.path('ws1'), '{', 400, 'InvalidRequestContent'],
      ['PUT', arm.path('ws1'), 'x'.repeat(2 * 1024 * 1024), 413, 'RequestTooLarge'],
      ['GET', arm.path('ws1').split('?')[0]!, undefined, 400, 'MissingApiVersionParameter'],
      ['GET', arm.path('ws1', '2023-01-01'), undefined, 400, 'NoRegisteredProviderFound'],
      ['GET', arm.path('ws1', 'soon'), undefined, 400, 'InvalidApiVersionParameter'],
      [
        'GET',
        arm.path().replace('resourceGroups/kaito', 'resourceGroups/other'),
        undefined,
        404,
        'ResourceGroupNotFound',
      ],
      ['GET', arm.path().replace('managedClusters/kaito', 'managedClusters/other'), undefined, 404, 'ResourceNotFound'],
      ['GET', arm.path().replace(emulator.cluster.subscriptionId, 'other'), undefined, 404, 'SubscriptionNotFound'],
      ['GET', `/nothing?${version}`, undefined, 404, 'InvalidResourceType'],
    ];
    for (const [method, path, body, status, code] of cases) {
      const answer = await arm.send(method, path, { body });
      expect([path, answer.status, answer.body.error.code]).toEqual([path, status, code]);
      expect(answer.headers['x-ms-failure-cause']).toBe('gateway');
    }
  });
});

describe('the cluster and compute', () => {
  it('show what provisioners read', async () => {
    const cluster = await arm.send('GET', arm.path().replace('/agentPools', ''));
    expect(cluster.body).toMatchObject({
      location: 'eastus',
      properties: {
        provisioningState: 'Succeeded',
        powerState: { code: 'Running' },
        nodeResourceGroup: 'MC_kaito_kaito_eastus',
        maxAgentPools: 100,
        oidcIssuerProfile: { enabled: true },
        agentPoolProfiles: [{ name: 'nodepool1', mode: 'System', provisioningState: 'Succeeded' }],
      },
    });
  });

  it('list sizes of a location with capabilities as text, and restrictions', async () => {
    await emulator.client.configure({ restrictedSizes: ['standard_nc12s_V3'] });
    const skus = `/subscriptions/${emulator.cluster.subscriptionId}/providers/Microsoft.Compute/skus?api-version=2021-07-01`;
    const { body } = await arm.send('GET', `${skus}&$filter=${encodeURIComponent("location eq 'eastus'")}`);
    const sku = (name: string): unknown => body.value.find((entry: { name: string }) => entry.name === name);
    expect(sku('Standard_NC6s_v3')).toMatchObject({
      resourceType: 'virtualMachines',
      family: 'standardNCSv3Family',
      locationInfo: [{ location: 'eastus', zones: ['1', '2', '3'] }],
      capabilities: expect.arrayContaining([
        { name: 'vCPUs', value: '6' },
        { name: 'MemoryGB', value: '112' },
        { name: 'GPUs', value: '1' },
      ]),
      restrictions: [],
    });
    expect(sku('Standard_NC12s_v3')).toMatchObject({
      restrictions: [{ type: 'Location', reasonCode: 'NotAvailableForSubscription' }],
    });
    await emulator.client.configure({ restrictedZones: { standard_nc6s_V3: ['2'] } });
    const { body: zonal } = await arm.send('GET', skus);
    expect(zonal.value.find(({ name }: { name: string }) => name === 'Standard_NC6s_v3')).toMatchObject({
      locationInfo: [{ zones: ['1', '2', '3'] }],
      restrictions: [
        {
          type: 'Zone',
          values: ['eastus'],
          restrictionInfo: { locations: ['eastus'], zones: ['2'] },
          reasonCode: 'NotAvailableForSubscription',
        },
      ],
    });
    const zone = { properties: { ...gpuPool.properties, availabilityZones: ['2'] } };
    expect((await arm.send('PUT', arm.path('ws2'), { body: zone })).body.code).toBe('AvailabilityZoneNotSupported');
    expect((await arm.send('GET', `${skus}&$filter=${encodeURIComponent("location eq 'mars'")}`)).body.value).toEqual(
      [],
    );
    expect((await arm.send('GET', `${skus}&$filter=name`)).status).toBe(400);
    const refused = await arm.send('PUT', arm.path('ws1'), { body: { properties: { vmSize: 'Standard_NC12s_v3' } } });
    expect(refused.body.code).toBe('VMSizeNotSupported');
  });

  it('count cores by family and region', async () => {
    await emulator.client.configure({ quotas: { standardncsv3family: 12 } });
    await arm.send('PUT', arm.path('ws1'), { body: gpuPool });
    const path = `/subscriptions/${emulator.cluster.subscriptionId}/providers/Microsoft.Compute/locations/eastus/usages?api-version=2024-07-01`;
    const { body } = await arm.send('GET', path);
    const usage = (name: string): unknown =>
      body.value.find((entry: { name: { value: string } }) => entry.name.value === name);
    expect(usage('standardNCSv3Family')).toMatchObject({ unit: 'Count', currentValue: 6, limit: 12 });
    expect(usage('cores')).toMatchObject({ currentValue: 10 });
    await emulator.client.configure({ usageLagMs: 3_600_000 });
    const { body: lagging } = await arm.send('GET', path);
    expect(lagging.value[0]).toMatchObject({ name: { value: 'cores' }, currentValue: 0 });
    const short = await arm.send('PUT', arm.path('ws2'), { body: { properties: { ...gpuPool.properties, count: 2 } } });
    expect(short).toMatchObject({ status: 400, body: { code: 'ErrCode_InsufficientVCPUQuota', details: null } });
    expect(short.body.message).toContain('requested 12, remaining 6 for family standardNCSv3Family for region eastus');
  });
});

describe('tokens', () => {
  it('are needed for ARM', async () => {
    arm.token = undefined;
    const none = await arm.send('GET', arm.path());
    expect(none).toMatchObject({ status: 401, body: { error: { code: 'AuthenticationFailed' } } });
    expect(none.headers['www-authenticate']).toContain(`authorization_uri="${emulator.url}/`);
    await emulator.client.configure({ tokenTtlSeconds: 0 });
    await arm.signIn();
    expect((await arm.send('GET', arm.path())).body.error.code).toBe('ExpiredAuthenticationToken');
  });

  it.each([
    [{ grant_type: 'password' }, 400, 'unsupported_grant_type', 70003],
    [{ client_id: 'x' }, 400, 'unauthorized_client', 700016],
    [{ client_secret: '' }, 401, 'invalid_client', 7000218],
    [{ scope: '' }, 400, 'invalid_request', 900144],
    [{ client_assertion: 'x' }, 400, 'invalid_request', 900144],
  ])('are refused for %j', async (change, status, error, number) => {
    const { tenantId, clientId } = emulator.cluster;
    const good = {
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: 's',
      scope: 'https://x/.default',
    };
    const answer = await arm.form(`/${tenantId}/oauth2/v2.0/token`, { ...good, ...change });
    expect(answer).toMatchObject({
      status,
      body: { error, error_codes: [number], error_description: expect.stringContaining(`AADSTS${number}: `) },
    });
  });

  it('come from the managed identity endpoint when the header is there', async () => {
    const path = '/metadata/identity/oauth2/token/?api-version=2018-02-01&resource=https://management.azure.com/';
    expect((await arm.send('GET', path)).status).toBe(400);
    const { body } = await arm.send('GET', path, { headers: { metadata: 'true' } });
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: '3600', resource: 'https://management.azure.com/' });
    arm.token = body.access_token;
    expect((await arm.send('GET', arm.path())).status).toBe(200);
  });
});

describe('faults', () => {
  it('answer instead of Azure, in the shape of the route, and leave no trace', async () => {
    await emulator.client.addFault({
      match: { method: 'PUT', pool: 'ws*' },
      action: {
        type: 'respond',
        status: 429,
        code: 'Throttled',
        message: 'slow down',
        retryAfterSeconds: 90,
        headers: { 'x-extra': '1' },
      },
    });
    const hit = await arm.send('PUT', arm.path('ws1'), { body: gpuPool });
    expect(hit).toMatchObject({
      status: 429,
      headers: { 'retry-after': '90', 'x-extra': '1', 'x-ms-correlation-request-id': expect.any(String) },
      body: { code: 'Throttled', message: 'slow down', details: null },
    });
    expect((await arm.send('GET', arm.path('ws1'))).status).toBe(404);
    expect((await arm.send('PUT', arm.path('ws1'), { body: gpuPool })).status).toBe(201);
  });

  it('can hide that a request took effect', async () => {
    const respond = {
      type: 'respond',
      status: 500,
      code: 'InternalServerError',
      message: 'm',
      shape: 'nested',
      effect: true,
    } as const;
    await emulator.client.addFault({ match: { method: 'PUT' }, action: respond });
    expect(await arm.send('PUT', arm.path('ws1'), { body: gpuPool })).toMatchObject({
      status: 500,
      body: { error: { code: 'InternalServerError' } },
    });
    expect((await arm.send('GET', arm.path('ws1'))).status).toBe(200);
  });

  it('reset connections before or after the effect', async () => {
    await emulator.client.addFault({ match: { method: 'PUT' }, action: { type: 'reset' } });
    await emulator.client.addFault({ match: { method: 'PUT' }, action: { type: 'reset', effect: true } });
    await expect(arm.send('PUT', arm.path('before'), { body: gpuPool })).rejects.toThrow(/socket hang up|ECONNRESET/);
    await expect(arm.send('PUT', arm.path('after'), { body: gpuPool })).rejects.toThrow(/socket hang up|ECONNRESET/);
    expect((await emulator.client.state()).pools.map(({ name }) => name)).toEqual(['after', 'nodepool1']);
    const [first] = (await emulator.client.requests()).log.filter(({ operation }) => operation === 'PUT agentPools');
    expect(first).toMatchObject({ pool: 'before', faultId: 'fault-1' });
    expect(first).not.toHaveProperty('status');
  });

  it('hang until the caller gives up, and stop does not wait for them', async () => {
    await emulator.client.addFault({ match: { method: 'GET' }, times: 'always', action: { type: 'hang' } });
    const given = new AbortController();
    const first = arm.send('GET', arm.path('x'), { signal: given.signal });
    const second = arm.send('GET', arm.path('x')).catch((error: unknown) => error);
    await eventually(async () => expect((await emulator.client.requests()).counts['GET agentPools']).toBe(2));
    given.abort();
    await expect(first).rejects.toThrow('abort');
    await emulator.stop();
    expect(await second).toMatchObject({ code: 'ECONNRESET' });
  });

  it('hang for a while', async () => {
    await emulator.client.addFault({ action: { type: 'hang', ms: 60 } });
    const start = performance.now();
    expect((await arm.send('GET', arm.path('nodepool1'))).status).toBe(200);
    expect(performance.now() - start).toBeGreaterThanOrEqual(55);
  });

  it('let an operation fail after it was accepted', async () => {
    await emulator.client.addFault({
      action: { type: 'failOperation', code: 'AllocationFailed', message: 'none left', afterMs: 10 },
    });
    const put = await arm.send('PUT', arm.path('ws1'), { body: gpuPool });
    expect(put.status).toBe(201);
    await eventually(async () =>
      expect((await arm.send('GET', String(put.headers['azure-asyncoperation']))).body).toMatchObject({
        status: 'Failed',
        error: { code: 'AllocationFailed', message: 'none left' },
      }),
    );
    expect((await arm.send('GET', arm.path('ws1'))).body.properties).toMatchObject({
      provisioningState: 'Failed',
      status: { provisioningError: { code: 'AllocationFailed' } },
    });
  });

  it('make reads lag behind', async () => {
    await arm.send('PUT', arm.path('ws1'), { body: gpuPool });
    await emulator.client.addFault({ match: { route: 'agentPools' }, times: 2, action: { type: 'stale', ms: 60_000 } });
    expect((await arm.send('GET', arm.path('ws1'))).status).toBe(404);
    expect((await arm.send('GET', arm.path())).body.value).toEqual([]);
    expect((await arm.send('GET', arm.path('ws1'))).status).toBe(200);
  });

  it('hit the token endpoint in its own shape', async () => {
    await emulator.client.addFault({
      match: { route: 'token' },
      action: { type: 'respond', status: 401, code: 'invalid_client', message: 'AADSTS70021: no match' },
    });
    const { tenantId } = emulator.cluster;
    expect(await arm.form(`/${tenantId}/oauth2/v2.0/token`, {})).toMatchObject({
      status: 401,
      body: { error: 'invalid_client', error_codes: [70021] },
    });
  });
});

describe('the admin API', () => {
  it('counts requests by operation, itself not included', async () => {
    await emulator.client.resetRequests();
    await arm.send('PUT', arm.path('ws1'), { body: gpuPool });
    await arm.send('GET', arm.path('ws1'));
    await arm.send('GET', arm.path());
    await arm.send('GET', arm.path());
    await arm.send('PATCH', '/nowhere');
    const report = await emulator.client.requests();
    expect(report.counts).toEqual({
      'GET agentPools': 1,
      'LIST agentPools': 2,
      'PATCH unknown': 1,
      'PUT agentPools': 1,
    });
    expect(report.total).toBe(5);
    expect(report.log[0]).toMatchObject({
      operation: 'PUT agentPools',
      method: 'PUT',
      pool: 'ws1',
      status: 201,
      correlationId: expect.stringMatching(GUID),
    });
  });

  it('shows the state, without a secret', async () => {
    await emulator.stop();
    emulator = await startEmulator({ clientSecret: 'top-secret', location: 'westeurope' });
    const state = await emulator.client.state();
    expect(JSON.stringify(state)).not.toContain('top-secret');
    expect(state).toMatchObject({
      cluster: { nodeResourceGroup: 'MC_kaito_kaito_westeurope' },
      usage: { cores: 4 },
      nodes: [],
      faults: [],
    });
  });

  it('refuses what it does not understand, with the reason', async () => {
    const refusal = emulator.client.configure({ timings: { operationMs: -1 } });
    await expect(refusal).rejects.toThrow(EmulatorError);
    await expect(refusal).rejects.toThrow('settings.timings.operationMs must be a whole number from 0');
    await expect(emulator.client.configure({ quotas: { nope: 1 } })).rejects.toThrow("has no 'nope'");
    await expect(emulator.client.seedPool('NOT-A-NAME')).rejects.toThrow('lowercase letter');
    await expect(emulator.client.seedPool('a', { vmSize: 'x' })).rejects.toThrow('Virtual Machine size');
    const { client } = emulator;
    await expect(client.addAllocationRule({ code: 'Odd' })).rejects.toThrow("no message is known for code 'Odd'");
    await expect(client.addAllocationRule({ code: 'QuotaExceeded', probability: 2 })).rejects.toThrow('from 0 to 1');
    await expect(client.configure({ rateLimits: { 'PUT everything': null } })).rejects.toThrow('no operation such as');
    await expect(client.configure({ restrictedZones: { x: ['1'] } })).rejects.toThrow('no VM size');
    await expect(client.configure({ nodeRules: [{ pool: 'A B' }] })).rejects.toThrow('nodeRules[0].pool must be');
    const mix = { seed: 1, successRate: 0.5, weights: { AllocationFailed: 0 } };
    await expect(client.configure({ allocationMix: mix })).rejects.toThrow('a weight above 0');
    await expect(client.setNodeConditions('aks-x', [])).rejects.toThrow("no Node 'aks-x'");
    const noTime = [{ type: 'Ready', status: 'False', lastTransitionTime: 'yesterday' }] as const;
    await expect(client.setNodeConditions('aks-x', noTime)).rejects.toThrow('must be a time such as');
    const broken = await arm.send('POST', '/_emulator/faults', { body: '{' });
    expect(broken).toMatchObject({ status: 400, body: { error: { message: 'The body is not JSON' } } });
  });

  it('changes only what a patch names', async () => {
    const before = (await emulator.client.state()).settings;
    const after = await emulator.client.configure({ timings: { deleteMs: 7 }, quotas: { cores: 5 } });
    expect(after).toEqual({ ...before, timings: { ...before.timings, deleteMs: 7 }, quotas: { cores: 5 } });
    const limit = { capacity: 1, perSecond: 1 };
    const more = await emulator.client.configure({
      rateLimits: { 'PUT agentPools': limit, 'LIST skus': limit },
      restrictedZones: { Standard_NC6s_v3: ['1'] },
      allocationMix: 'published',
    });
    expect(more).toMatchObject({ quotas: { cores: 5 }, allocationMix: PUBLISHED_ALLOCATION_MIX });
    const less = await emulator.client.configure({ rateLimits: { 'LIST skus': null }, allocationMix: 'off' });
    expect(less).toEqual({
      ...after,
      rateLimits: { 'PUT agentPools': limit },
      restrictedZones: { Standard_NC6s_v3: ['1'] },
    });
  });

  it('throttles a single API when told so', async () => {
    await emulator.client.configure({
      rateLimits: { 'PUT agentPools': { capacity: 1, perSecond: 0, retryAfterSeconds: 90 } },
    });
    const put = (name: string): Promise<ArmAnswer> => arm.send('PUT', arm.path(name), { body: gpuPool });
    expect((await put('ws1')).status).toBe(201);
    expect(await put('ws1')).toMatchObject({
      status: 429,
      headers: { 'retry-after': '90' },
      body: { code: 'Throttled' },
    });
    expect((await put('ws2')).status).toBe(201);
    expect((await arm.send('GET', arm.path('ws1'))).status).toBe(200);
  });

  it('throttles like AKS when told so', async () => {
    await emulator.stop();
    emulator = await startEmulator({ clock: new ManualClock(), settings: { throttling: true } });
    arm = new ArmCaller(emulator);
    await arm.signIn();
    const answers = await Promise.all(Array.from({ length: 62 }, () => arm.send('GET', arm.path())));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(2);
    expect(refused[0]).toMatchObject({ headers: { 'retry-after': '1' }, body: { code: 'Throttled' } });
    await emulator.client.health();
  });
});

describe('the certificate', () => {
  it('is of an authority of its own and good for the names of this machine', async () => {
    const ca = readFileSync(emulator.caFile, 'utf8');
    expect(new X509Certificate(ca)).toMatchObject({ ca: true });
    for (const servername of ['localhost', undefined]) {
      const socket = connect({
        host: '127.0.0.1',
        port: Number(new URL(emulator.url).port),
        ca,
        ...(servername && { servername }),
      });
      await once(socket, 'secureConnect');
      expect(socket.authorized).toBe(true);
      socket.destroy();
    }
    const another = await startEmulator();
    const stranger = new EmulatorClient({ url: another.url, caFile: emulator.caFile });
    await expect(stranger.health()).rejects.toThrow(/certificate/i);
    await another.stop();
  });

  it('is served on loopback only', async () => {
    await expect(startEmulator({ host: '0.0.0.0' })).rejects.toThrow('loopback only');
  });
});
