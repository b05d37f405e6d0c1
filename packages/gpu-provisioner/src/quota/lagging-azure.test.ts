import type { AgentPool, Usage } from '@kaito/azure';
import { jest } from '@jest/globals';
import { createMetrics } from '@kaito/kube';
import { FakeClock } from '@kaito/testing';
import * as fc from 'fast-check';
import type { ClaimKey } from '../claims/claim.ts';
import { tagsFor } from '../pools/ownership.ts';
import { anAgentPool, anInstanceType, quiet } from '../testing/stand-ins.ts';
import { amountsOf } from './amounts.ts';
import type { Demand } from './demand.ts';
import { QuotaPreflight } from './quota-preflight.ts';

// Runs the whole preflight against an Azure whose counters lag behind what is true: they have a machine some time after it was
// granted, and lose it some time after it was freed. Azure's own check at a PUT knows the truth.

jest.setTimeout(60_000);

const REFRESH_MS = 60_000;
const SIZES: Readonly<Record<string, Demand>> = {
  small: { vcpus: 6, family: 'familyA', spot: false },
  large: { vcpus: 24, family: 'familyA', spot: false },
  other: { vcpus: 8, family: 'familyB', spot: false },
  spot: { vcpus: 6, family: 'familyA', spot: true },
};
const COUNTERS = ['cores', 'lowPriorityCores', 'familyA', 'familyB'];

interface World {
  readonly seed: number;
  readonly limits: readonly number[];
  readonly others: readonly number[];
  readonly claims: readonly string[];
  readonly deletions: number;
  readonly restarts: number;
  /** How long after the end of an operation a counter may lag, in milliseconds. */
  readonly lagMs: number;
}

interface TruePool {
  readonly pool: AgentPool;
  readonly demand: Demand;
  taken: boolean;
  counted: boolean;
}

/** Mulberry32: numbers in [0, 1) that follow from a seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class LaggingAzure {
  readonly pools = new Map<string, TruePool>();
  readonly #world: World;
  readonly #clock: FakeClock;
  readonly #random: () => number;
  readonly #entries: TruePool[] = [];

  constructor(world: World, clock: FakeClock, random: () => number) {
    this.#world = world;
    this.#clock = clock;
    this.#random = random;
    // Pools that were there before us: at work, and standing still with machines that count or do not.
    this.#place(anAgentPool('system', { vmSize: 'other', count: 2 }), { taken: true, counted: true });
    const counts = random() < 0.5;
    const broken = anAgentPool('broken', { vmSize: 'large', provisioningState: 'Failed' });
    this.#place(broken, { taken: counts, counted: counts });
  }

  /** What is truly left of each counter. */
  left(counter: string): number {
    return this.#sum(counter, 'limits') - this.#used(counter, 'taken');
  }

  /** The counter that truly has too little for a demand. */
  lacks(demand: Demand): string | undefined {
    const amounts = amountsOf(demand);
    return COUNTERS.find(counter => this.left(counter) < (amounts.get(counter.toLowerCase()) ?? -Infinity));
  }

  async usages(): Promise<readonly Usage[]> {
    await this.pause(2000);
    const read = COUNTERS.map(name => ({
      name: name.toUpperCase(),
      displayName: name,
      used: this.#used(name, 'counted'),
      limit: this.#sum(name, 'limits'),
    }));
    await this.pause(2000);
    return read;
  }

  async list(): Promise<ReadonlyMap<string, AgentPool>> {
    await this.pause(2000);
    const shown = new Map([...this.pools].map(([name, { pool }]) => [name, pool]));
    await this.pause(2000);
    return shown;
  }

  /** @returns what became of it; `lost`: it may have been accepted */
  async put(name: string, uid: string, vmSize: string): Promise<'accepted' | 'exists' | 'lost'> {
    await this.pause(3000);
    const lost = this.#random() < 0.2;
    if (lost && this.#random() < 0.5) return 'lost';
    if (this.pools.has(name)) return 'exists';
    const tags = tagsFor({ kind: 'Machine', name, uid }, 0);
    const demand = SIZES[vmSize]!;
    const short = this.lacks(demand);
    if (short) throw new Error(`${vmSize} refused for ${short}, ${this.left(short)} left`);
    const priority = demand.spot ? { priority: 'Spot' } : {};
    this.#create(anAgentPool(name, { vmSize, tags, provisioningState: 'Creating', ...priority }));
    await this.pause(3000);
    return lost ? 'lost' : 'accepted';
  }

  async remove(name: string): Promise<void> {
    await this.pause(3000);
    const entry = this.pools.get(name);
    if (!entry || entry.pool.provisioningState === 'Deleting') return;
    this.pools.set(name, Object.assign(entry, { pool: { ...entry.pool, provisioningState: 'Deleting' } }));
    const freed = this.#random() * 60_000;
    const gone = freed + this.#random() * 30_000;
    this.#after(freed, () => (entry.taken = false));
    this.#after(gone, () => this.pools.delete(name));
    this.#after(freed + this.#random() * (gone - freed + this.#world.lagMs), () => (entry.counted = false));
    await this.pause(3000);
  }

  pause(maxMs: number): Promise<void> {
    return new Promise(resolve => {
      this.#after(this.#random() * maxMs, resolve);
    });
  }

  #create(pool: AgentPool): void {
    const entry = this.#place(pool, { taken: true, counted: false });
    const finished = this.#random() * 120_000;
    this.#after(finished, () => {
      if (entry.pool.provisioningState === 'Creating') entry.pool = { ...entry.pool, provisioningState: 'Succeeded' };
    });
    this.#after(this.#random() * (finished + this.#world.lagMs), () => (entry.counted = entry.taken));
  }

  #place(pool: AgentPool, { taken, counted }: Pick<TruePool, 'taken' | 'counted'>) {
    const entry = { pool, demand: SIZES[pool.vmSize]!, taken, counted };
    this.pools.set(pool.name, entry);
    this.#entries.push(entry);
    return entry;
  }

  #used(counter: string, how: 'taken' | 'counted'): number {
    const ours = this.#entries.filter(entry => entry[how]);
    const amounts = ours.map(({ demand, pool }) => amountsOf(demand, pool.count).get(counter.toLowerCase()) ?? 0);
    return amounts.reduce((sum, amount) => sum + amount, this.#sum(counter, 'others'));
  }

  #sum(counter: string, of: 'limits' | 'others'): number {
    return this.#world[of][COUNTERS.indexOf(counter)] ?? 0;
  }

  #after(ms: number, callback: () => void): void {
    this.#clock.setTimeout(callback, ms);
  }
}

