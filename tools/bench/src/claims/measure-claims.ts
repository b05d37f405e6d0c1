import { setTimeout as delay } from 'node:timers/promises';
import { machines, nodeClaims } from '@kaito/crds';
import { startLocalStack } from '@kaito/local-stack';
import type { LocalStack } from '@kaito/local-stack';
import { aMachine, aNodeClaim } from '@kaito/testing';
import { percentile } from '../measure/percentile.ts';
import { processUsage } from '../measure/process-usage.ts';
import { ClaimWatch } from './claim-watch.ts';
import type { BurstCost, ClaimsMeasurement, IdleCost, RestartCost } from './measurements.ts';

/** How the pretended Azure behaves: as the stand-in in front of which the Go systems were measured. */
export const AZURE = { nodeRegisterMs: 300, operationMs: 1500, deleteMs: 500, nodeRemoveMs: 300 } as const;

export interface MeasureOptions {
  readonly claims: number;
  /** How long to watch an idle provisioner, in seconds; 0 leaves it out. */
  readonly idleSeconds: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Told what is being done. */
  readonly onStep: (step: string) => void;
}

/** One run: the stack, who watches the claims, and the names of these. */
interface Bench extends MeasureOptions {
  readonly stack: LocalStack;
  readonly watch: ClaimWatch;
  readonly names: readonly string[];
}

/** Requests in flight when claims are made and deleted: as many as one impatient client sends. */
const PARALLEL = 50;
/** So long without a request to Azure or a change of a claim is rest, in milliseconds. */
const REST_MS = 1500;

/**
 * Makes so many claims at once, half of each kind, on a stack of their own; then idles, restarts the provisioner, and deletes
 * them all.
 * @throws when a step takes longer than `timeoutMs`, with what the claims say.
 */
export async function measureClaims(options: MeasureOptions): Promise<ClaimsMeasurement> {
  const { claims, idleSeconds, signal, onStep } = options;
  onStep('starting the stack');
  await using stack = await startLocalStack({
    components: { workspace: false },
    emulator: { timings: AZURE, poolCap: 10_000 },
    env: { provisioner: { LEADER_ELECT: 'false' } },
    signal,
  });
  await stack.apps.provisioner.ready(signal);
  const names = Array.from({ length: claims }, (_, number) => `c${number}`);
  using watch = await ClaimWatch.start(stack.client, claims === 1, signal);
  const bench = { ...options, stack, names, watch };
  await rest(bench);
  onStep(`${claims} claims are made`);
  const create = await burst(bench, name => make(bench, name), bench.watch.readyAt);
  const oursMs = claims === 1 ? ownTime(bench.watch, create) : undefined;
  await rest(bench);
  const { rssMiB, peakRssMiB } = await usage(bench);
  onStep(`${claims} claims are left alone`);
  const idle = idleSeconds > 0 ? await idling(bench) : undefined;
  onStep('the provisioner is started again');
  const restart = await restarting(bench);
  onStep(`${claims} claims are deleted`);
  const remove = await burst(bench, name => unmake(bench, name), bench.watch.goneAt);
  return {
    claims,
    create,
    restart,
    remove,
    rssMiB,
    peakRssMiB,
    ...(idle && { idle }),
    ...(oursMs !== undefined && { oursMs }),
  };
}

async function make({ stack }: Bench, name: string): Promise<void> {
  const metadata = { name };
  await (isMachine(name)
    ? stack.client.create(machines, aMachine({ metadata }))
    : stack.client.create(nodeClaims, aNodeClaim({ metadata })));
}

async function unmake({ stack }: Bench, name: string): Promise<void> {
  await stack.client.delete(isMachine(name) ? machines : nodeClaims, { name });
}

function isMachine(name: string): boolean {
  return Number(name.slice(1)) % 2 === 0;
}

/** Does something to every claim, and waits until `doneAt` has them all. */
async function burst(
  bench: Bench,
  act: (name: string) => Promise<void>,
  doneAt: ReadonlyMap<string, number>,
): Promise<BurstCost> {
  const { stack, watch, names, timeoutMs, signal } = bench;
  await stack.emulator.resetRequests();
  const before = await usage(bench);
  const apiBefore = await apiRequests(bench);
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
    apiRequests: (await apiRequests(bench)) - apiBefore,
    cpuMs: (await usage(bench)).cpuMs - before.cpuMs,
  };
}

/** The time of one claim without what the machine took to come and its node to be Ready. */
function ownTime({ nodeReadyMs }: Bench['watch'], { p50Ms }: BurstCost): number {
  return Math.max(0, p50Ms - AZURE.nodeRegisterMs - nodeReadyMs);
}

async function idling(bench: Bench): Promise<IdleCost> {
  const { stack, watch, idleSeconds, signal } = bench;
  await stack.emulator.resetRequests();
  const before = await usage(bench);
  const changes = watch.changes;
  await delay(idleSeconds * 1000, undefined, { signal });
  const { total } = await stack.emulator.requests();
  const cpuMs = (await usage(bench)).cpuMs - before.cpuMs;
  return { seconds: idleSeconds, armRequests: total, claimWrites: watch.changes - changes, cpuMs };
}

async function restarting(bench: Bench): Promise<RestartCost> {
  const { stack, watch, signal } = bench;
  await stack.apps.provisioner.stop();
  await stack.emulator.resetRequests();
  const changes = watch.changes;
  const started = performance.now();
  await stack.apps.provisioner.start({ signal });
  await stack.apps.provisioner.ready(signal);
  await rest(bench);
  const restMs = performance.now() - started - REST_MS;
  const { counts } = await stack.emulator.requests();
  const writes = Object.entries(counts).filter(([operation]) => /^(?:PUT|DELETE) /.test(operation));
  const armWrites = writes.reduce((sum, [, count]) => sum + count, 0);
  return { restMs, armWrites, claimWrites: watch.changes - changes };
}

/** Waits until neither Azure nor the claims have seen anything new for a while. The poll of agent pools at rest does not count. */
async function rest({ stack, watch, timeoutMs, signal }: Bench): Promise<void> {
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

async function usage({ stack }: Bench): Promise<Awaited<ReturnType<typeof processUsage>>> {
  const { pid } = stack.apps.provisioner;
  if (pid === undefined) throw new Error(`the provisioner is not running; its log: ${stack.apps.provisioner.logFile}`);
  return await processUsage(pid);
}

/** Requests of the provisioner to the API server so far, as its own metrics count them. */
async function apiRequests({ stack }: Bench): Promise<number> {
  const response = await fetch(stack.apps.provisioner.metricsUrl);
  const counters = (await response.text()).matchAll(/^rest_client_requests_total\{[^}]*\} (\d+)/gm);
  return [...counters].reduce((sum, [, count]) => sum + Number(count), 0);
}
