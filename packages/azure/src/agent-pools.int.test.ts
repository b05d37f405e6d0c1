import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator } from '@kaito/emulator';
import type { Emulator } from '@kaito/emulator';
import { eventually } from '@kaito/testing';
import { createAzure, isAzureError, quotaNumbers } from './index.ts';
import type { AgentPoolSpec, Azure, AzureError } from './index.ts';

const spec: AgentPoolSpec = {
  vmSize: 'Standard_NC6s_v3',
  count: 1,
  osSku: 'Ubuntu',
  osDiskSizeGb: 128,
  labels: { 'kaito.sh/workspace': 'w1' },
  taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }],
  tags: { owner: 'agent-pools.int.test' },
};

let folder: string;
let emulator: Emulator;
let azure: Azure;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kaito-azure-'));
  const tokenFile = join(folder, 'token');
  await writeFile(tokenFile, 'a projected token');
  emulator = await startEmulator({ dataDir: folder, settings: { timings: { operationMs: 50, deleteMs: 50 } } });
  const { subscriptionId, resourceGroup, clusterName, tenantId, clientId } = emulator.cluster;
  azure = createAzure({
    subscriptionId,
    resourceGroup,
    clusterName,
    cloud: 'public',
    armEndpoint: emulator.url,
    authorityHost: emulator.url,
    caFile: emulator.caFile,
    credential: { type: 'workload-identity', tenantId, clientId, federatedTokenFile: tokenFile },
    userAgent: 'kaito-test/1',
  });
});
afterEach(async () => {
  await emulator.client.clearFaults();
});
afterAll(async () => {
  await emulator.stop();
  await rm(folder, { recursive: true });
});

async function refusal(call: Promise<unknown>): Promise<AzureError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isAzureError(error)) throw new Error('the call was not refused by an AzureError', { cause: error });
  return error;
}

describe('agent pools against the emulator', () => {
  it('live from create to delete', async () => {
    await emulator.client.resetRequests();
    const accepted = await azure.agentPools.create('life', spec);
    expect(accepted).toMatchObject({
      pool: { name: 'life', provisioningState: 'Creating' },
      correlationId: expect.any(String),
    });
    await eventually(async () =>
      expect(await azure.agentPools.operation(accepted.operationUrl ?? '')).toEqual({ status: 'succeeded' }),
    );
    const pool = await azure.agentPools.get('life');
    expect(pool).toMatchObject({
      provisioningState: 'Succeeded',
      vmSize: spec.vmSize,
      osDiskSizeGb: 128,
      labels: spec.labels,
      taints: spec.taints,
      tags: spec.tags,
      etag: expect.any(String),
    });
    await expect(azure.agentPools.delete('life', { etag: pool?.etag })).resolves.toMatchObject({
      operationUrl: expect.any(String),
    });
    await eventually(async () => expect(await azure.agentPools.get('life')).toBeUndefined());
    await expect(azure.agentPools.delete('life')).resolves.toBeUndefined();
    expect((await emulator.client.requests()).counts).toMatchObject({ 'PUT agentPools': 1, 'DELETE agentPools': 2 });
  });

  it('are created once, also when the answer was lost', async () => {
    await emulator.client.addFault({ match: { method: 'PUT', pool: 'lost' }, action: { type: 'reset', effect: true } });
    expect(await refusal(azure.agentPools.create('lost', spec))).toMatchObject({
      code: 'ECONNRESET',
      kind: 'transient',
    });
    expect(await refusal(azure.agentPools.create('lost', spec))).toMatchObject({ kind: 'exists' });
    await expect(azure.agentPools.get('lost')).resolves.toMatchObject({ tags: spec.tags });
  });

  it('are not deleted in another state than the one that was read', async () => {
    await emulator.client.seedPool('changed');
    expect(await refusal(azure.agentPools.delete('changed', { etag: 'of yesterday' }))).toMatchObject({
      kind: 'busy',
      statusCode: 412,
    });
    await expect(azure.agentPools.get('changed')).resolves.toMatchObject({ provisioningState: 'Succeeded' });
  });

  it('are listed whole, page by page', async () => {
    await emulator.client.configure({ pageSize: 1 });
    await emulator.client.seedPool('page1');
    await emulator.client.seedPool('page2');
    const names = (await azure.agentPools.list()).map(pool => pool.name);
    expect(names).toEqual((await emulator.client.state()).pools.map(pool => pool.name));
    expect(names).toEqual(expect.arrayContaining(['page1', 'page2']));
    await emulator.client.configure({ pageSize: 100 });
  });

  it('tell in the list and in the operation why they failed', async () => {
    const action = {
      type: 'failOperation',
      code: 'ZonalAllocationFailed',
      message: 'Allocation failed in zone 1.',
    } as const;
    await emulator.client.addFault({ match: { method: 'PUT', pool: 'doomed' }, action });
    const { operationUrl = '' } = await azure.agentPools.create('doomed', spec);
    const expected = { code: 'ZonalAllocationFailed', kind: 'capacity' };
    await eventually(async () => {
      const doomed = (await azure.agentPools.list()).find(pool => pool.name === 'doomed');
      expect(doomed).toMatchObject({ provisioningState: 'Failed', provisioningError: expected });
    });
    await expect(azure.agentPools.operation(operationUrl)).resolves.toMatchObject({
      status: 'failed',
      error: expected,
    });
  });

  it('are refused for quota with numbers that can be read', async () => {
    const quotas = (await emulator.client.state()).settings.quotas;
    await emulator.client.configure({ quotas: { ...quotas, cores: 1 } });
    const error = await refusal(azure.agentPools.create('quota', spec));
    await emulator.client.configure({ quotas });
    expect(error).toMatchObject({ kind: 'quota', code: 'ErrCode_InsufficientVCPUQuota' });
    expect(quotaNumbers(error.message)).toMatchObject({
      region: emulator.cluster.location,
      requested: expect.any(Number),
    });
  });

  it('are refused for a size that is not sold', async () => {
    await emulator.client.configure({ restrictedSizes: [spec.vmSize] });
    const error = await refusal(azure.agentPools.create('sold', spec));
    const size = (await azure.skus.list(emulator.cluster.location)).find(({ name }) => name === spec.vmSize);
    await emulator.client.configure({ restrictedSizes: [] });
    expect(error).toMatchObject({ kind: 'sku' });
    expect(size?.restrictions).toEqual([expect.objectContaining({ type: 'Location' })]);
  });

  it('pass on Retry-After', async () => {
    const action = {
      type: 'respond',
      status: 429,
      code: 'TooManyRequests',
      message: 'slow down',
      retryAfterSeconds: 90,
    } as const;
    await emulator.client.addFault({ match: { method: 'LIST', route: 'agentPools' }, action });
    expect(await refusal(azure.agentPools.list())).toMatchObject({ kind: 'throttled', retryAfterMs: 90_000 });
  });
});

describe('what the cluster stands on', () => {
  it('is read', async () => {
    await expect(azure.cluster.get()).resolves.toMatchObject({
      name: emulator.cluster.clusterName,
      location: emulator.cluster.location,
      nodeResourceGroup: emulator.cluster.nodeResourceGroup,
    });
    const sizes = await azure.skus.list(emulator.cluster.location);
    expect(sizes.find(({ name }) => name === spec.vmSize)).toMatchObject({ vcpus: 6, gpus: 1 });
    const counters = (await azure.usages.list(emulator.cluster.location)).map(({ name }) => name);
    expect(counters).toContain('cores');
  });
});
