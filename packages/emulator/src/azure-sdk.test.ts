import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ComputeManagementClient } from '@azure/arm-compute';
import { ContainerServiceClient } from '@azure/arm-containerservice';
import type { AgentPool } from '@azure/arm-containerservice';
import type { TokenCredential } from '@azure/core-auth';
import { ClientSecretCredential, WorkloadIdentityCredential } from '@azure/identity';
import { startEmulator } from './index.ts';
import type { Emulator } from './index.ts';

/** The protocol is good when SDKs that nobody here wrote can live with it. */

const POOL: AgentPool = {
  vmSize: 'Standard_NC6s_v3',
  count: 1,
  typePropertiesType: 'VirtualMachineScaleSets',
  osDiskSizeGB: 128,
  nodeLabels: { 'karpenter.sh/nodepool': 'kaito' },
  nodeTaints: ['sku=gpu:NoSchedule'],
  tags: { owner: 'me' },
};

let emulator: Emulator;
let folder: string;
let ca: string;
let credential: TokenCredential;
let aks: ContainerServiceClient;
const at = { updateIntervalInMs: 20 };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulator-sdk-'));
  const tokenFilePath = join(folder, 'token');
  await writeFile(tokenFilePath, 'a projected service account token');
  emulator = await startEmulator({
    settings: { timings: { nodeRegisterMs: 0, operationMs: 60, gpuAppearMs: 0, deleteMs: 60, nodeRemoveMs: 0 } },
  });
  ca = await readFile(emulator.caFile, 'utf8');
  const { tenantId, clientId, subscriptionId } = emulator.cluster;
  credential = new WorkloadIdentityCredential({
    tenantId,
    clientId,
    tokenFilePath,
    authorityHost: emulator.url,
    disableInstanceDiscovery: true,
    tlsOptions: { ca },
  });
  aks = new ContainerServiceClient(credential, subscriptionId, {
    endpoint: emulator.url,
    tlsOptions: { ca },
    retryOptions: { maxRetries: 0 },
  });
});
afterAll(async () => {
  await emulator.stop();
  await rm(folder, { recursive: true });
});
afterEach(async () => {
  await emulator.client.clearFaults();
});

const create = (name: string, options: object = {}): ReturnType<typeof aks.agentPools.createOrUpdate> =>
  aks.agentPools.createOrUpdate('kaito', 'kaito', name, POOL, { ...at, ...options });

