import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { machinePath, say } from '../environment.ts';
import { readData } from './data.ts';
import { initialState, nextState, Results, type TrainingState } from './results.ts';
import { readSettings, type TrainingSettings } from './settings.ts';
import { TrainerError } from './trainer-error.ts';

/** Another try must end as this one did. */
const CANNOT_HELP = 64;
const STEP_MS = 50;

/**
 * Stands in for the trainer: its files, its log and its failures, without a model. What comes out depends on weights, data, settings and
 * number of steps alone, so that a run which was interrupted ends as one that was not.
 * @returns the exit code, which also stands in `$RUN_DIR/trainer.exit`
 */
export async function runTrainer(env: NodeJS.ProcessEnv): Promise<number> {
  const code = await train(env).then(
    () => 0,
    (error: unknown) => {
      if (!(error instanceof TrainerError)) throw error;
      process.stderr.write(`${error.traceback}\n`);
      return error.final ? CANNOT_HELP : 1;
    },
  );
  if (env['RUN_DIR'] !== undefined) writeFileSync(join(env['RUN_DIR'], 'trainer.exit'), String(code));
  return code;
}

async function train(env: NodeJS.ProcessEnv): Promise<void> {
  say('stand-in for the trainer: nothing is learnt');
  const settings = readSettings(env['YAML_FILE_PATH'] ?? machinePath('/mnt/config/training_config.yaml', env), env);
  const { steps } = settings;
  const results = new Results(machinePath(settings.outputFolder, env), env['RUN_ID'] ?? '');
  if (results.isComplete()) return tell({ step: steps, steps, done: true });
  const weights = readWeights(env);
  const named = settings.dataPath === undefined ? undefined : machinePath(join('/mnt', settings.dataPath), env);
  const data = readData(env['DATASET_FOLDER_PATH'] ?? machinePath('/mnt/data', env), named, settings);
  const resumed = results.open();
  tell({ ...(resumed && { resumedFrom: resumed.step }), step: resumed?.step ?? 0, steps });
  const digestOfSettings = createHash('sha256').update(settings.text).digest('hex');
  const start = resumed ?? initialState(weights, data, digestOfSettings);
  const last = await takeSteps(start, settings, { results, stepMs: Number(env['STEP_MS'] ?? STEP_MS) });
  results.complete(last, adapterConfig(settings));
  tell({ step: steps, steps, done: true, loss: lossAt(steps, steps) });
}

async function takeSteps(
  start: TrainingState,
  settings: TrainingSettings,
  { results, stepMs }: { readonly results: Results; readonly stepMs: number },
): Promise<TrainingState> {
  const { steps, saveEvery, keep, logEvery } = settings;
  let now = start;
  while (now.step < steps) {
    await delay(stepMs);
    now = nextState(now);
    const { step } = now;
    if (step % logEvery === 0)
      tell({
        step,
        steps,
        epoch: round((3 * step) / steps),
        loss: lossAt(step, steps),
        secondsPerStep: stepMs / 1_000,
      });
    if (saveEvery === undefined || (step % saveEvery !== 0 && step !== steps)) continue;
    await results.saveCheckpoint(now, () => delay(stepMs));
    if (keep !== undefined) results.keepOnly(keep);
    tell({ step, steps, checkpoint: step });
  }
  return now;
}

/** SHA-256 of all files of the weights. @throws TrainerError when there are none */
function readWeights(env: NodeJS.ProcessEnv): string {
  const [mounted, own] = ['/workspace/weights', '/workspace/tfs/weights'].map(path => machinePath(path, env));
  const folder = [mounted, own].find(path => path !== undefined && existsSync(join(path, 'config.json')));
  if (folder === undefined) {
    const message = "Can't load the configuration of '/workspace/tfs/weights': there is no config.json in it.";
    throw new TrainerError(message, { kind: 'OSError', final: false });
  }
  const hash = createHash('sha256');
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()) {
    const file = join(folder, name);
    if (existsSync(file) && name.match(/\.\w+$/)) hash.update(name).update(readFileSync(file));
  }
  return hash.digest('hex');
}

function adapterConfig({ rank, alpha, targetModules }: TrainingSettings): object {
  return {
    base_model_name_or_path: '/workspace/tfs/weights',
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    r: rank,
    lora_alpha: alpha,
    target_modules: targetModules,
    stand_in: 'made by the stand-in for the trainer: it was not learnt from anything',
  };
}

/** It falls as it would. */
function lossAt(step: number, steps: number): number {
  return round(0.9 + 1.6 * Math.exp((-3 * step) / steps));
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

function tell(values: object): void {
  say(JSON.stringify({ 'kaito.training': values }));
}
