import { setTimeout as delay } from 'node:timers/promises';
import type { AppProcess, LocalStack } from '@kaito/local-stack';
import { apiRequests } from './api-requests.ts';
import type { BurstCost, IdleCost, RestartCost } from './measurements.ts';
import type { ObjectWatch } from './object-watch.ts';
import { percentile } from './percentile.ts';
import { processUsage } from './process-usage.ts';
import type { ProcessUsage } from './process-usage.ts';

/** How the pretended Azure behaves: as the stand-in in front of which the Go systems were measured. */
export const AZURE = { nodeRegisterMs: 300, operationMs: 1500, deleteMs: 500, nodeRemoveMs: 300 } as const;

export interface MeasureOptions {
  /** How many objects are made at once. */
  readonly count: number;
  /** How long to watch idle controllers, in seconds; 0 leaves it out. */
  readonly idleSeconds: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Told what is being done. */
  readonly onStep: (step: string) => void;
}

/** One run: the stack, the controllers whose costs count, who watches the objects, and the names of these. */
export interface Bench extends Pick<MeasureOptions, 'timeoutMs' | 'signal'> {
  readonly stack: LocalStack;
  readonly apps: readonly AppProcess[];
  readonly watch: Pick<ObjectWatch<never>, 'changes' | 'summary' | 'until'>;
  readonly names: readonly string[];
}

/** Requests in flight when objects are made and deleted: as many as one impatient client sends. */
const PARALLEL = 50;
/** So long without a request to Azure or a change of an object is rest, in milliseconds. */
const REST_MS = 1500;

/** So long without a request that writes is silence, in milliseconds: Events are paced at several a second. */
const SILENCE_MS = 3000;

/**
 * Does something to every object, waits until `doneAt` has them all, and then for rest.
 * @throws when it takes longer than the time that a step may take, with what the objects say.
 */
export async function burst(
  bench: Bench,
  act: (name: string) => Promise<void>,
  doneAt: ReadonlyMap<string, number>,
): Promise<BurstCost> {
  const { stack, apps, watch, names, timeoutMs, signal } = bench;
  await stack.emulator.resetRequests();
  const before = await usageOf(apps);
  const apiBefore = await apiRequests(apps);
  const started = performance.now();
  const sentAt = new Map<string, number>();
  const waiting = [...names];
  const send = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      sentAt.set(name, performance.now());
      await act(name);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, send));
  await watch.until(() => names.every(name => doneAt.has(name)), timeoutMs, signal);
  const took = names.map(name => (doneAt.get(name) ?? Infinity) - (sentAt.get(name) ?? 0));
  const totalMs = performance.now() - started;
  await rest(bench);
  const { total, counts } = await stack.emulator.requests();
  return {
    p50Ms: percentile(took, 0.5),
    p90Ms: percentile(took, 0.9),
    maxMs: percentile(took, 1),
    totalMs,
    armRequests: total,
    armByOperation: counts,
    apiRequests: (await apiRequests(apps)).all - apiBefore.all,
    cpuMs: (await usageOf(apps)).cpuMs - before.cpuMs,
  };
}

/** Watches for so many seconds what the controllers do of themselves, once they have said all that there was to say. */
export async function idling(bench: Bench, seconds: number): Promise<IdleCost> {
  const { stack, apps, watch, signal } = bench;
  await silence(bench);
  await stack.emulator.resetRequests();
  const before = await usageOf(apps);
  const apiBefore = await apiRequests(apps);
  const { changes } = watch;
  await delay(seconds * 1000, undefined, { signal });
  const { total } = await stack.emulator.requests();
  return {
    seconds,
    armRequests: total,
    changes: watch.changes - changes,
    apiWrites: (await apiRequests(apps)).writes - apiBefore.writes,
    cpuMs: (await usageOf(apps)).cpuMs - before.cpuMs,
  };
}

/** Stops the controllers in good order and starts them again. */
export async function restarting(bench: Bench): Promise<RestartCost> {
  const { stack, apps, watch, signal } = bench;
  await Promise.all(apps.map(app => app.stop()));
  await stack.emulator.resetRequests();
  const { changes } = watch;
  const started = performance.now();
  await Promise.all(
    apps.map(async app => {
      await app.start({ signal });
      await app.ready(signal);
    }),
  );
  await rest(bench);
  const restMs = performance.now() - started - REST_MS;
  const { counts } = await stack.emulator.requests();
  const writes = Object.entries(counts).filter(([operation]) => /^(?:PUT|DELETE) /.test(operation));
  return {
    restMs,
    armWrites: writes.reduce((sum, [, count]) => sum + count, 0),
    changes: watch.changes - changes,
    apiWrites: (await apiRequests(apps)).writes,
  };
}

/** Waits until neither Azure nor the objects have seen anything new for a while. The poll of agent pools at rest does not count. */
export async function rest({ stack, watch, timeoutMs, signal }: Bench): Promise<void> {
  const end = performance.now() + timeoutMs;
  let last = '';
  let since = performance.now();
  while (performance.now() - since < REST_MS) {
    if (performance.now() > end) throw new Error(`no rest within ${timeoutMs / 1000} s: ${watch.summary()}`);
    const { total } = await stack.emulator.requests({ signal });
    const now = `${total} ${watch.changes}`;
    if (now !== last) since = performance.now();
    last = now;
    await delay(50, undefined, { signal });
  }
}

/** Waits until the controllers write nothing more. Events of a burst go out slowly, long after everything is at rest. */
async function silence({ apps, timeoutMs, signal }: Bench): Promise<void> {
  const end = performance.now() + timeoutMs;
  let last = -1;
  for (;;) {
    const { writes } = await apiRequests(apps);
    if (writes === last) return;
    if (performance.now() > end)
      throw new Error(`still writing after ${timeoutMs / 1000} s: ${writes} requests so far`);
    last = writes;
    await delay(SILENCE_MS, undefined, { signal });
  }
}

/** What the controllers have used so far, all together. */
export async function usageOf(apps: readonly AppProcess[]): Promise<ProcessUsage> {
  const usages = await Promise.all(
    apps.map(({ name, pid, logFile }) => {
      if (pid === undefined) throw new Error(`${name} is not running; its log: ${logFile}`);
      return processUsage(pid);
    }),
  );
  const sum = (field: keyof ProcessUsage): number => usages.reduce((total, usage) => total + usage[field], 0);
  return { cpuMs: sum('cpuMs'), rssMiB: sum('rssMiB'), peakRssMiB: sum('peakRssMiB') };
}
