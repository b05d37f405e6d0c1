import type { Clock } from '@kaito/kube';
import type { Fault } from './plan/fault.ts';
import type { PlannedRound } from './plan/schedule.ts';
import { titleOf } from './round/result.ts';
import type { Logs, RoundResult, RoundWorld, Target } from './target.ts';

export interface CampaignOptions<F extends Fault, P extends PlannedRound, W extends RoundWorld> {
  readonly target: Target<F, P, W>;
  readonly plans: readonly P[];
  /** How many stacks work at the same time. */
  readonly shards: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told after each round; `logs` are what the controllers wrote in it. */
  readonly onRound: (result: RoundResult, logs: Logs) => void;
}

/** After so many rounds in a row in which the stack itself failed, there is no sense in going on. */
const PATIENCE = 3;

/**
 * Runs rounds. A controller serves every object of its cluster, so rounds at the same time would be in each other's books:
 * each shard has a stack of its own, and its rounds come one after the other.
 * @returns what came of the rounds that have ended, in the order of the plans; fewer when the signal is aborted.
 */
export async function runCampaign<F extends Fault, P extends PlannedRound, W extends RoundWorld>(
  options: CampaignOptions<F, P, W>,
): Promise<readonly RoundResult[]> {
  const { plans, shards, onRound } = options;
  const queue = [...plans];
  const results = new Map<string, RoundResult>();
  const finished = (result: RoundResult, logs: Logs): void => {
    results.set(result.id, result);
    onRound(result, logs);
  };
  const workers = Array.from({ length: Math.min(shards, plans.length) }, () =>
    work(queue, { ...options, onRound: finished }),
  );
  await Promise.all(workers);
  return plans.map(({ id }) => results.get(id)).filter(result => result !== undefined);
}

/** One shard. A round that breaks a promise may leave anything behind, so the next one gets a new stack. */
async function work<F extends Fault, P extends PlannedRound, W extends RoundWorld>(
  queue: P[],
  options: CampaignOptions<F, P, W>,
): Promise<void> {
  let world: W | undefined;
  let broken = 0;
  try {
    for (let plan = queue.shift(); plan && !options.signal.aborted && broken < PATIENCE; plan = queue.shift()) {
      const ended: Ended<W> = await runIn(world, plan, options);
      ({ world } = ended);
      if (ended.result === undefined) return;
      broken = ended.broken ? broken + 1 : 0;
      options.onRound(ended.result, ended.logs);
      if (ended.result.violations.length > 0) {
        await world?.stop();
        world = undefined;
      }
    }
  } finally {
    await world?.stop();
  }
}

interface Ended<W> {
  readonly world: W | undefined;
  /** Undefined when the campaign was given up meanwhile. */
  readonly result: RoundResult | undefined;
  readonly logs: Logs;
  /** The stack itself failed. */
  readonly broken: boolean;
}

async function runIn<F extends Fault, P extends PlannedRound, W extends RoundWorld>(
  present: W | undefined,
  plan: P,
  { target, clock, signal }: CampaignOptions<F, P, W>,
): Promise<Ended<W>> {
  const start = clock.monotonic();
  let world = present;
  const before = logsOf(world);
  const ended = (result: RoundResult | undefined, broken = false): Ended<W> => ({
    world,
    result,
    logs: since(before, logsOf(world)),
    broken,
  });
  try {
    world ??= await target.start(signal);
    return ended(await target.run(plan, { world, clock, signal }));
  } catch (error) {
    return signal.aborted
      ? ended(undefined)
      : ended(brokenRound(titleOf(target.field.name, plan), error, clock.monotonic() - start), true);
  }
}

/** A stack that broke may have lost its logs, which must not hide what broke it. */
function logsOf(world: RoundWorld | undefined): Logs {
  try {
    return world?.logs() ?? {};
  } catch (error) {
    return { harness: `the logs cannot be read: ${String(error)}` };
  }
}

/** What was written after that. */
function since(before: Logs, now: Logs): Logs {
  return Object.fromEntries(Object.entries(now).map(([name, log]) => [name, log.slice(before[name]?.length ?? 0)]));
}

/** A round that could not be finished counts as one that failed: nothing was shown. */
function brokenRound(title: ReturnType<typeof titleOf>, error: unknown, durationMs: number): RoundResult {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    ...title,
    crashed: false,
    violations: [{ invariant: 'harness', detail }],
    notes: [],
    durationMs: Math.round(durationMs),
  };
}
