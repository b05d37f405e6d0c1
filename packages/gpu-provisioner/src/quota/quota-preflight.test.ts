import type { AgentPool, Usage } from '@kaito/azure';
import { createMetrics } from '@kaito/kube';
import { FakeClock } from '@kaito/testing';
import type { ClaimKey } from '../claims/claim.ts';
import { tagsFor } from '../pools/ownership.ts';
import { anAgentPool, oneInstanceType, quiet } from '../testing/stand-ins.ts';
import type { Demand } from './demand.ts';
import { QuotaPreflight } from './quota-preflight.ts';

const FAMILY = 'standardNCSv3Family';
const nc6: Demand = { vcpus: 6, family: FAMILY, spot: false };
const MINUTE = 60_000;

interface Asker {
  readonly uid: string;
  readonly key: ClaimKey;
}

const claim = (i: number): Asker => ({ uid: `u${i}`, key: `Machine/m${i}` });

function aPool({ uid }: Asker): AgentPool {
  return anAgentPool(uid, { tags: tagsFor({ kind: 'Machine', name: uid, uid }, 0) });
}

/** A subscription that others use 12 cores of; `pools` is what the cluster has. */
function setUp({ limit = 132, enabled = true } = {}) {
  const clock = new FakeClock();
  const stop = new AbortController();
  const pools = new Map<string, AgentPool>([['system', anAgentPool('system', { vmSize: 'Standard_D4s_v5' })]]);
  const azure = { limit, others: 12, reads: 0, failure: undefined as Error | undefined };
  const list = (): Promise<readonly Usage[]> => {
    azure.reads += 1;
    if (azure.failure) return Promise.reject(azure.failure);
    const used = azure.others + 6 * (pools.size - 1);
    return Promise.resolve([{ name: FAMILY, displayName: 'NCSv3', used, limit: azure.limit }]);
  };
  const metrics = createMetrics({ processMetrics: false });
  const preflight = new QuotaPreflight({
    enabled,
    usages: { list },
    location: 'eastus',
    instanceTypes: oneInstanceType,
    maxPools: () => 100,
    refreshMs: MINUTE,
    clock,
    logger: quiet,
    metrics,
  });
  const called: ClaimKey[] = [];
  preflight.onRoom(keys => called.push(...keys));
  const running = preflight.start(stop.signal);
  return {
    clock,
    azure,
    pools,
    preflight,
    metrics,
    /** Empties the list of those who were called. */
    takeCalled: (): readonly ClaimKey[] => called.splice(0),
    look: (): void => preflight.sawPools({ askedAt: clock.monotonic(), pools: new Map(pools) }),
    /** What a claim does when it wants a machine. @returns whether it may request one */
    ask: (asker: Asker): boolean => {
      if (!preflight.isInformed(asker)) return false;
      if (!preflight.reserve(asker, nc6)) return true;
      preflight.wait(asker, [nc6]);
      return false;
    },
    launch: (asker: Asker): void => {
      pools.set(asker.uid, aPool(asker));
      preflight.confirmed(asker.uid, asker.uid);
    },
    end: async (): Promise<void> => {
      stop.abort();
      await running;
    },
  };
}

test('fifty race for twenty: twenty are granted, thirty say what is missing, and five start when five are gone', async () => {
  const { clock, azure, pools, preflight, takeCalled, look, ask, launch, end } = setUp();
  const claims = Array.from({ length: 50 }, (_, i) => claim(i));
  look();
  expect(claims.filter(ask)).toEqual([]);
  await clock.advance(0);
  expect(azure.reads).toBe(1);
  expect(takeCalled()).toEqual(claims.map(({ key }) => key));

  const granted = claims.filter(ask);
  expect(granted).toHaveLength(20);
  const told = claims.slice(20).map(waiting => preflight.shortage(waiting, nc6));
  expect(told).toHaveLength(30);
  for (const shortage of told)
    expect(shortage).toEqual({
      counter: FAMILY,
      displayName: 'NCSv3',
      needed: 6,
      free: 0,
      limit: 132,
      limitNeeded: 138,
    });

  granted.forEach(launch);
  look();
  await clock.advance(10 * MINUTE);
  look();
  expect(takeCalled()).toEqual([]);

  for (const { uid } of granted.slice(0, 5)) {
    pools.delete(uid);
    preflight.release(uid);
  }
  look();
  const next = takeCalled();
  expect(next).toEqual(claims.slice(20, 25).map(({ key }) => key));
  expect(claims.filter(({ key }) => next.includes(key)).filter(ask)).toHaveLength(5);
  await clock.advance(MINUTE);
  look();
  expect(takeCalled()).toEqual([]);
  await end();
});

test('more quota starts those who wait, without anybody doing anything', async () => {
  const { clock, azure, takeCalled, look, ask, end } = setUp({ limit: 12 });
  look();
  for (const i of [0, 1]) ask(claim(i));
  await clock.advance(0);
  takeCalled();
  expect([ask(claim(0)), ask(claim(1))]).toEqual([false, false]);
  azure.limit = 18;
  await clock.advance(MINUTE);
  expect(takeCalled()).toEqual(['Machine/m0']);
  expect([ask(claim(0)), ask(claim(1))]).toEqual([true, false]);
  await end();
});

