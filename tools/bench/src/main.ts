import { prepare } from '@kaito/local-stack';
import { Command, InvalidArgumentError } from 'commander';
import { Listr, PRESET_TIMER } from 'listr2';
import { measureClaims } from './claims/measure-claims.ts';
import { claimRows } from './claims/rows.ts';
import { AZURE } from './measure/bench.ts';
import type { MeasureOptions } from './measure/bench.ts';
import type { Measurement } from './measure/measurements.ts';
import { report } from './report/report.ts';
import type { ReportOptions } from './report/report.ts';
import { counted } from './report/row.ts';
import type { Row } from './report/row.ts';
import { measureWorkspaces } from './workspaces/measure-workspaces.ts';
import { workspaceRows } from './workspaces/rows.ts';

interface BurstOptions extends ReportOptions {
  readonly counts: readonly number[];
  readonly idle: number;
  readonly timeout: number;
}

/** Something that is measured with several numbers of objects. */
interface Bursts {
  readonly noun: string;
  readonly measure: (options: MeasureOptions) => Promise<Measurement>;
  readonly rows: (measurement: Measurement) => readonly Row[];
}

function whole(value: string): number {
  if (!/^\d+$/.test(value)) throw new InvalidArgumentError('a whole number is expected.');
  return Number(value);
}

function wholes(value: string): number[] {
  const counts = value.split(',').map(whole);
  if (counts.includes(0)) throw new InvalidArgumentError('numbers greater than 0 are expected, such as 1,100.');
  return counts;
}

async function bench({ noun, measure, rows }: Bursts, options: BurstOptions): Promise<void> {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort(new Error('stopped')));
  const measurements: Measurement[] = [];
  const tasks = new Listr(
    [
      { title: 'Programs and bundles', task: async () => void (await prepare({ signal: stop.signal })) },
      ...options.counts.map(count => ({
        title: counted(count, noun),
        task: async (_: unknown, task: { output: string }) => {
          const onStep = (step: string): void => void (task.output = step);
          const timeoutMs = options.timeout * 1000;
          const { idle: idleSeconds } = options;
          measurements.push(await measure({ count, idleSeconds, timeoutMs, signal: stop.signal, onStep }));
        },
      })),
    ],
    { registerSignalListeners: false, fallbackRenderer: 'simple', rendererOptions: { timer: PRESET_TIMER } },
  );
  await tasks.run();
  console.log(`\nEmulated Azure: ${JSON.stringify(AZURE)}; nodes are played by kwok.`);
  await report(measurements.flatMap(rows), measurements, options);
}

async function benchPlan(options: ReportOptions): Promise<void> {
  // Loaded only when it is asked for: the catalogue is no part of the other measurements.
  const [{ measurePlan }, { planRows }] = await Promise.all([
    import('./plan/measure-plan.ts'),
    import('./plan/rows.ts'),
  ]);
  const measurement = measurePlan();
  await report(planRows(measurement), [measurement], options);
}

const program = new Command('npm run bench --').description(
  'Measures the controllers on a local stack: a real control plane, kwok for nodes, the emulator for Azure.',
);

/** A command whose report can be written to a file and be held to its bars. */
function reporting(name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option('--json <file>', 'write everything that was measured')
    .option('--strict', 'exit with 1 when a bar is missed');
}

function bursts(name: string, description: string, counts: readonly number[]): Command {
  return reporting(name, description)
    .option('--counts <list>', `how many ${name}, one run each`, wholes, counts)
    .option('--idle <seconds>', 'how long to watch it do nothing; 0 leaves that out', whole, 120)
    .option('--timeout <seconds>', 'how long a step may take', whole, 300);
}

bursts(
  'claims',
  'the provisioner alone: claims made at once, left alone, found again after a restart, deleted at once',
  [1, 100, 1000],
)
  .addHelpText(
    'after',
    `
Examples:
  npm run bench -- claims                                 all rows, about ten minutes
  npm run bench -- claims --counts 100 --idle 0           one burst, under a minute
  npm run bench -- claims --counts 1,100 --json out.json`,
  )
  .action((options: BurstOptions) => bench({ noun: 'claim', measure: measureClaims, rows: claimRows }, options));

bursts(
  'workspaces',
  'both controllers: workspaces made at once, left alone, found again after a restart, deleted at once',
  [1, 50, 1000],
)
  .addHelpText(
    'after',
    `
Examples:
  npm run bench -- workspaces                             all rows, about a quarter of an hour
  npm run bench -- workspaces --counts 1,50 --idle 0      a single one and a burst, about a minute`,
  )
  .action((options: BurstOptions) =>
    bench({ noun: 'workspace', measure: measureWorkspaces, rows: workspaceRows }, options),
  );

reporting('plan', 'the planner alone: every model of the catalogue on every size').action(benchPlan);

await program.parseAsync();
