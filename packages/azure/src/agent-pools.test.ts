import type { AgentPoolSpec } from './agent-pool-spec.ts';
import { createAzure } from './azure.ts';
import type { Azure } from './azure.ts';
import { LocalAzure } from '@kaito/testing';

const pools =
  '/subscriptions/sub/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/aks/agentPools';
const spec: AgentPoolSpec = { vmSize: 'Standard_NC6s_v3', count: 1, osSku: 'Ubuntu', labels: {}, taints: [], tags: {} };

let arm: LocalAzure;
/** A host that is not ARM; nothing may reach it. */
let foreign: LocalAzure;
let azure: Azure;

beforeAll(async () => {
  arm = await LocalAzure.start();
  foreign = await LocalAzure.start();
  azure = createAzure(arm.config());
});
afterEach(() => arm.reset());
afterAll(() => Promise.all([arm.close(), foreign.close()]));

/** A pool as ARM writes it. */
function wirePool(name: string, properties: object = {}): object {
  return {
    id: `/subscriptions/sub/resourcegroups/rg/providers/Microsoft.ContainerService/managedClusters/aks/agentPools/${name}`,
    name,
    type: 'Microsoft.ContainerService/managedClusters/agentPools',
    properties: { count: 1, vmSize: 'Standard_NC6s_v3', provisioningState: 'Succeeded', ...properties },
  };
}

