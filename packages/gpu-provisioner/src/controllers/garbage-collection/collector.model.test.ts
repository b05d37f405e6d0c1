import { FakeClock } from '@kaito/testing';
import * as fc from 'fast-check';
import type { AgentPool } from '@kaito/azure';
import { aLaunchedClaim, FleetInMemory, nodeFor, poolFor } from '../testing/fleet-in-memory.ts';
import { CollectionMetrics } from './collection-metrics.ts';
import { GarbageCollector } from './collector.ts';

// Any order of what can happen to a cluster, its caches, its pools and the provisioner. Two promises: no pool is deleted, and
// no node, while its claim exists at the API server; and what is really left over is gone once the evidence is whole again.

const SECOND = 1000;
const terms = {
  intervalMs: 60 * SECOND,
  graceMs: 90 * SECOND,
  maxPercent: 100,
  dryRun: false,
  listIntervalMs: 60 * SECOND,
};
const NAMES = ['a', 'b', 'c'] as const;

type Name = (typeof NAMES)[number];

/** A cluster under test, with everything that can lag behind. */
class Model {
  readonly clock = new FakeClock();
  readonly fleet = new FleetInMemory(this.clock);
  /** LISTs that were taken and not seen yet: ARM may answer with any of them. */
  readonly #lagging: ReadonlyMap<string, AgentPool>[] = [];
  #collector = this.#start();
  #claims = 0;
  readonly violations: string[] = [];

  constructor() {
    const remove = this.fleet.azure.delete.bind(this.fleet.azure);
    this.fleet.azure.delete = (name, options) => {
      this.#forbidWhileClaimed(this.fleet.azure.pools.get(name), 'pool');
      return remove(name, options).finally(() => this.fleet.azure.pools.delete(name));
    };
  }

  #start(): GarbageCollector {
    return new GarbageCollector({ ...this.fleet.services, metrics: new CollectionMetrics(this.fleet.metrics) }, terms);
  }

  #forbidWhileClaimed(pool: AgentPool | undefined, what: string): void {
    const uid = pool?.tags['kaito.sh_claim-uid'];
    const claim = [...this.fleet.etcd.Machine.values()].find(({ metadata }) => metadata.uid === uid);
    if (claim) this.violations.push(`${what} of ${claim.metadata.name} deleted`);
  }

  createClaim(name: Name): void {
    if (this.fleet.etcd.Machine.has(name)) return;
    this.fleet.put({ ...aLaunchedClaim(name, `${name}${this.#claims++}`, this.clock.now()) });
  }

  /** The PUT is accepted, at any time after the claim was made; the machine may join at once. */
  putPool(name: Name, joins: boolean): void {
    const claim = this.fleet.etcd.Machine.get(name);
    if (!claim || this.fleet.azure.pools.has(name)) return;
    this.fleet.azure.pools.set(name, poolFor(claim, this.clock.now()));
    if (joins) this.fleet.put(nodeFor(claim));
  }

  /** The claim goes without its pool: somebody took the finalizer. */
  stripFinalizer(name: Name): void {
    this.fleet.etcd.Machine.delete(name);
  }

  takeList(): void {
    this.#lagging.push(new Map(this.fleet.azure.pools));
  }

  /** The poller gets the newest LIST, or one that lags behind. */
  poll(back: number): void {
    this.fleet.list((back > 0 && this.#lagging.at(-back)) || this.fleet.azure.pools);
  }

  restart(): void {
    this.#collector = this.#start();
    this.fleet.poller.latest = undefined;
    this.fleet.sync();
  }

  power(state: 'Running' | 'Stopped', provisioningState: string): void {
    this.fleet.cluster = { ...this.fleet.cluster, powerState: state, provisioningState };
  }

  async sweep(): Promise<void> {
    const before = this.fleet.deletions.length;
    await this.#collector.sweep({ signal: new AbortController().signal, logger: this.fleet.logger });
    for (const deleted of this.fleet.deletions.slice(before)) {
      const pool = this.fleet.azure.pools.get(deleted.replace('Node/node-', ''));
      if (deleted.startsWith('Node/')) this.#forbidWhileClaimed(pool, 'node');
      if (deleted.startsWith('Machine/')) this.#claimDeleted(deleted.replace('Machine/', ''));
    }
    this.#finishDrains();
  }

  /** A claim may go only when it has no machine. Its finalizer has the claim controller take the rest down first. */
  #claimDeleted(name: string): void {
    if (this.fleet.azure.pools.has(name) && this.fleet.etcd.Node.has(`node-${name}`)) {
      this.violations.push(`claim ${name} deleted though its machine is there`);
    }
    this.fleet.azure.pools.delete(name);
    this.fleet.etcd.Node.delete(`node-${name}`);
    this.fleet.etcd.Machine.delete(name);
  }

  /** What the claim controller does with nodes that are on their way out: the pool goes, then the node. */
  #finishDrains(): void {
    for (const [name, { metadata }] of this.fleet.etcd.Node) {
      if (metadata.deletionTimestamp === undefined) continue;
      this.fleet.azure.pools.delete(name.replace('node-', ''));
      this.fleet.etcd.Node.delete(name);
    }
  }

  /** Pools whose claim does not exist. */
  leftOver(): readonly string[] {
    const uids = new Set([...this.fleet.etcd.Machine.values()].map(({ metadata }) => metadata.uid));
    return [...this.fleet.azure.pools.values()]
      .filter(({ tags }) => !uids.has(tags['kaito.sh_claim-uid']))
      .map(({ name }) => name);
  }
}

