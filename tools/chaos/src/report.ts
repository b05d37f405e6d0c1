import type { RoundResult } from './target.ts';

/** What a campaign has shown, as it is written to a file. */
export interface Report {
  readonly seed: number;
  /** Crash points of the schedule, and how many of them were reached. */
  readonly points: { readonly planned: number; readonly reached: number };
  /** Distinct crash points × faults in which a process was killed. */
  readonly combinations: number;
  readonly rounds: number;
  readonly failed: number;
  /** Rounds that ended without a crash: the scenario never got to the point. */
  readonly missed: readonly string[];
  readonly invariants: Readonly<Record<string, { readonly kept: number; readonly broken: number }>>;
  readonly faults: Readonly<Record<string, { readonly rounds: number; readonly failed: number }>>;
  readonly durationsMs: { readonly total: number; readonly p50: number; readonly max: number };
  readonly results: readonly RoundResult[];
}

/** What a campaign was, and how long it took, stacks included. */
export interface CampaignFacts {
  readonly seed: number;
  /** Names of what had to hold. */
  readonly invariants: readonly string[];
  readonly totalMs: number;
}

/** Sums up. */
export function reportOf({ seed, invariants, totalMs }: CampaignFacts, results: readonly RoundResult[]): Report {
  const crashed = results.filter(result => result.crashed);
  const sorted = results.map(({ durationMs }) => durationMs).toSorted((left, right) => left - right);
  const names = [...new Set([...invariants, ...results.flatMap(brokenIn)])];
  const byFault = Map.groupBy(results, ({ fault }) => fault);
  return {
    seed,
    points: { planned: distinct(results, ({ point }) => point), reached: distinct(crashed, ({ point }) => point) },
    combinations: distinct(crashed, ({ point, fault }) => `${point} × ${fault}`),
    rounds: results.length,
    failed: results.filter(isFailed).length,
    missed: results.filter(result => !result.crashed).map(({ id, point, fault }) => `${id}: ${point} × ${fault}`),
    invariants: Object.fromEntries(names.map(name => [name, tally(results, name)])),
    faults: Object.fromEntries(
      [...byFault].map(([fault, rounds]) => [fault, { rounds: rounds.length, failed: rounds.filter(isFailed).length }]),
    ),
    durationsMs: {
      total: Math.round(totalMs),
      p50: sorted[Math.floor((sorted.length - 1) / 2)] ?? 0,
      max: sorted.at(-1) ?? 0,
    },
    results,
  };
}

/** The report for people: what was shown, what was broken, and how to see it again. */
export function renderReport(report: Report): string {
  const { seed, rounds, combinations, points, missed, durationsMs, results } = report;
  const failed = results.filter(isFailed);
  return [
    table(
      ['invariant', 'kept', 'broken'],
      Object.entries(report.invariants).map(([name, { kept, broken }]) => [name, String(kept), String(broken)]),
    ),
    '',
    table(
      ['fault', 'rounds', 'failed'],
      Object.entries(report.faults).map(([name, count]) => [name, String(count.rounds), String(count.failed)]),
    ),
    '',
    ...failed.flatMap(failure),
    ...(missed.length > 0 ? [`${missed.length} rounds never got to their crash point: ${missed.join('; ')}`] : []),
    `seed ${seed}: ${rounds} rounds, ${combinations} crash points × faults (${points.reached} of ${points.planned} points), ` +
      `${rounds - failed.length} passed, ${failed.length} failed, in ${seconds(durationsMs.total)} ` +
      `(a round: p50 ${seconds(durationsMs.p50)}, max ${seconds(durationsMs.max)})`,
  ].join('\n');
}

/** Whether the round broke a promise. */
export function isFailed({ violations }: RoundResult): boolean {
  return violations.length > 0;
}

/** How a round that broke a promise is shown. */
export function failure({ id, point, fault, violations, notes, replay }: RoundResult): readonly string[] {
  return [
    `${id} FAILED: ${point} × ${fault}`,
    ...violations.map(({ invariant, detail }) => `  ${invariant}: ${detail}`),
    ...notes.map(note => `    ${note}`),
    `  replay: ${replay}`,
    '',
  ];
}

/** Milliseconds as people read them. */
export function seconds(ms: number): string {
  return ms < 90_000 ? `${(ms / 1000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`;
}

function tally(results: readonly RoundResult[], name: string): { readonly kept: number; readonly broken: number } {
  const broken = results.filter(result => brokenIn(result).includes(name)).length;
  return { kept: results.length - broken, broken };
}

function brokenIn({ violations }: RoundResult): readonly string[] {
  return violations.map(({ invariant }) => invariant);
}

function distinct(results: readonly RoundResult[], key: (result: RoundResult) => string): number {
  return new Set(results.map(key)).size;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map(row => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  return [line(head), ...rows.map(line)].join('\n');
}
