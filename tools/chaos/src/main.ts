import { randomInt } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { systemClock } from '@kaito/kube';
import { prepare } from '@kaito/local-stack';
import { runCampaign } from './campaign.ts';
import { planRound, select } from './plan/schedule.ts';
import { progressOf } from './progress.ts';
import { isFailed, renderReport, reportOf } from './report.ts';

/** Every crash point seven times, each time under another fault. */
const DEFAULT_ROUNDS = 520;
const LOGS = '.kaito/chaos';
const MAX_SEED = 1_000_000;

function positive(value: string): number {
  const parsed = Number(value);
  if (!Number.isInteger(parsed) || parsed < 1)
    throw new InvalidArgumentError('a whole number greater than 0 is expected.');
  return parsed;
}

function ids(value: string): readonly string[] {
  return value.split(',').map(id => id.trim());
}

interface ProvisionerOptions {
  readonly seed?: number;
  readonly rounds: number;
  readonly points?: number;
  readonly only?: readonly string[];
  readonly json?: string;
  readonly shards: number;
}

/** Runs a campaign against the gpu-provisioner. @returns the exit status: 1 when a promise was broken. */
async function provisioner(options: ProvisionerOptions): Promise<number> {
  const { seed = randomInt(1, MAX_SEED), json } = options;
  const plans = select(seed, options).map(combination => planRound(seed, combination));
  const stop = new AbortController();
  // Listened to until the end: the stack ends the process when nobody listens any more.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
  const start = systemClock.monotonic();
  process.stderr.write(`seed ${seed}, ${plans.length} rounds\n`);
  await prepare({ signal: stop.signal });
  const show = progressOf(process.stderr, plans.length, systemClock);
  const saved: Promise<void>[] = [];
  const results = await runCampaign({
    plans,
    shards: options.shards,
    clock: systemClock,
    signal: stop.signal,
    onRound: (result, log) => {
      show(result);
      if (isFailed(result)) saved.push(save(join(LOGS, `${seed}-${result.id}.log`), log));
    },
  });
  await Promise.all(saved);
  const report = reportOf(seed, results, systemClock.monotonic() - start);
  if (json !== undefined) await save(json, `${JSON.stringify(report, undefined, 2)}\n`);
  process.stdout.write(`${renderReport(report)}\n`);
  if (saved.length > 0) process.stdout.write(`logs of the provisioner: ${LOGS}/${seed}-<id>.log\n`);
  return report.failed > 0 || stop.signal.aborted ? 1 : 0;
}

async function save(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

const program = new Command('npm run chaos --').description(
  'Kills controllers at enumerated points of their protocols, under faults, and checks what must hold whatever happens.',
);

program
  .command('provisioner')
  .description('the gpu-provisioner, between a real API server and the Azure emulator')
  .option('--seed <number>', 'what the order of rounds and their scenarios follow from; a new one by default', positive)
  .option('--rounds <number>', 'how many rounds', positive, DEFAULT_ROUNDS)
  .option('--points <number>', 'only so many of the crash points, spread over all of them', positive)
  .option('--only <ids>', 'one round of the seed, such as p17, or several: p17,p42', ids)
  .option('--shards <number>', 'how many stacks work at the same time, about 700 MB each', positive, 2)
  .option('--json <file>', 'where the report is written as JSON')
  .addHelpText(
    'after',
    `
Examples:
  npm run chaos -- provisioner                       ${DEFAULT_ROUNDS} rounds: every crash point seven times, under different faults
  npm run chaos -- provisioner --rounds 20           a quick look
  npm run chaos -- provisioner --seed 7 --only p17   one round again`,
  )
  .action(async (options: ProvisionerOptions) => {
    process.exitCode = await provisioner(options);
  });

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
