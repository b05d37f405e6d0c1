import type { Clock } from '@kaito/kube';
import { unavailable } from '../faults/launch-failure.ts';
import { POOL_COUNTER } from '../quota/demand.ts';
import type { Shortage } from '../quota/demand.ts';
import type { RungVerdict } from './choose-offering.ts';
import type { Offering } from './offering.ts';

/** Where and when a sentence is written. */
export interface Occasion {
  readonly location: string;
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
}

/** A sentence longer than this is not read on a condition. */
const MAX_LENGTH = 600;
/** What Azure said about one rung beside others. */
const MAX_SAID = 90;

/** An offering in words: `Standard_NC24ads_A100_v4 as spot in zone 1`. */
export function describeOffering({ type, capacityType, zone }: Offering): string {
  const parts = [
    type.name,
    ...(capacityType === 'spot' ? ['as spot'] : []),
    ...(zone === undefined ? [] : [`in zone ${zone}`]),
  ];
  return parts.join(' ');
}

/**
 * Why no rung can be taken now, each by name, with what to do where quota is short: one sentence of at most 600 characters.
 * Times are of the wall clock and to the minute, so that the text stays the same while nothing changes.
 */
export function describeVerdicts(verdicts: readonly RungVerdict[], occasion: Occasion): string {
  return compose(verdicts, occasion, MAX_LENGTH);
}

/** The same with KAITO's sentence for a claim that no rung is left for. KAITO gives up when it is on a False Launched. */
export function noRungLeft(verdicts: readonly RungVerdict[], occasion: Occasion): string {
  return unavailable(compose(verdicts, occasion, MAX_LENGTH - unavailable('').length));
}

function compose(verdicts: readonly RungVerdict[], occasion: Occasion, max: number): string {
  const step = nextStep(verdicts, occasion);
  const rungs = verdicts.map(verdict => `${describeOffering(verdict.offering)} ${reasonOf(verdict, occasion)}`);
  for (let shown = rungs.length; shown > 0; shown -= 1) {
    const more = shown < rungs.length ? [`${rungs.length - shown} more`] : [];
    const text = [...rungs.slice(0, shown), ...more, ...step].join('; ');
    if (text.length <= max) return text;
  }
  return `${(rungs[0] ?? 'no instance type').slice(0, max - 1)}…`;
}

function reasonOf({ why }: RungVerdict, occasion: Occasion): string {
  if (why.state === 'short') return shortOf(why.shortage, occasion.location);
  if (why.state === 'probing') return `is being tried by another claim after ${why.reason}`;
  const said = why.said.replaceAll(/\s+/g, ' ').trim();
  const quote = said.length > MAX_SAID ? `${said.slice(0, MAX_SAID - 1)}…` : said;
  return `is left alone until ${timeOf(why.until, occasion)} after ${why.reason}: ${quote}`;
}

function shortOf({ counter, displayName, needed, free, limit, limitNeeded }: Shortage, location: string): string {
  if (counter === POOL_COUNTER) {
    return `needs an agent pool, ${free} of ${limit} are free: delete agent pools that are not needed`;
  }
  const family = displayName && displayName !== counter ? `${counter} (${displayName})` : counter;
  const ask = limitNeeded > limit ? `: ask for ${limitNeeded}` : '; the counters may be settling';
  return `needs ${needed} cores of ${family} in ${location}, ${free} of ${limit} are free${ask}`;
}

function nextStep(verdicts: readonly RungVerdict[], { location }: Occasion): readonly string[] {
  const cores = verdicts.some(({ why }) => why.state === 'short' && why.shortage.counter !== POOL_COUNTER);
  return cores ? [`see: az vm list-usage --location ${location} --output table`] : [];
}

/** A monotonic time as `14:05 UTC`, rounded up. */
function timeOf(until: number, { clock }: Occasion): string {
  const minute = 60_000;
  const wall = Math.ceil((clock.now() + until - clock.monotonic()) / minute) * minute;
  return `${new Date(wall).toISOString().slice(11, 16)} UTC`;
}
