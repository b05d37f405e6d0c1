import { clusterIdentity } from '../cluster-identity.ts';
import { cancel, operationStatus } from './operation.ts';
import type { Operation } from './operation.ts';
import { provisioningState } from './pool.ts';
import type { Pool } from './pool.ts';
import { HISTORY_MS, PoolStore } from './pool-store.ts';
import { readPool } from './read-pool.ts';

const { properties } = readPool('ws1', { properties: { vmSize: 'Standard_NC6s_v3' } }, clusterIdentity({}));

function operation(kind: Operation['kind'], startedAt: number, endsAt: number): Operation {
  return { id: `${kind}-${startedAt}`, pool: 'ws1', kind, startedAt, endsAt, outcome: 'Succeeded' };
}

function pool(latest: Operation): Pool {
  return {
    name: 'ws1',
    properties,
    etag: latest.id,
    createdAt: 1000,
    operation: latest,
    placement: [],
    made: 1,
    evicted: [],
  };
}

function stateAt(store: PoolStore, time: number): string | undefined {
  const found = store.get('ws1', time);
  return found && provisioningState(found, time);
}

describe('the store of pools', () => {
  it('tells what a pool was at any time of its life', () => {
    const store = new PoolStore();
    store.put(pool(operation('Creating', 1000, 2000)), 1000);
    store.put(pool(operation('Deleting', 3000, 4000)), 3000);
    store.remove('ws1', 4000);
    expect([999, 1000, 1999, 2000, 2999, 3000, 3999, 4000].map(time => stateAt(store, time))).toEqual([
      undefined,
      'Creating',
      'Creating',
      'Succeeded',
      'Succeeded',
      'Deleting',
      'Deleting',
      undefined,
    ]);
  });

  it('shows a pool as gone when its deletion ends, before anybody has removed it', () => {
    const store = new PoolStore();
    store.put(pool(operation('Deleting', 3000, 4000)), 3000);
    expect(store.list(3999)).toHaveLength(1);
    expect(store.list(4000)).toHaveLength(0);
    expect(store.record('ws1')).toBeDefined();
  });

  it('finds names in any case', () => {
    const store = new PoolStore();
    store.put(pool(operation('Creating', 1000, 2000)), 1000);
    expect(store.get('WS1', 1000)?.name).toBe('ws1');
  });

  it('forgets removed pools, but never those that are there', () => {
    const store = new PoolStore();
    store.put(pool(operation('Creating', 1000, 2000)), 1000);
    store.put({ ...pool(operation('Creating', 1000, 2000)), name: 'kept' }, 1000);
    store.remove('ws1', 3000);
    const later = 3000 + 3 * HISTORY_MS;
    store.put({ ...pool(operation('Creating', 1000, 2000)), name: 'new' }, later);
    expect(store.list(later).map(({ name }) => name)).toEqual(['kept', 'new']);
    expect(store.list(2500)).toHaveLength(1);
  });
});

describe('an operation', () => {
  it('that is canceled ends then; one that has ended stays', () => {
    const running = operation('Creating', 0, 100);
    const canceled = cancel(running, 40, { code: 'Gone', message: 'm' });
    expect([39, 40, 200].map(time => operationStatus(canceled, time))).toEqual(['InProgress', 'Canceled', 'Canceled']);
    expect(canceled.error?.code).toBe('Gone');
    expect(cancel(running, 100)).toBe(running);
  });
});