describe('agentPools.create', () => {
  const accepted = {
    status: 201,
    headers: {
      'azure-asyncoperation': 'https://example.test/operations/1?api-version=2016-03-30',
      'x-ms-correlation-request-id': 'correlation-1',
    },
    body: wirePool('ws1', { provisioningState: 'Creating', eTag: 'tag-1' }),
  };

  it('sends one PUT that only creates, and does not wait for the operation', async () => {
    arm.answer(`PUT ${pools}/ws1`, accepted);
    await expect(azure.agentPools.create('ws1', spec)).resolves.toMatchObject({
      pool: { name: 'ws1', provisioningState: 'Creating', etag: 'tag-1' },
      operationUrl: 'https://example.test/operations/1?api-version=2016-03-30',
      operationId: '1',
      correlationId: 'correlation-1',
    });
    await expect(azure.agentPools.get('probe').catch(() => 'settled')).resolves.toBe('settled');
    const requests = arm.armRequests().filter(({ path }) => path.startsWith(`${pools}/ws1`));
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      method: 'PUT',
      path: `${pools}/ws1?api-version=2026-06-01`,
      headers: { 'if-none-match': '*', 'user-agent': expect.stringMatching(/^kaito-test\/1 /) },
    });
    expect(arm.armRequests().filter(({ path }) => path.includes('operations'))).toEqual([]);
  });

  it('sends one PUT for each of a hundred pools at once', async () => {
    arm.answer(`PUT ${pools}/`, { status: 201, body: wirePool('any') });
    await Promise.all(Array.from({ length: 100 }, (_, index) => azure.agentPools.create(`ws${index}`, spec)));
    expect(new Set(arm.armRequests().map(({ path }) => path)).size).toBe(100);
    expect(arm.armRequests()).toHaveLength(100);
  });

  it('writes the whole spec into the body, in the form of the API', async () => {
    arm.answer(`PUT ${pools}/ws1`, accepted);
    await azure.agentPools.create('ws1', {
      ...spec,
      osSku: 'AzureLinux',
      osDiskSizeGb: 1024,
      labels: { 'kaito.sh/workspace': 'w1' },
      taints: [
        { key: 'sku', value: 'gpu', effect: 'NoSchedule' },
        { key: 'lonely', effect: 'NoExecute' },
      ],
      tags: { 'kaito.sh_claim-uid': 'u' },
      zones: ['1', '2'],
      spot: { maxPrice: -1 },
      vnetSubnetId: '/subnets/nodes',
      podSubnetId: '/subnets/pods',
    });
    expect(JSON.parse(arm.armRequests()[0]!.body)).toEqual({
      properties: {
        type: 'VirtualMachineScaleSets',
        mode: 'User',
        osType: 'Linux',
        osSKU: 'AzureLinux',
        vmSize: 'Standard_NC6s_v3',
        count: 1,
        osDiskSizeGB: 1024,
        nodeLabels: { 'kaito.sh/workspace': 'w1' },
        nodeTaints: ['sku=gpu:NoSchedule', 'lonely:NoExecute'],
        tags: { 'kaito.sh_claim-uid': 'u' },
        availabilityZones: ['1', '2'],
        scaleSetPriority: 'Spot',
        scaleSetEvictionPolicy: 'Delete',
        spotMaxPrice: -1,
        vnetSubnetID: '/subnets/nodes',
        podSubnetID: '/subnets/pods',
      },
    });
  });

  it('leaves to AKS what the spec leaves open', async () => {
    arm.answer(`PUT ${pools}/ws1`, accepted);
    await azure.agentPools.create('ws1', { ...spec, zones: [] });
    expect(JSON.parse(arm.armRequests()[0]!.body)).toEqual({
      properties: {
        type: 'VirtualMachineScaleSets',
        mode: 'User',
        osType: 'Linux',
        osSKU: 'Ubuntu',
        vmSize: 'Standard_NC6s_v3',
        count: 1,
        nodeLabels: {},
        nodeTaints: [],
        tags: {},
      },
    });
  });

  it('says that the pool exists on 412', async () => {
    arm.answer(`PUT ${pools}/ws1`, { status: 412, body: { code: 'PreconditionFailed', message: 'there is one' } });
    await expect(azure.agentPools.create('ws1', spec)).rejects.toMatchObject({ kind: 'exists', statusCode: 412 });
    expect(arm.armRequests()).toHaveLength(1);
  });

  it.each([429, 500, 503, 408])('sends no second PUT after %d', async status => {
    arm.answer(`PUT ${pools}/ws1`, { status, headers: { 'retry-after': '0' }, body: { code: 'X', message: 'no' } });
    await expect(azure.agentPools.create('ws1', spec)).rejects.toMatchObject({ statusCode: status });
    expect(arm.armRequests()).toHaveLength(1);
  });

  it('sends no second PUT after the connection broke: the first may have worked', async () => {
    arm.answer(`PUT ${pools}/ws1`, 'reset');
    await expect(azure.agentPools.create('ws1', spec)).rejects.toMatchObject({ code: 'ECONNRESET', kind: 'transient' });
    expect(arm.armRequests()).toHaveLength(1);
  });

  it('takes an answer without a pool and without an operation as accepted', async () => {
    arm.answer(`PUT ${pools}/ws1`, { status: 202 });
    await expect(azure.agentPools.create('ws1', spec)).resolves.toEqual({});
  });

  it('leaves no rejection unhandled when it is refused', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    arm.answer(`PUT ${pools}/ws1`, { status: 400, body: { code: 'InvalidParameter', message: 'no' } });
    await expect(azure.agentPools.create('ws1', spec)).rejects.toMatchObject({ kind: 'spec' });
    await new Promise(resolve => void setImmediate(resolve)); // Node reports unhandled rejections at the end of the turn
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  it('leaves no timer behind', async () => {
    arm.answer(`PUT ${pools}/ws1`, accepted);
    const timers = process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length;
    await azure.agentPools.create('ws1', spec);
    expect(process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length).toBeLessThanOrEqual(timers);
  });
});

describe('agent pool names', () => {
  it.each(['', 'Upper', '1st', 'a-b', 'thirteenchars', '../x'])('refuses %j before anything is sent', async name => {
    const refusal = { code: 'InvalidAgentPoolName', kind: 'spec' };
    await expect(azure.agentPools.create(name, spec)).rejects.toMatchObject(refusal);
    await expect(azure.agentPools.delete(name)).rejects.toMatchObject(refusal);
    await expect(azure.agentPools.get(name)).rejects.toMatchObject(refusal);
    expect(arm.seen).toEqual([]);
  });
});

