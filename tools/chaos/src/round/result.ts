import type { Clock } from '@kaito/kube';
import { describePoint } from '../plan/crash-point.ts';
import type { PlannedRound } from '../plan/schedule.ts';
import type { RoundResult } from '../target.ts';
import type { Violation } from '../verdict.ts';

/** What a round has come to, without what it is called. */
export interface Outcome {
  readonly crashed: boolean;
  readonly violations: readonly Violation[];
}

/** Times a round and keeps notes of what happens in it. @param name of the controller, as the command line calls it */
export async function framed(
  name: string,
  plan: PlannedRound,
  clock: Clock,
  run: (note: (what: string) => void) => Promise<Outcome>,
): Promise<RoundResult> {
  const start = clock.monotonic();
  const notes: string[] = [];
  const { crashed, violations } = await run(
    what => void notes.push(`${Math.round(clock.monotonic() - start)} ms: ${what}`),
  );
  return { ...titleOf(name, plan), crashed, violations, notes, durationMs: Math.round(clock.monotonic() - start) };
}

/** What a round is called, and the command that runs it again. */
export function titleOf(
  name: string,
  { seed, id, point, fault }: PlannedRound,
): Pick<RoundResult, 'id' | 'point' | 'fault' | 'replay'> {
  return {
    id,
    point: describePoint(point),
    fault: fault.id,
    replay: `npm run chaos -- ${name} --seed ${seed} --only ${id}`,
  };
}
