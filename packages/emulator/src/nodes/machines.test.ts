import { ApiError } from '@kaito/kube';
import type { Node } from '@kaito/kube';
import type { NodeConditionPatch, NodeRule, Timings } from '../admin/protocol.ts';
import { seededPool } from '../aks/seeded-pool.ts';
import type { Pool } from '../aks/pool.ts';
import { clusterIdentity } from '../cluster-identity.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { quietLogger } from '../testing/quiet-logger.ts';
import { ClusterMachines } from './machines.ts';
import type { NodeRef, NodeRegistry } from './node-registry.ts';

const cluster = clusterIdentity({});
const pool = (name: string, count = 1): Pool =>
  seededPool(name, { vmSize: 'Standard_NC6s_v3', count }, cluster, 0).pool;

/** A registry in memory that keeps the API server's rule: a name is taken until its Node is gone. */
class MemoryRegistry implements NodeRegistry {
  readonly nodes = new Map<string, { uid: string; node: Node; gpus: boolean }>();
  /** Node and status of Ready, or the type of another condition. */
  readonly reports: string[] = [];
  readonly isReady = new Set<string>();
  readonly calls: string[] = [];
  /** Holds registrations back until it resolves. */
  gate: Promise<void> | undefined;
  failures = 0;
  atOnce = 0;
  mostAtOnce = 0;
  #uids = 0;

  async register(node: Node): Promise<string> {
    this.atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
    await (this.gate ?? new Promise(resolve => setImmediate(resolve)));
    this.atOnce -= 1;
    if (this.failures > 0) {
      this.failures -= 1;
      throw new ApiError({ code: 503, reason: 'ServiceUnavailable', message: 'starting' });
    }
    const { name } = node.metadata;
    if (this.nodes.has(name)) throw new ApiError({ code: 409, reason: 'AlreadyExists', message: `${name} exists` });
    this.#uids += 1;
    this.nodes.set(name, {
      uid: `uid-${this.#uids}`,
      node,
      gpus: node.status?.capacity?.['nvidia.com/gpu'] !== undefined,
    });
    return `uid-${this.#uids}`;
  }

  async ready({ name }: NodeRef, signal: AbortSignal): Promise<void> {
    while (!this.isReady.has(name) && !signal.aborted) await new Promise(resolve => setImmediate(resolve));
  }

  addResources(name: string): Promise<void> {
    const entry = this.nodes.get(name);
    if (entry) entry.gpus = true;
    return Promise.resolve();
  }

  report({ name, uid }: NodeRef, conditions: readonly NodeConditionPatch[]): Promise<boolean> {
    if (this.nodes.get(name)?.uid !== uid) return Promise.resolve(false);
    this.reports.push(...conditions.map(({ type, status }) => (type === 'Ready' ? status : type)));
    return Promise.resolve(true);
  }

  remove({ name, uid }: NodeRef): Promise<void> {
    if (this.nodes.get(name)?.uid === uid) this.nodes.delete(name);
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.calls.push('close');
    return Promise.resolve();
  }
}

function setUp(
  timings: Partial<Timings> = {},
  rules: readonly NodeRule[] = [],
): {
  clock: ManualClock;
  registry: MemoryRegistry;
  machines: ClusterMachines;
} {
  const clock = new ManualClock();
  const registry = new MemoryRegistry();
  const all = {
    nodeRegisterMs: 0,
    operationMs: 0,
    gpuAppearMs: 0,
    deleteMs: 0,
    nodeRemoveMs: 100,
    powerMs: 0,
    ...timings,
  };
  const machines = new ClusterMachines({
    registry,
    cluster,
    timings: () => all,
    rules: () => rules,
    clock,
    logger: quietLogger,
  });
  return { clock, registry, machines };
}

/** Lets calls of the memory registry end, which take a turn of the event loop each. */
async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise(resolve => setImmediate(resolve));
}