/** Ways to say that the pool, and only the pool, is not there. */
const poolGone = [
  {
    code: 'NotFound',
    message: 'Could not find the agentpool: ws1',
    details: [{ code: 'Unspecified', message: 'rpc error' }],
  },
  { code: 'NotFound', message: 'Agent Pool not found' },
  { code: 'NotFound', message: '', subcode: 'GetAgentPool_NotFound' },
  { error: { code: 'ResourceNotFound', message: `The Resource '${pools}/ws1' was not found.` } },
];

/** 404 answers that say nothing of the pool. */
const parentGone = [
  {
    error: {
      code: 'ResourceNotFound',
      message: "The Resource 'Microsoft.ContainerService/managedClusters/aks' under resource group 'rg' was not found.",
    },
  },
  { error: { code: 'ResourceGroupNotFound', message: "Resource group 'rg' could not be found." } },
  { error: { code: 'SubscriptionNotFound', message: "The subscription 'sub' could not be found." } },
  { code: 'NotFound', message: 'Could not find managed cluster aks' },
  '<html>no such site</html>',
];

describe('agentPools.delete', () => {
  it('sends one DELETE and does not wait for the operation', async () => {
    const headers = {
      'azure-asyncoperation': 'https://example.test/operations/2',
      location: 'https://example.test/results/2',
    };
    arm.answer(`DELETE ${pools}/ws1`, { status: 202, headers });
    await expect(azure.agentPools.delete('ws1', { etag: 'tag-1' })).resolves.toEqual({
      operationUrl: 'https://example.test/operations/2',
      operationId: '2',
    });
    expect(arm.armRequests()).toMatchObject([{ method: 'DELETE', headers: { 'if-match': 'tag-1' } }]);
  });

  it('makes no condition without an etag', async () => {
    arm.answer(`DELETE ${pools}/ws1`, { status: 202 });
    await azure.agentPools.delete('ws1');
    expect(arm.armRequests()[0]?.headers).not.toHaveProperty('if-match');
  });

  it('says that the pool has changed on 412', async () => {
    arm.answer(`DELETE ${pools}/ws1`, { status: 412, body: { code: 'PreconditionFailed', message: 'changed' } });
    await expect(azure.agentPools.delete('ws1', { etag: 'old' })).rejects.toMatchObject({
      kind: 'busy',
      statusCode: 412,
    });
  });

  it('gives undefined on 204', async () => {
    arm.answer(`DELETE ${pools}/ws1`, { status: 204 });
    await expect(azure.agentPools.delete('ws1')).resolves.toBeUndefined();
  });

  it.each(poolGone)('gives undefined on 404 %j', async body => {
    arm.answer(`DELETE ${pools}/ws1`, { status: 404, body });
    await expect(azure.agentPools.delete('ws1')).resolves.toBeUndefined();
  });

  it.each(parentGone)('does not take 404 %j for a pool that is gone', async body => {
    arm.answer(`DELETE ${pools}/ws1`, { status: 404, body });
    await expect(azure.agentPools.delete('ws1')).rejects.toMatchObject({ kind: 'notFound', statusCode: 404 });
  });
});

