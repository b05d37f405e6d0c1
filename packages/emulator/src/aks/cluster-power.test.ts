import { aks, put } from '../testing/aks.ts';
import type { TestAks } from '../testing/aks.ts';
import { refusal } from '../testing/refusal.ts';
import { operationStatus } from './operation.ts';

async function running(): Promise<TestAks> {
  const all = aks();
  all.pools.put('ws1', put(), {});
  await all.clock.advance(1500);
  return all;
}

const shown = ({ power, clock }: TestAks): string => {
  const { provisioningState, powerState } = power.at(clock.now());
  return `${provisioningState} ${powerState}`;
};

describe('the cluster', () => {
  it('stops and starts, and its pools stay', async () => {
    const all = await running();
    const { clock, power, machineCalls, store, state, quota } = all;
    const before = clock.now();
    expect(shown(all)).toBe('Succeeded Running');
    const stop = power.stop();
    expect(shown(all)).toBe('Stopping Stopped');
    expect(machineCalls.at(-1)).toBe('power off in never');
    await clock.advance(1000);
    expect(shown(all)).toBe('Succeeded Stopped');
    expect(all.operations.get(stop.id)).toMatchObject({ kind: 'Stopping', outcome: 'Succeeded' });
    expect([store.size, state('ws1'), quota.used('cores')]).toEqual([1, 'Succeeded', 6]);
    power.start();
    expect(shown(all)).toBe('Starting Running');
    expect(machineCalls.at(-1)).toBe('power on in 300');
    await clock.advance(1000);
    expect(shown(all)).toBe('Succeeded Running');
    expect(power.at(before + 500)).toEqual({ provisioningState: 'Stopping', powerState: 'Stopped' });
  });

  it('has its Nodes deleted while it is stopped, when told so', async () => {
    const { power, settings, machineCalls } = await running();
    settings.change({ stopRemovesNodes: true });
    power.stop();
    expect(machineCalls.at(-1)).toBe('power off in 200');
  });

  it('refuses writes on pools until it runs again', async () => {
    const { clock, power, pools } = await running();
    const writes = (): readonly string[] =>
      [() => pools.put('ws2', put(), {}), () => pools.delete('ws1', {})].map(write => {
        const { status, code, message } = refusal(write);
        return `${status} ${code} ${message.slice(0, 90)}`;
      });
    power.stop();
    expect(writes()).toEqual(Array(2).fill(expect.stringMatching(/^409 OperationNotAllowed .*operation \(Stopping\)/)));
    await clock.advance(1000);
    expect(writes()).toEqual(Array(2).fill(expect.stringMatching(/^409 OperationNotAllowed .*Power State\(Stopped\)/)));
    power.start();
    expect(writes()).toEqual(Array(2).fill(expect.stringMatching(/^409 OriginalEtagNotExpect/)));
    await clock.advance(1000);
    expect(pools.put('ws2', put(), {}).created).toBe(true);
  });

  it('fails to start when a write is let through, as has been seen, and can be started again', async () => {
    const all = await running();
    const { clock, power, pools, settings, operations, state } = all;
    settings.change({ startConflict: 'preempt' });
    power.stop();
    await clock.advance(1000);
    const { id } = power.start();
    await clock.advance(400);
    pools.delete('ws1', {});
    expect([shown(all), state('ws1')]).toEqual(['Failed Running', 'Deleting']);
    expect(operationStatus(operations.get(id)!, clock.now())).toBe('Failed');
    expect(operations.get(id)?.error).toMatchObject({
      code: 'ResourceOperationFailure',
      details: [{ code: 'OriginalEtagNotExpect' }],
    });
    await clock.advance(1000);
    power.start();
    await clock.advance(1000);
    expect(shown(all)).toBe('Succeeded Running');
  });

  it('does neither twice, nor while something is in progress', async () => {
    const { clock, power, pools } = await running();
    expect(refusal(() => power.start()).message).toContain('Power State(Running), starting cannot be performed');
    pools.put('ws2', put(), {});
    expect(refusal(() => power.stop()).message).toContain('(ws2 - Creating) is in progress');
    await clock.advance(1500);
    power.stop();
    expect(refusal(() => power.start()).message).toContain('Another operation (Stopping)');
    await clock.advance(1000);
    expect(refusal(() => power.stop())).toMatchObject({
      status: 409,
      message:
        'managed cluster is in Provisioning State(Succeeded) and Power State(Stopped), stopping cannot be performed',
    });
  });
});
