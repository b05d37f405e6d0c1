import { startEmulator } from './index.ts';
import type { Emulator } from './index.ts';
import { ArmCaller } from './testing/arm.ts';
import { ManualClock } from './testing/manual-clock.ts';

const quick = { nodeRegisterMs: 0, operationMs: 30, gpuAppearMs: 0, deleteMs: 30, nodeRemoveMs: 0 };
const gpuPool = { properties: { vmSize: 'Standard_NC6s_v3', count: 1, nodeLabels: { 'kaito.sh/workspace': 'w' } } };

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

describe('stop and start', () => {
  it('show in the cluster and in every pool, and are operations', async () => {
    await emulator.stop();
    const clock = new ManualClock();
    emulator = await startEmulator({ clock, settings: { timings: { ...quick, powerMs: 1000 } } });
    arm = new ArmCaller(emulator);
    await arm.signIn();
    const cluster = arm.path().replace('/agentPools', '');
    const shown = async (): Promise<unknown> => {
      const { properties } = (await arm.send('GET', cluster)).body;
      const [pool] = (await arm.send('GET', arm.path())).body.value;
      const [profile] = properties.agentPoolProfiles;
      const all = [properties, pool.properties, profile].map(
        ({ provisioningState, powerState }) => `${provisioningState} ${powerState.code}`,
      );
      expect(new Set(all).size).toBe(1);
      return all[0];
    };
    const stop = await arm.send('POST', cluster.replace('?', '/stop?'));
    expect(stop.status).toBe(202);
    expect(await shown()).toBe('Stopping Stopped');
    const operation = String(stop.headers['azure-asyncoperation']);
    expect((await arm.send('GET', operation)).body.status).toBe('InProgress');
    await clock.advance(1000);
    expect((await arm.send('GET', operation)).body.status).toBe('Succeeded');
    expect((await arm.send('GET', String(stop.headers.location))).status).toBe(204);
    expect(await shown()).toBe('Succeeded Stopped');
    expect((await arm.send('PUT', arm.path('ws1'), { body: gpuPool })).status).toBe(409);
    expect(await emulator.client.startCluster()).toEqual({ provisioningState: 'Starting', powerState: 'Running' });
    expect(await shown()).toBe('Starting Running');
    expect((await arm.send('DELETE', arm.path('nodepool1'))).body.code).toBe('MustDefineAtLeastOneSystemPool');
    expect((await arm.send('PUT', arm.path('ws1'), { body: gpuPool })).body.code).toBe('OriginalEtagNotExpect');
    await clock.advance(1000);
    expect((await emulator.client.state()).power).toEqual({ provisioningState: 'Succeeded', powerState: 'Running' });
    await expect(emulator.client.startCluster()).rejects.toThrow('starting cannot be performed');
  });
});

describe('capacity', () => {
  it('is closed and opened by rules, which count their hits', async () => {
    await emulator.client.addAllocationRule({ vmSize: 'standard_nc6s_v3', zone: 'regional', code: 'SkuNotAvailable' });
    const refused = await arm.send('PUT', arm.path('ws1'), { body: gpuPool });
    expect(refused).toMatchObject({ status: 409, body: { error: { code: 'SkuNotAvailable' } } });
    expect(await emulator.client.allocationRules()).toEqual([
      {
        rule: { vmSize: 'Standard_NC6s_v3', zone: 'regional', code: 'SkuNotAvailable' },
        hits: 1,
        remaining: 'always',
      },
    ]);
    await emulator.client.clearAllocationRules();
    expect((await arm.send('PUT', arm.path('ws1'), { body: gpuPool })).status).toBe(201);
  });

  it('fails an operation with the words of Azure', async () => {
    await emulator.client.addAllocationRule({ code: 'OverconstrainedZonalAllocationRequest', afterMs: 0 });
    const zonal = { properties: { ...gpuPool.properties, availabilityZones: ['1'] } };
    const put = await arm.send('PUT', arm.path('ws1'), { body: zonal });
    expect(put.status).toBe(201);
    const { body } = await arm.send('GET', String(put.headers['azure-asyncoperation']));
    expect(body).toMatchObject({
      status: 'Failed',
      error: { code: 'OverconstrainedZonalAllocationRequest', message: expect.stringContaining('Availability Zone') },
    });
  });

  it('of spot machines is taken back', async () => {
    const spot = { properties: { ...gpuPool.properties, scaleSetPriority: 'Spot' } };
    await arm.send('PUT', arm.path('ws1'), { body: spot });
    expect((await emulator.client.state()).usage).toMatchObject({ lowPriorityCores: 6 });
    expect(await emulator.client.evict('ws1')).toEqual({ pool: 'ws1', instances: [0], policy: 'Delete' });
    const { usage, pools } = await emulator.client.state();
    expect(usage).not.toHaveProperty('lowPriorityCores');
    expect(pools.find(({ name }) => name === 'ws1')).toMatchObject({ count: 1, evicted: [0], priority: 'Spot' });
    await expect(emulator.client.evict('nodepool1')).rejects.toThrow('only Spot machines are evicted');
    await expect(emulator.client.evict('other')).rejects.toThrow('Could not find the agentpool');
  });

  it('is had by a pool that somebody else made, as its seed says', async () => {
    const seed = {
      vmSize: 'Standard_NC6s_v3',
      zones: ['2'],
      priority: 'Spot',
      osDiskSizeGb: 200,
      createdAt: 1000,
      labels: { 'kaito.sh/workspace': 'w' },
    } as const;
    const pool = await emulator.client.seedPool('old', seed);
    expect(pool).toMatchObject({ zones: ['2'], priority: 'Spot', createdAt: 1000, tags: {} });
    const { properties } = (await arm.send('GET', arm.path('old'))).body;
    expect(properties).toMatchObject({ osDiskSizeGB: 200, nodeLabels: seed.labels, provisioningState: 'Succeeded' });
    expect(properties).not.toHaveProperty('tags');
    expect((await emulator.client.state()).usage).toEqual({ cores: 4, standardDSv5Family: 4, lowPriorityCores: 6 });
  });
});
