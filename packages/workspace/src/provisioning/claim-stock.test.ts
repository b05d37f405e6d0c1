import { labels, machines } from '@kaito/crds';
import { nodes } from '@kaito/kube';
import { FakeClock } from '@kaito/testing';
import { machineKind } from '../claims/claim-kind.ts';
import { anObserved } from '../observed.test-data.ts';
import { aPlan } from './builders.test-data.ts';
import { ClaimProvisioning } from './claim-provisioning.ts';
import { ClaimStock } from './claim-stock.ts';
import { MemoryClient } from './memory-client.test-data.ts';
import { toolsFor } from './tools.test-data.ts';

/** A server that counts what is read from it. */
class CountingClient extends MemoryClient {
  readonly lists: string[] = [];
  fails = false;

  override list(...[resource, options = {}]: Parameters<MemoryClient['list']>): ReturnType<MemoryClient['list']> {
    this.lists.push(`${resource.plural} ${options.labelSelector ?? ''}`);
    return this.fails ? Promise.reject(new Error('away')) : super.list(resource, options);
  }
}

const once = [
  `${machines.plural} ${labels.workspace}`,
  `${machines.plural} ${labels.karpenterWorkspaceName}`,
  `${nodes.plural} ${labels.workspace}`,
];

describe('ClaimStock', () => {
  it('reads once for all who ask, then not again until a write is in doubt', async () => {
    const server = new CountingClient();
    const { tools } = toolsFor(server, new FakeClock());
    const stock = new ClaimStock([machineKind]);
    await Promise.all([stock.take(tools), stock.take(tools)]);
    await stock.take(tools);
    expect(server.lists).toEqual(once);
    stock.doubt();
    await stock.take(tools);
    expect(server.lists).toEqual([...once, ...once]);
  });

  it('is not taken while it cannot be read', async () => {
    const server = new CountingClient();
    const { tools } = toolsFor(server, new FakeClock());
    const stock = new ClaimStock([machineKind]);
    server.fails = true;
    await expect(stock.take(tools)).rejects.toThrow('away');
    server.fails = false;
    await stock.take(tools);
    expect(server.lists).toEqual([...once, ...once]);
  });
});

describe('ClaimProvisioning without NodePools', () => {
  const scope = { kinds: [machineKind], hasNodePools: false };

  it('lets any number of workspaces go for one look at the API server', async () => {
    const server = new CountingClient();
    const { tools } = toolsFor(server, new FakeClock());
    const provisioning = new ClaimProvisioning({ kind: machineKind, scope, clock: new FakeClock() });
    for (let workspace = 0; workspace < 5; workspace++) {
      // oxlint-disable no-await-in-loop -- one after the other, as they are deleted
      await provisioning.beforeTakeDown(tools);
      await expect(provisioning.takeDown(anObserved(), tools)).resolves.toEqual([]);
      // oxlint-enable no-await-in-loop
    }
    expect(server.lists).toEqual(once);
  });

  it('looks again after a claim of which it is not known whether it was made', async () => {
    const server = new CountingClient();
    const { tools } = toolsFor(server, new FakeClock());
    const provisioning = new ClaimProvisioning({ kind: machineKind, scope, clock: new FakeClock() });
    await provisioning.beforeTakeDown(tools);
    server.failAt = 0;
    await expect(provisioning.ensure(anObserved(), aPlan(), tools)).rejects.toThrow('InternalError');
    await provisioning.beforeTakeDown(tools);
    expect(server.lists).toEqual([...once, ...once]);
  });
});