interface ClaimInTest {
  readonly uid: string;
  readonly key: ClaimKey;
  readonly size: string;
  state: 'new' | 'wanting' | 'requesting' | 'launched' | 'deleted';
}

const lookup = (name: string) => ({ found: 'yes', type: anInstanceType(name, SIZES[name]) }) as const;

/** A provisioner reduced to what quota is about: it asks, requests, is told what came of it, and asks again when it is called. */
class Provisioner {
  readonly refusals: string[] = [];
  readonly #azure: LaggingAzure;
  readonly #clock: FakeClock;
  readonly #claims: readonly ClaimInTest[];
  readonly #stop = new AbortController();
  readonly #preflight: QuotaPreflight;
  #looked = false;

  constructor(azure: LaggingAzure, clock: FakeClock, claims: readonly ClaimInTest[]) {
    this.#azure = azure;
    this.#clock = clock;
    this.#claims = claims;
    this.#preflight = new QuotaPreflight({
      enabled: true,
      usages: { list: () => azure.usages() },
      location: 'eastus',
      instanceTypes: { lookup },
      maxPools: () => 100,
      refreshMs: REFRESH_MS,
      clock,
      logger: quiet,
      metrics: createMetrics({ processMetrics: false }),
    });
    this.#preflight.onRoom(keys => {
      for (const key of keys) void this.reconcile(claims.find(claim => claim.key === key)!);
    });
    void this.#preflight.start(this.#stop.signal);
    void this.#look();
  }

  stop(): void {
    this.#stop.abort();
  }

  async reconcile(claim: ClaimInTest): Promise<void> {
    if (claim.state !== 'wanting' || !this.#looked || this.#stopped) return;
    if (!this.#preflight.isInformed(claim)) return;
    const demand = SIZES[claim.size]!;
    if (this.#preflight.reserve(claim, demand)) {
      this.#preflight.wait(claim, [demand]);
      return;
    }
    claim.state = 'requesting';
    const outcome = await this.#azure.put(claim.uid, claim.uid, claim.size).catch((error: Error) => error.message);
    if (this.#stopped) return;
    await this.#learn(claim, outcome);
  }

  async delete(claim: ClaimInTest): Promise<void> {
    if (claim.state === 'requesting' || this.#stopped) return;
    const launched = claim.state === 'launched';
    claim.state = 'deleted';
    this.#preflight.leave(claim.uid);
    if (!launched) this.#preflight.release(claim.uid);
    await this.#azure.remove(claim.uid);
  }

  get #stopped(): boolean {
    return this.#stop.signal.aborted;
  }

  async #learn(claim: ClaimInTest, outcome: string): Promise<void> {
    if (outcome === 'accepted' || outcome === 'exists') {
      claim.state = 'launched';
      this.#preflight.confirmed(claim.uid, claim.uid);
      return;
    }
    claim.state = 'wanting';
    if (outcome === 'lost') {
      this.#preflight.uncertain(claim.uid, this.#clock.monotonic() + 30_000);
      await this.#azure.pause(5000);
      await this.reconcile(claim);
      return;
    }
    this.refusals.push(outcome);
    this.#preflight.release(claim.uid);
  }

  /** After a start the LIST tells which claims have their pool; the others may launch. */
  #carryOn(pools: ReadonlyMap<string, AgentPool>): void {
    this.#looked = true;
    for (const claim of this.#claims) {
      if (claim.state === 'requesting') claim.state = 'wanting';
      if (claim.state === 'wanting' && pools.has(claim.uid)) claim.state = 'launched';
      void this.reconcile(claim);
    }
  }

  /** One LIST after the other. */
  async #look(): Promise<void> {
    while (!this.#stopped) {
      const askedAt = this.#clock.monotonic();
      const pools = await this.#azure.list();
      if (this.#stopped) return;
      this.#preflight.sawPools({ askedAt, pools });
      if (!this.#looked) this.#carryOn(pools);
      await this.#azure.pause(20_000);
    }
  }
}

/** Lives through a world: claims come, some go, the provisioner is restarted; then everything comes to rest. */
async function live(world: World) {
  const clock = new FakeClock();
  const random = seeded(world.seed);
  const azure = new LaggingAzure(world, clock, random);
  const claims = world.claims.map((size, i): ClaimInTest => ({
    uid: `u${i}`,
    key: `Machine/u${i}`,
    size,
    state: 'new',
  }));
  let provisioner = new Provisioner(azure, clock, claims);
  const refusals: string[] = [];
  const happenings: (() => Promise<void> | void)[] = [
    ...claims.map(claim => () => {
      claim.state = 'wanting';
      void provisioner.reconcile(claim);
    }),
    ...Array.from({ length: world.deletions }, () => () => {
      const there = claims.filter(({ state }) => state === 'launched' || state === 'wanting');
      const chosen = there[Math.floor(random() * there.length)];
      if (chosen) void provisioner.delete(chosen);
    }),
    ...Array.from({ length: world.restarts }, () => async () => {
      provisioner.stop();
      refusals.push(...provisioner.refusals);
      // The lease takes longer to pass on than a request takes.
      await clock.advance(10_000);
      provisioner = new Provisioner(azure, clock, claims);
    }),
  ];
  const [first, ...rest] = happenings;
  await first?.();
  for (const happening of rest.toSorted(() => random() - 0.5)) {
    await clock.advance(random() < 0.5 ? 0 : random() * 30_000);
    await happening();
  }
  await clock.advance(15 * 60_000);
  provisioner.stop();
  await clock.advance(60_000);
  return { azure, claims, refusals: [...refusals, ...provisioner.refusals] };
}

const limit = fc.integer({ min: 0, max: 120 });
const used = fc.integer({ min: 0, max: 30 });
const worlds = fc.record({
  seed: fc.integer(),
  limits: fc.tuple(fc.integer({ min: 20, max: 200 }), limit, limit, limit),
  others: fc.tuple(used, used, used, used),
  claims: fc.array(fc.constantFrom(...Object.keys(SIZES)), { minLength: 1, maxLength: 20 }),
  deletions: fc.integer({ min: 0, max: 10 }),
});

/** Whom Azure refused, and who waits in the end though there is quota. */
async function wronged(world: World): Promise<readonly string[]> {
  const { azure, claims, refusals } = await live(world);
  const waiting = claims.filter(({ state }) => state !== 'launched' && state !== 'deleted');
  const forgotten = waiting.filter(({ state, size }) => state !== 'wanting' || !azure.lacks(SIZES[size]!));
  return [...refusals, ...forgotten.map(({ uid, size, state }) => `${uid} (${size}) is still ${state}`)];
}

test('however Azure lags, no PUT is refused, and in the end nobody waits for whom there is quota', async () => {
  const property = fc.asyncProperty(worlds, async world => {
    expect(await wronged({ ...world, restarts: 0, lagMs: 60_000 })).toEqual([]);
  });
  await fc.assert(property, { numRuns: 60 });
});

test('the same over restarts at any time', async () => {
  const property = fc.asyncProperty(worlds, fc.integer({ min: 1, max: 4 }), async (world, restarts) => {
    expect(await wronged({ ...world, restarts, lagMs: 0 })).toEqual([]);
  });
  await fc.assert(property, { numRuns: 60 });
});