describe('agentPools.get', () => {
  it('reads every field', async () => {
    const properties = {
      eTag: 'tag-1',
      provisioningState: 'Failed',
      powerState: { code: 'Running' },
      mode: 'User',
      osDiskSizeGB: 128,
      osSKU: 'Ubuntu',
      nodeImageVersion: 'AKSUbuntu-2204gen2containerd-202611.01.0',
      scaleSetPriority: 'Spot',
      availabilityZones: ['1'],
      nodeLabels: { a: 'b' },
      nodeTaints: ['sku=gpu:NoSchedule'],
      tags: { owner: 'kaito' },
      status: {
        provisioningError: {
          code: 'ReconcileVMSSAgentPoolFailed',
          message: 'retry failed',
          details: [{ code: 'AllocationFailed', message: 'no capacity' }],
        },
      },
    };
    arm.answer(`GET ${pools}/ws1`, { status: 200, body: wirePool('ws1', properties) });
    await expect(azure.agentPools.get('ws1')).resolves.toEqual({
      id: expect.stringMatching(/agentPools\/ws1$/),
      name: 'ws1',
      etag: 'tag-1',
      vmSize: 'Standard_NC6s_v3',
      count: 1,
      provisioningState: 'Failed',
      powerState: 'Running',
      mode: 'User',
      osDiskSizeGb: 128,
      osSku: 'Ubuntu',
      nodeImageVersion: 'AKSUbuntu-2204gen2containerd-202611.01.0',
      priority: 'Spot',
      zones: ['1'],
      labels: { a: 'b' },
      taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }],
      tags: { owner: 'kaito' },
      provisioningError: {
        code: 'ReconcileVMSSAgentPoolFailed',
        message: 'retry failed AllocationFailed: no capacity',
        kind: 'capacity',
        details: [{ code: 'AllocationFailed', message: 'no capacity' }],
      },
    });
  });

  it('bears a pool with nothing in it', async () => {
    arm.answer(`GET ${pools}/ws1`, {
      status: 200,
      body: { name: 'ws1', properties: { provisioningState: null, tags: null } },
    });
    await expect(azure.agentPools.get('ws1')).resolves.toMatchObject({ name: 'ws1', provisioningState: '', tags: {} });
  });

  it.each(poolGone)('gives undefined on 404 %j', async body => {
    arm.answer(`GET ${pools}/ws1`, { status: 404, body });
    await expect(azure.agentPools.get('ws1')).resolves.toBeUndefined();
  });

  it.each(parentGone)('does not take 404 %j for a pool that is gone', async body => {
    arm.answer(`GET ${pools}/ws1`, { status: 404, body });
    await expect(azure.agentPools.get('ws1')).rejects.toMatchObject({ kind: 'notFound', statusCode: 404 });
  });
});

describe('agentPools.list', () => {
  it('follows every page', async () => {
    const next = (page: number): string => `${arm.url}${pools}?api-version=2026-06-01&$skipToken=${page}`;
    arm.answer(`GET ${pools}?`, { status: 200, body: { value: [wirePool('a')], nextLink: next(1) } });
    arm.answer(`GET ${pools}?api-version=2026-06-01&$skipToken=1`, {
      status: 200,
      body: { value: [], nextLink: next(2) },
    });
    arm.answer(`GET ${pools}?api-version=2026-06-01&$skipToken=2`, { status: 200, body: { value: [wirePool('b')] } });
    const names = (await azure.agentPools.list()).map(pool => pool.name);
    expect(names).toEqual(['a', 'b']);
  });

  it('gives no part of the list when a later page fails', async () => {
    const nextLink = `${arm.url}${pools}?$skipToken=1`;
    arm.answer(`GET ${pools}?`, { status: 200, body: { value: [wirePool('a')], nextLink } });
    arm.answer(`GET ${pools}?$skipToken=1`, {
      status: 500,
      headers: { 'x-ms-request-id': 'request-2' },
      body: { error: { code: 'InternalServerError', message: 'page 2 is ill' } },
    });
    await expect(azure.agentPools.list()).rejects.toMatchObject({
      kind: 'transient',
      code: 'InternalServerError',
      message: 'page 2 is ill',
      correlationId: 'request-2',
    });
  });

  it('stops between pages when the caller gives up', async () => {
    const caller = new AbortController();
    arm.answer(`GET ${pools}?`, {
      status: 200,
      body: { value: [wirePool('a')], nextLink: `${arm.url}${pools}?$skipToken=1` },
    });
    arm.answer(`GET ${pools}?$skipToken=1`, 'hang');
    const listing = azure.agentPools.list({ signal: caller.signal });
    await arm.arrival(`GET ${pools}?$skipToken=1`);
    caller.abort();
    await expect(listing).rejects.toMatchObject({ code: 'Aborted', operation: 'agentPools.list' });
  });

  it('takes no page from another host, and sends it no token', async () => {
    arm.answer(`GET ${pools}?`, { status: 200, body: { value: [wirePool('a')], nextLink: `${foreign.url}/next` } });
    await expect(azure.agentPools.list()).rejects.toMatchObject({
      code: 'ForeignUrl',
      message: `refused to send the token to ${foreign.url}, which is not ${arm.url}`,
    });
    expect(foreign.seen).toEqual([]);
  });

  it('reads once more after an idle connection broke', async () => {
    arm.answer(`GET ${pools}?`, 'reset', { status: 200, body: { value: [] } });
    await expect(azure.agentPools.list()).resolves.toEqual([]);
    expect(arm.armRequests()).toHaveLength(2);
  });
});

