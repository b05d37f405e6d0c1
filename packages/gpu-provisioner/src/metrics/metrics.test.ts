import { AzureError } from '@kaito/azure';
import type { FaultKind } from '@kaito/azure';
import { createMetrics } from '@kaito/kube';
import { aMachine, aNodeClaim } from '@kaito/testing';
import type { ClaimObject } from '../claims/claim.ts';
import { ProvisionerMetrics } from '../metrics.ts';
import { anAgentPool, PoolsInMemory } from '../testing/stand-ins.ts';
import { CloudProviderMetrics } from './cloud-provider-metrics.ts';
import { FleetMetrics } from './fleet-metrics.ts';

const newMetrics = () => createMetrics({ processMetrics: false });

/** The samples of a metric as a scrape shows them. */
async function samples(metrics: ReturnType<typeof newMetrics>, name: string): Promise<readonly string[]> {
  return (await metrics.text()).split('\n').filter(line => line.startsWith(name));
}

test('requests to Azure are counted by answer, timed, and their throttling summed', async () => {
  const metrics = newMetrics();
  const own = new ProvisionerMetrics(metrics);
  const record = { operation: 'agentPools.create', method: 'PUT', durationMs: 700 };
  own.armRequest({ ...record, statusCode: 201 });
  own.armRequest({ ...record, statusCode: 429, code: 'TooManyRequests', retryAfterMs: 90_000 });
  own.armRequest({ ...record, statusCode: 503, retryAfterMs: 60_000 });
  own.armRequest({ ...record, code: 'ECONNRESET' });
  expect(await samples(metrics, 'kaito_arm_requests_total')).toEqual([
    'kaito_arm_requests_total{operation="agentPools.create",code="201"} 1',
    'kaito_arm_requests_total{operation="agentPools.create",code="429"} 1',
    'kaito_arm_requests_total{operation="agentPools.create",code="503"} 1',
    'kaito_arm_requests_total{operation="agentPools.create",code="ECONNRESET"} 1',
  ]);
  expect(await samples(metrics, 'kaito_arm_throttled_seconds_total')).toEqual([
    'kaito_arm_throttled_seconds_total{operation="agentPools.create"} 90',
  ]);
  expect(await samples(metrics, 'kaito_arm_request_duration_seconds_bucket')).toContain(
    'kaito_arm_request_duration_seconds_bucket{le="1",operation="agentPools.create"} 4',
  );
});

test('launch failures and the version are told', async () => {
  const metrics = newMetrics();
  const own = new ProvisionerMetrics(metrics);
  own.launchFailed('SubscriptionQuotaReached', 'Standard_NC24ads_A100_v4');
  own.build('1.2.3');
  expect(await samples(metrics, 'kaito_launch_failures_total')).toEqual([
    'kaito_launch_failures_total{reason="SubscriptionQuotaReached",instance_type="Standard_NC24ads_A100_v4"} 1',
  ]);
  expect(await samples(metrics, 'karpenter_build_info')).toEqual(['karpenter_build_info{version="1.2.3"} 1']);
});

const bound = (pools: PoolsInMemory) => ({
  create: pools.create.bind(pools),
  get: pools.get.bind(pools),
  delete: pools.delete.bind(pools),
  operation: pools.operation.bind(pools),
  list: () => Promise.resolve([]),
});

/** The samples of calls to the cloud after one that goes well, or fails so. */
const sampleCall = async (kind?: FaultKind): Promise<readonly string[]> => {
  const metrics = newMetrics();
  const pools = new PoolsInMemory();
  pools.pools.set('ws1', anAgentPool('ws1'));
  if (kind) pools.faults.push({ verb: 'get', error: new AzureError('no', { code: 'X', kind }) });
  let time = 0;
  const clock = { monotonic: () => (time += 100) };
  const measured = new CloudProviderMetrics(metrics, clock).measure(bound(pools), 'claim');
  await measured.get('ws1').catch(() => undefined);
  return (await metrics.text()).split('\n').filter(line => /errors_total\{|_sum/.test(line));
};

describe('calls to the cloud', () => {
  const sum = 'karpenter_cloudprovider_duration_seconds_sum{controller="claim",method="Get",provider="azure"} 0.1';

  test('are timed by controller and method', async () => {
    expect(await sampleCall()).toEqual([sum]);
  });

  test.each<[FaultKind, string]>([
    ['notFound', 'NodeClaimNotFoundError'],
    ['quota', 'InsufficientCapacityError'],
    ['throttled', ''],
  ])('that fail for %s are counted as %j, as Karpenter names it', async (kind, error) => {
    expect(await sampleCall(kind)).toEqual([
      sum,
      `karpenter_cloudprovider_errors_total{controller="claim",method="Get",provider="azure",error="${error}"} 1`,
    ]);
  });

  test('keep their error', async () => {
    const pools = new PoolsInMemory();
    const error = new AzureError('no', { code: 'X', kind: 'busy' });
    pools.faults.push({ verb: 'create', error });
    const measured = new CloudProviderMetrics(newMetrics(), { monotonic: () => 0 }).measure(bound(pools), 'claim');
    const spec = { vmSize: 's', count: 1, osSku: 'Ubuntu', labels: {}, taints: [], tags: {} } as const;
    await expect(measured.create('ws1', spec)).rejects.toBe(error);
  });
});

const condition = (type: string, status = 'True') => ({ type, status });
const machine = (...conditions: readonly ReturnType<typeof condition>[]): ClaimObject =>
  aMachine({ status: { conditions } });

test('claims are counted by the phase that they finished last, without those of others', async () => {
  const metrics = newMetrics();
  const machines = [
    machine(),
    machine(condition('MachineLaunched', 'False')),
    machine(condition('MachineLaunched')),
    machine(condition('MachineLaunched'), condition('MachineRegistered'), condition('MachineInitialized')),
    aMachine({ metadata: { deletionTimestamp: '2026-11-22T10:00:00Z' } }),
  ];
  const foreign = aNodeClaim({
    spec: { nodeClassRef: { group: 'karpenter.azure.com', kind: 'AKSNodeClass', name: 'x' } },
  });
  const nodeClaims = [aNodeClaim() as ClaimObject, foreign as ClaimObject];
  const claims = { Machine: { list: () => machines }, NodeClaim: { list: () => nodeClaims } };
  const poller = { inFlight: (operation: string) => (operation === 'create' ? 3 : 0) };
  new FleetMetrics(metrics, { claims, poller }).show();
  const shown = (await samples(metrics, 'kaito_')).filter(line => !line.endsWith(' 0'));
  expect(shown).toEqual([
    'kaito_claims{kind="Machine",phase="pending"} 2',
    'kaito_claims{kind="Machine",phase="launched"} 1',
    'kaito_claims{kind="Machine",phase="initialized"} 1',
    'kaito_claims{kind="Machine",phase="deleting"} 1',
    'kaito_claims{kind="NodeClaim",phase="pending"} 1',
    'kaito_agent_pool_operations_in_flight{operation="create"} 3',
  ]);
});