interface Step {
  readonly text: string;
  run(model: Model): void | Promise<void>;
}

const name = fc.constantFrom(...NAMES);
const always = (weight: number, text: string, run: Step['run']) => ({
  weight,
  arbitrary: fc.constant<Step>({ text, run }),
});
/** What may happen, and how often compared with the rest: most of the time, time passes. */
const step = fc.oneof(
  { weight: 3, arbitrary: name.map((n): Step => ({ text: `create ${n}`, run: model => model.createClaim(n) })) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(name, fc.boolean())
      .map(([n, joins]): Step => ({ text: `put ${n}, node ${joins}`, run: model => model.putPool(n, joins) })),
  },
  { weight: 1, arbitrary: name.map((n): Step => ({ text: `strip ${n}`, run: model => model.stripFinalizer(n) })) },
  {
    weight: 2,
    arbitrary: fc.nat({ max: 3 }).map((back): Step => ({ text: `poll -${back}`, run: model => model.poll(back) })),
  },
  always(2, 'list', model => model.takeList()),
  always(1, 'relist', model => model.fleet.sync()),
  always(1, 'restart', model => model.restart()),
  always(1, 'stop', model => model.power('Stopped', 'Succeeded')),
  always(1, 'starting', model => model.power('Running', 'Starting')),
  always(2, 'running', model => model.power('Running', 'Succeeded')),
  always(1, 'ten minutes pass', model => model.clock.advance(600 * SECOND)),
  always(2, 'sweep', model => model.sweep()),
  {
    weight: 6,
    arbitrary: fc.constantFrom(0, 0, 1, 2).map((back): Step => ({
      text: `an interval passes, poll -${back}`,
      run: async model => {
        await model.clock.advance(terms.intervalMs);
        model.poll(back);
        await model.sweep();
      },
    })),
  },
);
const history = fc.array(step, { maxLength: 60, size: 'max' });

async function play(steps: readonly Step[]): Promise<Model> {
  const model = new Model();
  for (const next of steps) await next.run(model);
  return model;
}

test('a pool whose claim exists is never deleted, whatever happens in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(history, async steps => {
      const model = await play(steps);
      expect(model.violations).toEqual([]);
    }),
    { numRuns: 800 },
  );
});

test('what is really left over is gone in the end', async () => {
  await fc.assert(
    fc.asyncProperty(history, async steps => {
      const model = await play(steps);
      model.power('Running', 'Succeeded');
      for (let round = 0; round < 8; round++) {
        await model.clock.advance(terms.intervalMs);
        model.fleet.sync();
        model.fleet.list();
        await model.sweep();
      }
      expect(model.leftOver()).toEqual([]);
      expect(model.violations).toEqual([]);
    }),
    { numRuns: 200 },
  );
});
