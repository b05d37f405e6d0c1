import { writeFile } from 'node:fs/promises';
import { arch, cpus, platform, totalmem } from 'node:os';
import { prepare } from '@kaito/local-stack';
import { Command, InvalidArgumentError } from 'commander';
import { Listr, PRESET_TIMER } from 'listr2';
import { AZURE, measureClaims } from './claims/measure-claims.ts';
import type { ClaimsMeasurement } from './claims/measurements.ts';
import { passes, rowsOf } from './report/bars.ts';
import { tableOf } from './report/print-table.ts';

interface ClaimsOptions {
  readonly counts: readonly number[];
  readonly idle: number;
  readonly timeout: number;
  readonly json?: string;
  readonly strict?: boolean;
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

async function benchClaims(options: ClaimsOptions): Promise<void> {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort(new Error('stopped')));
  const measurements: ClaimsMeasurement[] = [];
  const tasks = new Listr(
    [
      { title: 'Programs and bundles', task: async () => void (await prepare({ signal: stop.signal })) },
      ...options.counts.map(claims => ({
        title: `${claims} claims`,
        task: async (_: unknown, task: { output: string }) => {
          const onStep = (step: string): void => void (task.output = step);
          const timeoutMs = options.timeout * 1000;
          const { idle: idleSeconds } = options;
          measurements.push(await measureClaims({ claims, idleSeconds, timeoutMs, signal: stop.signal, onStep }));
        },
      })),
    ],
    { registerSignalListeners: false, fallbackRenderer: 'simple', rendererOptions: { timer: PRESET_TIMER } },
  );
  await tasks.run();
  const rows = measurements.flatMap(rowsOf);
  console.log(`\nEmulated Azure: ${JSON.stringify(AZURE)}; nodes are played by kwok.\n${tableOf(rows)}`);
  const missed = rows.filter(row => passes(row) === false);
  console.log(missed.length === 0 ? 'All bars passed.' : `${missed.length} bars missed.`);
  if (options.json !== undefined) await writeFile(options.json, report(measurements, rows));
  if (options.strict && missed.length > 0) process.exitCode = 1;
}

function report(measurements: readonly ClaimsMeasurement[], rows: ReturnType<typeof rowsOf>): string {
  const [cpu] = cpus();
  const memoryGiB = Math.round(totalmem() / 1024 ** 3);
  const machine = { cpus: cpus().length, model: cpu?.model, memoryGiB, platform: platform(), arch: arch() };
  const result = { at: new Date().toISOString(), node: process.version, machine, azure: AZURE, measurements, rows };
  return `${JSON.stringify(result, null, 2)}\n`;
}

const program = new Command('npm run bench --').description(
  'Measures the controllers on a local stack: a real control plane, kwok for nodes, the emulator for Azure.',
);
program
  .command('claims')
  .description('the provisioner alone: claims made at once, left alone, found again after a restart, deleted at once')
  .option('--counts <list>', 'how many claims, one run each', wholes, [1, 100, 1000])
  .option('--idle <seconds>', 'how long to watch it do nothing; 0 leaves that out', whole, 120)
  .option('--timeout <seconds>', 'how long a step may take', whole, 300)
  .option('--json <file>', 'write everything that was measured')
  .option('--strict', 'exit with 1 when a bar is missed')
  .addHelpText(
    'after',
    `
Examples:
  npm run bench -- claims                                 all rows, about ten minutes
  npm run bench -- claims --counts 100 --idle 0           one burst, under a minute
  npm run bench -- claims --counts 1,100 --json out.json`,
  )
  .action(benchClaims);

await program.parseAsync();