test('a newcomer does not take the place of those who wait', async () => {
  const { clock, azure, takeCalled, look, ask, end } = setUp({ limit: 12 });
  look();
  ask(claim(0));
  await clock.advance(0);
  ask(claim(0));
  azure.limit = 18;
  await clock.advance(MINUTE);
  expect(ask(claim(1))).toBe(false);
  expect(takeCalled()).toEqual(['Machine/m0', 'Machine/m0']);
  expect(ask(claim(0))).toBe(true);
  await end();
});

test('a refused PUT gives its place to the next, and one who leaves the line too', async () => {
  const { clock, preflight, takeCalled, look, ask, end } = setUp({ limit: 18 });
  look();
  for (const i of [0, 1, 2]) ask(claim(i));
  await clock.advance(0);
  takeCalled();
  expect([0, 1, 2].map(i => ask(claim(i)))).toEqual([true, false, false]);
  preflight.release('u0');
  expect(takeCalled()).toEqual(['Machine/m1']);
  preflight.leave('u1');
  expect(takeCalled()).toEqual(['Machine/m2']);
  await end();
});

test('granted once is granted until it is given back, however often it is asked for', async () => {
  const { clock, preflight, look, ask, end } = setUp({ limit: 18 });
  look();
  ask(claim(0));
  await clock.advance(0);
  expect([ask(claim(0)), ask(claim(0)), ask(claim(1))]).toEqual([true, true, false]);
  expect(preflight.shortage(claim(0), nc6)).toBeUndefined();
  await end();
});

test('fails open: what cannot be read does not keep anybody waiting', async () => {
  const { clock, azure, metrics, takeCalled, look, ask, end } = setUp({ limit: 0 });
  azure.failure = new Error('down');
  look();
  expect(ask(claim(0))).toBe(false);
  await clock.advance(0);
  expect(takeCalled()).toEqual(['Machine/m0']);
  expect([ask(claim(0)), ask(claim(1))]).toEqual([true, true]);
  expect(await metrics.text()).toContain('kaito_quota_read_failures_total 1');
  await end();
});

test('one who asked for a reading and does not come back is told of it once', async () => {
  const { clock, takeCalled, look, ask, end } = setUp();
  look();
  ask(claim(0));
  await clock.advance(MINUTE);
  expect(takeCalled()).toEqual(['Machine/m0']);
  ask(claim(1));
  await clock.advance(0);
  expect(takeCalled()).toEqual(['Machine/m1']);
  await end();
});

test('a refusal by Azure has quota read anew before the next decision', async () => {
  const { clock, azure, preflight, look, ask, end } = setUp({ limit: 24 });
  look();
  ask(claim(0));
  await clock.advance(0);
  expect(ask(claim(0))).toBe(true);
  azure.others = 24;
  await clock.advance(1);
  preflight.refused('u0');
  expect(ask(claim(1))).toBe(false);
  await clock.advance(0);
  expect(ask(claim(1))).toBe(false);
  expect(azure.reads).toBe(2);
  await end();
});

test('nothing is read with nothing to decide, nor while the cap on pools is what claims wait for', async () => {
  const { clock, azure, pools, takeCalled, look, ask, end } = setUp({ limit: 10_000 });
  look();
  await clock.advance(60 * MINUTE);
  expect(azure.reads).toBe(0);
  for (let i = 1; i < 100; i += 1) pools.set(`p${i}`, anAgentPool(`p${i}`, { vmSize: 'unknown' }));
  look();
  ask(claim(0));
  await clock.advance(0);
  takeCalled();
  expect(ask(claim(0))).toBe(false);
  await clock.advance(60 * MINUTE);
  expect(azure.reads).toBe(1);
  pools.delete('p1');
  look();
  expect(takeCalled()).toEqual(['Machine/m0']);
  await clock.advance(0);
  expect(azure.reads).toBe(2);
  await end();
});

test('turned off it reads nothing and minds the cap alone', async () => {
  const { clock, azure, pools, look, ask, end } = setUp({ limit: 0, enabled: false });
  for (let i = 2; i < 100; i += 1) pools.set(`p${i}`, anAgentPool(`p${i}`));
  look();
  expect([ask(claim(0)), ask(claim(1))]).toEqual([true, false]);
  await clock.advance(60 * MINUTE);
  expect(azure.reads).toBe(0);
  await end();
});

test('shows what there is of what claims use, and forgets what they use no more', async () => {
  const { clock, pools, preflight, metrics, look, ask, end } = setUp({ limit: 18 });
  look();
  for (const i of [0, 1]) ask(claim(i));
  await clock.advance(0);
  for (const i of [0, 1]) ask(claim(i));
  const shown = (await metrics.text()).split('\n').filter(line => line.startsWith('kaito_'));
  expect(shown).toEqual([
    `kaito_quota_limit_cores{counter="${FAMILY}"} 18`,
    `kaito_quota_free_cores{counter="${FAMILY}"} 0`,
    'kaito_agent_pools{state="Succeeded"} 1',
    'kaito_agent_pools_limit 100',
    'kaito_quota_waiting_claims 1',
    'kaito_quota_read_failures_total 0',
  ]);
  for (const i of [0, 1]) {
    preflight.leave(`u${i}`);
    preflight.release(`u${i}`);
  }
  pools.clear();
  look();
  const later = (await metrics.text()).split('\n').filter(line => line.startsWith('kaito_'));
  expect(later).toEqual([
    'kaito_agent_pools_limit 100',
    'kaito_quota_waiting_claims 0',
    'kaito_quota_read_failures_total 0',
  ]);
  await end();
});
