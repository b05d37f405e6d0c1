import { createAzure } from './azure.ts';
import type { Azure } from './azure.ts';
import { LocalAzure } from '@kaito/testing';

let arm: LocalAzure;
let azure: Azure;

beforeAll(async () => {
  arm = await LocalAzure.start();
  azure = createAzure(arm.config());
});
afterEach(() => arm.reset());
afterAll(() => arm.close());

/** Capabilities as Compute writes them: all values are text. */
function capabilities(values: Readonly<Record<string, string>>): object[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

const a100 = {
  resourceType: 'virtualMachines',
  name: 'Standard_NC24ads_A100_v4',
  family: 'StandardNCADSA100v4Family',
  locations: ['EastUS'],
  locationInfo: [{ location: 'EastUS', zones: ['3', '1'] }],
  capabilities: capabilities({
    vCPUs: '24',
    MemoryGB: '220',
    GPUs: '1',
    LowPriorityCapable: 'True',
    PremiumIO: 'False',
    CpuArchitectureType: 'x64',
    HyperVGenerations: 'V1,V2',
  }),
  restrictions: [
    {
      type: 'Zone',
      values: ['eastus'],
      restrictionInfo: { locations: ['eastus'], zones: ['3'] },
      reasonCode: 'NotAvailableForSubscription',
    },
    { type: 'Location', values: ['westus'], restrictionInfo: { locations: ['westus'] }, reasonCode: 'QuotaId' },
  ],
};

describe('skus.list', () => {
  const route = 'GET /subscriptions/sub/providers/Microsoft.Compute/skus?';

  it('reads sizes with their numbers, zones and restrictions', async () => {
    const disk = { resourceType: 'disks', name: 'Premium_LRS' };
    arm.answer(route, { status: 200, body: { value: [disk, a100] } });
    await expect(azure.skus.list('East US')).resolves.toEqual([
      {
        name: 'Standard_NC24ads_A100_v4',
        family: 'StandardNCADSA100v4Family',
        vcpus: 24,
        memoryGiB: 220,
        gpus: 1,
        architecture: 'x64',
        spotCapable: true,
        zones: ['1', '3'],
        restrictions: [{ type: 'Zone', reason: 'NotAvailableForSubscription', zones: ['3'] }],
        capabilities: {
          vCPUs: 24,
          MemoryGB: 220,
          GPUs: 1,
          LowPriorityCapable: true,
          PremiumIO: false,
          CpuArchitectureType: 'x64',
          HyperVGenerations: 'V1,V2',
        },
      },
    ]);
    expect(decodeURIComponent(arm.armRequests()[0]?.path ?? '')).toContain("$filter=location eq 'eastus'");
  });

  it('bears a size about which nothing is said', async () => {
    arm.answer(route, { status: 200, body: { value: [{ resourceType: 'virtualMachines', name: 'Standard_X' }] } });
    await expect(azure.skus.list('eastus')).resolves.toEqual([
      {
        name: 'Standard_X',
        family: '',
        vcpus: 0,
        memoryGiB: 0,
        gpus: 0,
        spotCapable: false,
        zones: [],
        restrictions: [],
        capabilities: {},
      },
    ]);
  });

  it('gives nothing when a later page fails', async () => {
    arm.answer(route, { status: 200, body: { value: [a100], nextLink: `${arm.url}/subscriptions/sub/more` } });
    arm.answer('GET /subscriptions/sub/more', {
      status: 503,
      body: { error: { code: 'ServerTimeout', message: 'late' } },
    });
    await expect(azure.skus.list('eastus')).rejects.toMatchObject({ kind: 'transient', operation: 'skus.list' });
  });

  it.each(["eastus' or 1 eq 1", '', '../x'])('refuses %j as a region', async location => {
    await expect(azure.skus.list(location)).rejects.toMatchObject({ name: 'AzureError', kind: 'spec' });
    await expect(azure.usages.list(location)).rejects.toMatchObject({ name: 'AzureError', kind: 'spec' });
    expect(arm.armRequests()).toEqual([]);
  });
});

/** A counter as Compute writes it. */
function usage(value: string, currentValue: number, limit: number): object {
  return { unit: 'Count', currentValue, limit, name: { value, localizedValue: `${value} vCPUs` } };
}

describe('usages.list', () => {
  it('reads counters from every page', async () => {
    const route = 'GET /subscriptions/sub/providers/Microsoft.Compute/locations/eastus/usages?';
    arm.answer(route, {
      status: 200,
      body: { value: [usage('cores', 10, 100)], nextLink: `${arm.url}/subscriptions/sub/more` },
    });
    arm.answer('GET /subscriptions/sub/more', { status: 200, body: { value: [usage('lowPriorityCores', 0, 3)] } });
    await expect(azure.usages.list('eastus')).resolves.toEqual([
      { name: 'cores', displayName: 'cores vCPUs', used: 10, limit: 100 },
      { name: 'lowPriorityCores', displayName: 'lowPriorityCores vCPUs', used: 0, limit: 3 },
    ]);
  });
});

describe('cluster.get', () => {
  const route = 'GET /subscriptions/sub/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/aks?';

  it('reads the cluster', async () => {
    const properties = {
      provisioningState: 'Succeeded',
      powerState: { code: 'Running' },
      nodeResourceGroup: 'MC_rg_aks_eastus',
      kubernetesVersion: '1.36',
      currentKubernetesVersion: '1.36.3',
      oidcIssuerProfile: { enabled: true, issuerURL: 'https://oidc.test/' },
      maxAgentPools: 100,
    };
    arm.answer(route, { status: 200, body: { id: '/id', name: 'aks', location: 'eastus', properties } });
    await expect(azure.cluster.get()).resolves.toEqual({
      id: '/id',
      name: 'aks',
      location: 'eastus',
      provisioningState: 'Succeeded',
      powerState: 'Running',
      nodeResourceGroup: 'MC_rg_aks_eastus',
      kubernetesVersion: '1.36.3',
      oidcIssuerUrl: 'https://oidc.test/',
      maxAgentPools: 100,
    });
  });

  it('says that the cluster is missing', async () => {
    arm.answer(route, {
      status: 404,
      body: { error: { code: 'ResourceNotFound', message: 'The Resource was not found.' } },
    });
    await expect(azure.cluster.get()).rejects.toMatchObject({ kind: 'notFound', operation: 'cluster.get' });
  });
});
