import type { Clock } from '@kaito/kube';
import { sleep } from './sleep.ts';
import type { Probe } from './pod-parts.ts';

export interface ProbeLoopOptions {
  readonly probe: Probe;
  /** Asks once. */
  readonly ask: (signal: AbortSignal) => Promise<boolean>;
  /** Called with each verdict that differs from the one before; the first one is always told. */
  readonly onVerdict: (healthy: boolean) => void;
  /** Milliseconds between two looks where the probe's period is longer. */
  readonly quickMs: number;
  /** Milliseconds before the first look at most, where the probe's delay is longer. */
  readonly delayMs: number;
  readonly clock: Clock;
}

const SECOND = 1_000;
const PERIOD_SECONDS = 10;
const FAILURES = 3;

/**
 * Asks again and again until `signal` is aborted (Kubernetes API reference, Probe). It looks oftener than the period says, so that nobody waits ten
 * seconds for a good answer; a failure counts once in a period all the same, so that a bad verdict takes as long as in a cluster.
 */
export async function probeLoop(options: ProbeLoopOptions, signal: AbortSignal): Promise<void> {
  const { probe, ask, onVerdict, quickMs, delayMs, clock } = options;
  const periodMs = (probe.periodSeconds ?? PERIOD_SECONDS) * SECOND;
  const { failureThreshold = FAILURES, successThreshold = 1 } = probe;
  await sleep(Math.min((probe.initialDelaySeconds ?? 0) * SECOND, delayMs), signal, clock);
  let verdict: boolean | undefined;
  let [successes, failures] = [0, 0];
  for (let counted = -Infinity; !signal.aborted; await sleep(Math.min(periodMs, quickMs), signal, clock)) {
    if (await ask(signal)) {
      [successes, failures, counted] = [successes + 1, 0, -Infinity];
    } else if (!signal.aborted) {
      successes = 0;
      if (clock.monotonic() - counted >= periodMs) [failures, counted] = [failures + 1, clock.monotonic()];
    }
    const next = verdictOf(successes >= successThreshold, failures >= failureThreshold, verdict);
    if (next === undefined || next === verdict || signal.aborted) continue;
    verdict = next;
    onVerdict(next);
  }
}

function verdictOf(good: boolean, bad: boolean, before: boolean | undefined): boolean | undefined {
  if (good) return true;
  return bad ? false : before;
}
