import type { Clock } from '@kaito/kube';
import { describePoint } from './plan/crash-point.ts';
import { commandOf } from './plan/schedule.ts';
import type { RoundPlan } from './plan/schedule.ts';
import { runRound } from './round/round.ts';
import type { RoundResult } from './round/round.ts';
import { World } from './world/world.ts';

export interface CampaignOptions {
  readonly plans: readonly RoundPlan[];
  /** How many stacks work at the same time. */
  readonly shards: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told after each round; `log` is what the provisioner wrote in it. */
  readonly onRound: (result: RoundResult, log: string) => void;
}

/** After so many rounds in a row in which the stack itself failed, there is no sense in going on. */
const PATIENCE = 3;

/**
 * Runs rounds. The provisioner serves every claim of its cluster, so rounds at the same time would be in each other's books:
 * each shard has a stack of its own, and its rounds come one after the other.
 * @returns what came of the rounds that have ended, in the order of the plans; fewer when the signal is aborted.
 */
export async function runCampaign(options: CampaignOptions): Promise<readonly RoundResult[]> {
  const { plans, shards, onRound } = options;
  const queue = [...plans];
  const results = new Map<string, RoundResult>();
  const finished: CampaignOptions['onRound'] = (result, log) => {
    results.set(result.id, result);
    onRound(result, log);
  };
  const workers = Array.from({ length: Math.min(shards, plans.length) }, () =>
    work(queue, { ...options, onRound: finished }),
  );
  await Promise.all(workers);
  return plans.map(({ id }) => results.get(id)).filter(result => result !== undefined);
}

/** One shard. A round that breaks a promise may leave anything behind, so the next one gets a new stack. */
async function work(queue: RoundPlan[], options: CampaignOptions): Promise<void> {
  let world: World | undefined;
  let broken = 0;
  try {
    for (let plan = queue.shift(); plan && !options.signal.aborted && broken < PATIENCE; plan = queue.shift()) {
      const ended: Ended = await runIn(world, plan, options);
      ({ world } = ended);
      if (ended.result === undefined) return;
      broken = ended.broken ? broken + 1 : 0;
      options.onRound(ended.result, ended.log);
      if (ended.result.violations.length > 0) {
        await world?.stop();
        world = undefined;
      }
    }
  } finally {
    await world?.stop();
  }
}

interface Ended {
  readonly world: World | undefined;
  /** Undefined when the campaign was given up meanwhile. */
  readonly result: RoundResult | undefined;
  readonly log: string;
  /** The stack itself failed. */
  readonly broken: boolean;
}

async function runIn(present: World | undefined, plan: RoundPlan, { clock, signal }: CampaignOptions): Promise<Ended> {
  const start = clock.monotonic();
  let world = present;
  const logged = world?.log().length ?? 0;
  const ended = (result: RoundResult | undefined, broken = false): Ended => ({
    world,
    result,
    log: world?.log().slice(logged) ?? '',
    broken,
  });
  try {
    world ??= await World.start(signal);
    return ended(await runRound(plan, { world, clock, signal }));
  } catch (error) {
    return signal.aborted ? ended(undefined) : ended(brokenRound(plan, error, clock.monotonic() - start), true);
  }
}

/** A round that could not be finished counts as one that failed: nothing was shown. */
function brokenRound(plan: RoundPlan, error: unknown, durationMs: number): RoundResult {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    id: plan.id,
    point: describePoint(plan.point),
    fault: plan.fault.id,
    crashed: false,
    violations: [{ invariant: 'harness', detail }],
    notes: [],
    durationMs: Math.round(durationMs),
    replay: commandOf(plan),
  };
}