describe('@azure/arm-containerservice with workload identity', () => {
  it('creates to done, reads, and deletes to done', async () => {
    const created = await create('sdk1', { ifNoneMatch: '*' }).pollUntilDone();
    expect(created).toMatchObject({
      name: 'sdk1',
      provisioningState: 'Succeeded',
      vmSize: 'Standard_NC6s_v3',
      osDiskSizeGB: 128,
      nodeLabels: POOL.nodeLabels,
      nodeTaints: POOL.nodeTaints,
      tags: POOL.tags,
      eTag: expect.any(String),
      powerState: { code: 'Running' },
      enableFips: false,
    });
    await aks.agentPools.delete('kaito', 'kaito', 'sdk1', { ...at, ifMatch: created.eTag! }).pollUntilDone();
    await expect(aks.agentPools.get('kaito', 'kaito', 'sdk1')).rejects.toMatchObject({
      name: 'RestError',
      statusCode: 404,
      code: 'NotFound',
    });
    await expect(aks.agentPools.delete('kaito', 'kaito', 'sdk1', at).pollUntilDone()).resolves.toBeUndefined();
  });

  it('lists all pages', async () => {
    for (const name of ['p1', 'p2', 'p3']) await emulator.client.seedPool(name);
    await emulator.client.configure({ pageSize: 1 });
    const names: (string | undefined)[] = [];
    for await (const pool of aks.agentPools.list('kaito', 'kaito')) names.push(pool.name);
    expect(names).toEqual(['nodepool1', 'p1', 'p2', 'p3']);
  });

  it('gets typed errors for both shapes', async () => {
    await expect(create('nodepool1', { ifNoneMatch: '*' }).submitted()).rejects.toMatchObject({
      statusCode: 412,
      code: 'PreconditionFailed',
    });
    await expect(aks.managedClusters.get('kaito', 'other')).rejects.toMatchObject({
      statusCode: 404,
      code: 'ResourceNotFound',
    });
    await emulator.client.configure({ quotas: { standardNCSv3Family: 0 } });
    await expect(create('sdk2').submitted()).rejects.toMatchObject({
      statusCode: 400,
      code: 'ErrCode_InsufficientVCPUQuota',
    });
    await emulator.client.configure({ quotas: { standardNCSv3Family: 100 } });
  });

  it('hears of an operation that fails, and finds the cause in the pool', async () => {
    await emulator.client.addFault({
      match: { pool: 'sdk3' },
      action: { type: 'failOperation', code: 'AllocationFailed', message: 'Allocation failed.' },
    });
    await expect(create('sdk3').pollUntilDone()).rejects.toThrow('AllocationFailed');
    const pool = await aks.agentPools.get('kaito', 'kaito', 'sdk3');
    expect(pool).toMatchObject({
      provisioningState: 'Failed',
      status: { provisioningError: { code: 'AllocationFailed', message: 'Allocation failed.' } },
    });
  });

  it('aborts', async () => {
    await emulator.client.configure({ timings: { operationMs: 60_000 } });
    await create('sdk4').submitted();
    await aks.agentPools.abortLatestOperation('kaito', 'kaito', 'sdk4', at).pollUntilDone();
    expect((await aks.agentPools.get('kaito', 'kaito', 'sdk4')).provisioningState).toBe('Canceled');
    await emulator.client.configure({ timings: { operationMs: 60 } });
  });

  it('stops and starts the cluster', async () => {
    await emulator.client.configure({ timings: { powerMs: 60 } });
    await aks.managedClusters.stop('kaito', 'kaito', at).pollUntilDone();
    expect(await aks.managedClusters.get('kaito', 'kaito')).toMatchObject({
      provisioningState: 'Succeeded',
      powerState: { code: 'Stopped' },
    });
    await expect(create('sdk5').submitted()).rejects.toMatchObject({ statusCode: 409, code: 'OperationNotAllowed' });
    await aks.managedClusters.start('kaito', 'kaito', at).pollUntilDone();
    expect((await aks.managedClusters.get('kaito', 'kaito')).powerState).toEqual({ code: 'Running' });
    expect((await create('sdk5').pollUntilDone()).provisioningState).toBe('Succeeded');
  });

  it('reads the terms and the zones of a spot pool', async () => {
    const spot: AgentPool = { ...POOL, scaleSetPriority: 'Spot', availabilityZones: ['2'] };
    const made = await aks.agentPools.createOrUpdate('kaito', 'kaito', 'sdk6', spot, at).pollUntilDone();
    expect(made).toMatchObject({ scaleSetEvictionPolicy: 'Delete', spotMaxPrice: -1, availabilityZones: ['2'] });
    expect(made.nodeTaints).toContain('kubernetes.azure.com/scalesetpriority=spot:NoSchedule');
  });

  it('reads the cluster', async () => {
    expect(await aks.managedClusters.get('kaito', 'kaito')).toMatchObject({
      location: 'eastus',
      nodeResourceGroup: 'MC_kaito_kaito_eastus',
      provisioningState: 'Succeeded',
      oidcIssuerProfile: { enabled: true },
    });
  });
});

describe('@azure/arm-compute with a client secret', () => {
  it('reads sizes and usages', async () => {
    const { tenantId, clientId, subscriptionId } = emulator.cluster;
    const secret = new ClientSecretCredential(tenantId, clientId, 'a secret', {
      authorityHost: emulator.url,
      disableInstanceDiscovery: true,
      tlsOptions: { ca },
    });
    const compute = new ComputeManagementClient(secret, subscriptionId, { endpoint: emulator.url, tlsOptions: { ca } });
    const sizes = [];
    for await (const sku of compute.resourceSkus.list({ filter: "location eq 'eastus'" })) sizes.push(sku.name);
    expect(sizes).toContain('Standard_NC24ads_A100_v4');
    const usages = [];
    for await (const usage of compute.usage.list('eastus')) usages.push(usage.name?.value);
    expect(usages).toEqual(expect.arrayContaining(['cores', 'lowPriorityCores', 'standardNCSv3Family']));
  });

  it('is told by Entra what is wrong with it', async () => {
    const { tenantId } = emulator.cluster;
    const stranger = new ClientSecretCredential(tenantId, '11111111-1111-1111-1111-111111111111', 'a secret', {
      authorityHost: emulator.url,
      disableInstanceDiscovery: true,
      tlsOptions: { ca },
    });
    await expect(stranger.getToken('https://management.azure.com/.default')).rejects.toThrow('AADSTS700016');
  });
});
