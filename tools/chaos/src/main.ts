import { randomInt } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { systemClock } from '@kaito/kube';
import { prepare } from '@kaito/local-stack';
import { runCampaign } from './campaign.ts';
import type { Fault } from './plan/fault.ts';
import { select } from './plan/schedule.ts';
import type { PlannedRound } from './plan/schedule.ts';
import { progressOf } from './progress.ts';
import { provisioner } from './provisioner/target.ts';
import { isFailed, renderReport, reportOf } from './report.ts';
import type { Logs, RoundResult, RoundWorld, Target } from './target.ts';
import { tuning } from './tuning/target.ts';
import { workspace } from './workspace/target.ts';

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

interface Options {
  readonly seed?: number;
  readonly rounds: number;
  readonly points?: number;
  readonly faults?: readonly string[];
  readonly only?: readonly string[];
  readonly json?: string;
  readonly shards: number;
}

/** Runs a campaign against a controller. @returns the exit status: 1 when a promise was broken. */
async function campaign<F extends Fault, P extends PlannedRound, W extends RoundWorld>(
  target: Target<F, P, W>,
  options: Options,
): Promise<number> {
  const { seed = randomInt(1, MAX_SEED), json, shards } = options;
  const { field, invariants } = target;
  const plans = select(seed, field, options).map(combination => target.plan(seed, combination));
  const stop = new AbortController();
  // Listened to until the end: the stack ends the process when nobody listens any more.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
  const clock = systemClock;
  const start = clock.monotonic();
  process.stderr.write(`seed ${seed}, ${plans.length} rounds\n`);
  await prepare({ signal: stop.signal });
  const show = progressOf(process.stderr, plans.length, clock);
  const saved: Promise<void>[] = [];
  const onRound = (result: RoundResult, logs: Logs): void => {
    show(result);
    if (!isFailed(result)) return;
    for (const [controller, log] of Object.entries(logs))
      saved.push(save(join(LOGS, `${field.name}-${seed}-${result.id}.${controller}.log`), log));
  };
  const results = await runCampaign({ target, plans, shards, clock, signal: stop.signal, onRound });
  await Promise.all(saved);
  const report = reportOf({ seed, invariants, totalMs: clock.monotonic() - start }, results);
  if (json !== undefined) await save(json, `${JSON.stringify(report, undefined, 2)}\n`);
  process.stdout.write(`${renderReport(report)}\n`);
  if (saved.length > 0)
    process.stdout.write(`logs of the controllers: ${LOGS}/${field.name}-${seed}-<id>.<controller>.log\n`);
  return report.failed > 0 || stop.signal.aborted ? 1 : 0;
}

async function save(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

const program = new Command('npm run chaos --').description(
  'Kills controllers at enumerated points of their protocols, under faults, and checks what must hold whatever happens.',
);

interface Subcommand {
  readonly description: string;
  readonly rounds: number;
  /** Of a stack, in words. */
  readonly memory: string;
}

function add<F extends Fault, P extends PlannedRound, W extends RoundWorld>(
  target: Target<F, P, W>,
  { description, rounds, memory }: Subcommand,
): void {
  const { name } = target.field;
  program
    .command(name)
    .description(description)
    .option(
      '--seed <number>',
      'what the order of rounds and their scenarios follow from; a new one by default',
      positive,
    )
    .option('--rounds <number>', 'how many rounds', positive, rounds)
    .option('--points <number>', 'only so many of the crash points, spread over all of them', positive)
    .option('--faults <ids>', 'only under these faults, such as none,killed-twice', ids)
    .option('--only <ids>', 'one round of the seed, such as p17, or several: p17,p42', ids)
    .option('--shards <number>', `how many stacks work at the same time, about ${memory} each`, positive, 2)
    .option('--json <file>', 'where the report is written as JSON')
    .addHelpText(
      'after',
      `
Examples:
  npm run chaos -- ${name}                       ${rounds} rounds, every crash point several times, under different faults
  npm run chaos -- ${name} --rounds 20           a quick look
  npm run chaos -- ${name} --seed 7 --only p17   one round again`,
    )
    .action(async (options: Options) => {
      process.exitCode = await campaign(target, options);
    });
}

add(provisioner, {
  description: 'the gpu-provisioner, between a real API server and the Azure emulator',
  rounds: 520,
  memory: '700 MB',
});
add(workspace, {
  description: 'the workspace controller, with a provisioner, a scheduler and kwok to play its nodes and pods',
  rounds: 250,
  memory: '1 GB',
});
add(tuning, {
  description: 'the workspace controller with fine-tunings, whose pods run as processes, with a real registry',
  rounds: 200,
  memory: '1.2 GB',
});

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