describe('agentPools.operation', () => {
  const path = '/subscriptions/sub/providers/Microsoft.ContainerService/locations/eastus/operations/1';

  it.each([
    ['InProgress', 'running'],
    ['Whatever', 'running'],
    ['Succeeded', 'succeeded'],
    ['FAILED', 'failed'],
    ['Canceled', 'canceled'],
  ])('reads %s as %s', async (state, status) => {
    arm.answer(`GET ${path}`, { status: 200, body: { name: '1', status: state } });
    await expect(azure.agentPools.operation(`${arm.url}${path}?api-version=2016-03-30&t=1`)).resolves.toEqual({
      status,
    });
    expect(arm.armRequests()).toMatchObject([
      {
        path: `${path}?api-version=2016-03-30&t=1`,
        headers: { authorization: expect.stringMatching(/^Bearer token-/) },
      },
    ]);
  });

  it('tells why it failed', async () => {
    const error = { code: 'ZonalAllocationFailed', message: 'no capacity in zone 1' };
    arm.answer(`GET ${path}`, { status: 200, body: { status: 'Failed', error } });
    await expect(azure.agentPools.operation(`${arm.url}${path}`)).resolves.toEqual({
      status: 'failed',
      error: { ...error, kind: 'capacity', details: [] },
    });
  });

  it('takes a body with an error and without a status for a failure', async () => {
    arm.answer('GET /', { status: 200, body: { error: { code: 'AllocationFailed', message: 'no capacity' } } });
    await expect(azure.agentPools.operation(`${arm.url}${path}`)).resolves.toMatchObject({
      status: 'failed',
      error: { code: 'AllocationFailed', kind: 'capacity' },
    });
  });

  it('throws what ARM refuses with', async () => {
    arm.answer(`GET ${path}`, { status: 404, body: { error: { code: 'OperationNotFound', message: 'too old' } } });
    await expect(azure.agentPools.operation(`${arm.url}${path}`)).rejects.toMatchObject({
      kind: 'notFound',
      code: 'OperationNotFound',
      message: 'too old',
    });
  });

  it('does not read an answer of another form as an end', async () => {
    arm.answer(`GET ${path}`, { status: 200, body: '<html>welcome</html>' });
    await expect(azure.agentPools.operation(`${arm.url}${path}`)).rejects.toMatchObject({ code: 'MalformedResponse' });
  });

  it('asks nothing of another host', async () => {
    await expect(azure.agentPools.operation(`${foreign.url}${path}`)).rejects.toMatchObject({ code: 'ForeignUrl' });
    expect(foreign.seen).toEqual([]);
  });

  it.each(['http://127.0.0.1/operations/1', 'nonsense'])('asks nothing of %s', async url => {
    await expect(azure.agentPools.operation(url)).rejects.toMatchObject({ name: 'AzureError' });
    expect(arm.armRequests()).toEqual([]);
  });
});