describe('machines', () => {
  it('join after their time and leave after theirs', async () => {
    const { clock, registry, machines } = setUp();
    machines.scale(pool('a'), 300);
    await clock.advance(299);
    expect(registry.nodes.size).toBe(0);
    await clock.advance(1);
    await turns();
    expect([...registry.nodes.keys()]).toEqual(machines.nodes('a'));
    expect(machines.nodes()).toHaveLength(1);
    machines.remove('a', 200);
    await clock.advance(199);
    expect(registry.nodes.size).toBe(1);
    await clock.advance(1);
    await turns();
    expect(registry.nodes.size).toBe(0);
    expect(machines.nodes()).toEqual([]);
    expect(clock.timers).toBe(0);
  });

  it('never join when their pool goes first', async () => {
    const { clock, registry, machines } = setUp();
    machines.scale(pool('a'), 300);
    await clock.advance(100);
    machines.remove('a', 0);
    await clock.advance(1000);
    await turns();
    expect(registry.nodes.size).toBe(0);
    expect(clock.timers).toBe(0);
  });

  it('leave no Node behind when their pool goes while the Node is being made', async () => {
    const { clock, registry, machines } = setUp();
    machines.scale(pool('a'), 0);
    await clock.advance(0);
    expect(registry.atOnce).toBe(1);
    machines.remove('a', 0);
    await clock.advance(0);
    await turns();
    expect(registry.nodes.size).toBe(0);
  });

  it('come one by one with the count, and the highest go first', async () => {
    const { clock, registry, machines } = setUp();
    machines.scale(pool('a', 3), 0);
    await clock.advance(0);
    await turns();
    expect(registry.nodes.size).toBe(3);
    machines.scale(pool('a', 1), 0);
    await clock.advance(100);
    await turns();
    expect([...registry.nodes.keys()]).toEqual([expect.stringMatching(/vmss000000$/)]);
  });

  it('try again while the API server is not there', async () => {
    const { clock, registry, machines } = setUp();
    registry.failures = 3;
    machines.scale(pool('a'), 0);
    for (let i = 0; i < 4; i += 1) {
      await clock.advance(1000);
      await turns();
    }
    expect(registry.nodes.size).toBe(1);
    await machines.stop();
  });

  it('wait for their name when a pool is made anew before its old Node is gone', async () => {
    const { clock, registry, machines } = setUp();
    machines.scale(pool('a'), 0);
    await clock.advance(0);
    await turns();
    const [old] = [...registry.nodes.values()].map(({ uid }) => uid);
    machines.remove('a', 1000);
    machines.scale(pool('a'), 0);
    await clock.advance(500);
    await turns();
    expect([...registry.nodes.values()].map(({ uid }) => uid)).toEqual([old]);
    for (let i = 0; i < 6; i += 1) {
      await clock.advance(500);
      await turns();
    }
    const [fresh] = [...registry.nodes.values()].map(({ uid }) => uid);
    expect(fresh).toBeDefined();
    expect(fresh).not.toBe(old);
    expect(machines.nodes()).toHaveLength(1);
    await machines.stop();
  });

  it('show GPUs some time after they are Ready, when told so', async () => {
    const { clock, registry, machines } = setUp({ gpuAppearMs: 500 });
    machines.scale(pool('a'), 0);
    await clock.advance(0);
    await turns();
    const [name = ''] = machines.nodes();
    await clock.advance(5000);
    expect(registry.nodes.get(name)?.gpus).toBe(false);
    registry.isReady.add(name);
    await turns();
    await clock.advance(499);
    await turns();
    expect(registry.nodes.get(name)?.gpus).toBe(false);
    await clock.advance(1);
    await turns();
    expect(registry.nodes.get(name)?.gpus).toBe(true);
    await machines.stop();
  });

  it('that are lost leave a Node that is not heard of, and then none; other machines stay', async () => {
    const { clock, registry, machines } = setUp();
    machines.scale(pool('a', 2), 0);
    await clock.advance(0);
    await turns();
    machines.lose('a', [0], 200);
    await turns();
    expect([registry.reports, registry.nodes.size]).toEqual([['Unknown'], 2]);
    await clock.advance(200);
    await turns();
    expect([...registry.nodes.keys()]).toEqual([expect.stringMatching(/vmss000001$/)]);
    machines.scale(pool('a', 2), 0);
    await clock.advance(0);
    await turns();
    expect(registry.nodes.size).toBe(2);
    await machines.stop();
  });

  it('stop and start with their Nodes', async () => {
    const { clock, registry, machines } = setUp();
    machines.scale(pool('a'), 0);
    await clock.advance(0);
    await turns();
    const [name = ''] = machines.nodes();
    const uid = registry.nodes.get(name)?.uid;
    machines.powerOff('never');
    await clock.advance(1000);
    await turns();
    expect([registry.reports, registry.nodes.get(name)?.uid]).toEqual([['Unknown'], uid]);
    machines.powerOn(300);
    await clock.advance(299);
    expect(registry.reports).toEqual(['Unknown']);
    await clock.advance(1);
    await turns();
    expect([registry.reports, registry.nodes.get(name)?.uid]).toEqual([['Unknown', 'True'], uid]);
    await machines.stop();
  });

  it('come back with their names when stopping has removed their Nodes', async () => {
    const { clock, registry, machines } = setUp();
    machines.scale(pool('a'), 0);
    await clock.advance(0);
    await turns();
    const names = machines.nodes();
    machines.powerOff(50);
    await turns();
    await clock.advance(50);
    await turns();
    expect([registry.nodes.size, machines.nodes()]).toEqual([0, []]);
    machines.powerOn(0);
    await turns();
    expect(machines.nodes()).toEqual(names);
    expect(registry.nodes.size).toBe(1);
    await machines.stop();
  });

  it('join anew after a stop when somebody has deleted their Nodes, and show the GPUs that were still to come', async () => {
    const { clock, registry, machines } = setUp({ gpuAppearMs: 500 });
    machines.scale(pool('a', 2), 0);
    await clock.advance(0);
    await turns();
    const [kept = '', deleted = ''] = machines.nodes();
    machines.powerOff('never');
    await turns();
    registry.nodes.delete(deleted);
    registry.isReady.add(kept).add(deleted);
    machines.powerOn(0);
    await turns();
    await clock.advance(500);
    await turns();
    expect([kept, deleted].map(name => registry.nodes.get(name)?.gpus)).toEqual([true, true]);
    expect(machines.nodes()).toEqual([kept, deleted]);
    await machines.stop();
  });

  it('that were to join when the cluster stopped join after it has started', async () => {
    const { clock, registry, machines } = setUp();
    machines.scale(pool('a'), 500);
    await clock.advance(100);
    machines.powerOff('never');
    await clock.advance(1000);
    expect(registry.nodes.size).toBe(0);
    machines.powerOn(0);
    await turns();
    expect(registry.nodes.size).toBe(1);
    await machines.stop();
  });

  it('leave nothing behind when they are stopped and unmade while their Node is being made', async () => {
    const { clock, registry, machines } = setUp();
    machines.scale(pool('a'), 0);
    await clock.advance(0);
    machines.powerOff('never');
    machines.remove('a', 0);
    await clock.advance(0);
    await turns();
    expect([registry.nodes.size, machines.nodes()]).toEqual([0, []]);
  });

  it('misbehave as the first rule says that names their pool', async () => {
    const { clock, registry, machines } = setUp({}, [
      { pool: 'never', join: 'never' },
      { pool: 'late*', joinAfterMs: 5000 },
      { pool: 'dead*', ready: 'never' },
      { pool: 'blind', gpu: 'never' },
      { pool: '*', joinAfterMs: 60_000 },
    ]);
    for (const name of ['never', 'late1', 'dead1', 'blind']) machines.scale(pool(name), 0);
    await clock.advance(0);
    await turns();
    const nodeOf = (name: string): Node | undefined => registry.nodes.get(machines.nodes(name)[0] ?? '')?.node;
    expect(['never', 'late1', 'dead1', 'blind'].map(name => machines.nodes(name).length)).toEqual([0, 0, 1, 1]);
    expect(nodeOf('dead1')?.metadata.annotations).toEqual({});
    expect(nodeOf('blind')?.status?.capacity).not.toHaveProperty(['nvidia.com/gpu']);
    expect(nodeOf('blind')?.metadata.annotations).toEqual({ 'kwok.x-k8s.io/node': 'fake' });
    // A kubelet that is not ready goes on saying so.
    expect(registry.reports).toEqual(['False']);
    await clock.advance(20_000);
    await turns();
    expect(registry.reports).toEqual(['False', 'False']);
    expect(machines.nodes('late1')).toHaveLength(1);
    expect(machines.nodes('never')).toEqual([]);
    await machines.stop();
    expect(clock.timers).toBe(0);
  });

  it('write what they are told into the status of their Nodes, once they have one', async () => {
    const { clock, registry, machines } = setUp();
    const signal = new AbortController().signal;
    const gpuMissing = [{ type: 'GPUMissing', status: 'True' }] as const;
    machines.scale(pool('a'), 100);
    machines.report('a', [0], gpuMissing);
    await clock.advance(100);
    await turns();
    const [name = ''] = machines.nodes();
    expect(await machines.reportNode(name, gpuMissing, signal)).toBe(true);
    expect(await machines.reportNode('other', gpuMissing, signal)).toBe(false);
    machines.report('a', [0, 7], [{ type: 'XIDErrors', status: 'True' }]);
    await turns();
    expect(registry.reports).toEqual(['GPUMissing', 'XIDErrors']);
    await machines.stop();
  });

  it('are made many at a time, but not all at once', async () => {
    const { clock, registry, machines } = setUp();
    const { promise, resolve } = Promise.withResolvers<void>();
    registry.gate = promise;
    machines.scale(pool('a', 100), 0);
    await clock.advance(0);
    await turns();
    expect(registry.atOnce).toBe(32);
    resolve();
    await turns();
    expect(registry.nodes.size).toBe(100);
    expect(registry.mostAtOnce).toBe(32);
  });

  it('stop without a timer left, and leave the Nodes alone', async () => {
    const { clock, registry, machines } = setUp();
    machines.scale(pool('a', 2), 0);
    await clock.advance(0);
    await turns();
    machines.scale(pool('b'), 1000);
    machines.remove('a', 1000);
    await machines.stop();
    expect(clock.timers).toBe(0);
    expect(registry.nodes.size).toBe(2);
    expect(registry.calls).toEqual(['close']);
  });
});
