import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { workspaces, workspacesV1alpha1, type Workspace } from '@kaito/crds';
import { Cache, createLogger } from '@kaito/kube';
import {
  ensureBinaries,
  freePorts,
  messageOf,
  prepare,
  startLocalStack,
  type LocalStack,
  type OnProgress,
  type ProgressPhase,
} from '@kaito/local-stack';
import { ensureStandIn, STAND_IN, type StandInFiles } from '@kaito/stand-in-model';
import { Listr, PRESET_TIMER, type ListrTask } from 'listr2';
import { parse } from 'yaml';
import { Journey } from './journey.ts';
import { furnishOutside } from './outside.ts';
import { nextSteps } from './next-steps.ts';
import { StandIn } from './stand-in.ts';

export interface DemoOptions {
  /** End when the workspace is ready, rather than at Ctrl-C. */
  readonly once: boolean;
  /** Path of a manifest with one Workspace. */
  readonly manifest: string;
  /** Where the stack keeps its data, logs and kubeconfig. */
  readonly dataDir: string;
  readonly timeoutMs: number;
  readonly claimKind: 'machine' | 'nodeclaim';
  /** Let a small model answer for the pods; it is fetched the first time. */
  readonly model: boolean;
}

/** What the tasks of one run hand to each other. */
interface Run {
  stack: LocalStack | undefined;
  journey: Journey | undefined;
  /** Files of the stand-in model, or why there is none. */
  model: StandInFiles | string;
  /** Why no pods are played, so that trainings end at once and bring nothing. */
  notPlayed: string | undefined;
}

/** How quickly the emulated Azure works here: seconds instead of AKS's minutes, long enough to watch. */
const emulatedTimings = { nodeRegisterMs: 1_000, operationMs: 3_000, gpuAppearMs: 300, deleteMs: 1_500 };

async function readWorkspace(file: string): Promise<Workspace> {
  const manifest: unknown = parse(await readFile(file, 'utf8'));
  const { kind, metadata } = (manifest ?? {}) as { kind?: string; metadata?: { name?: string } };
  if (kind !== 'Workspace' || !metadata?.name)
    throw new Error(`${file} does not hold one Workspace with a name (kind: ${kind ?? 'none'})`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the API server checks the rest against the schema
  return manifest as Workspace;
}

/** Ends with `signal`; a parent that died without a word ends it too, so that nothing stays behind an `npm start` that was killed. */
function stopSignal(): AbortController {
  const controller = new AbortController();
  const stop = (): void => controller.abort(new Error('stopped'));
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || stop(), 1_000).unref();
  return controller;
}

/**
 * Runs the whole product on this machine: prepares, starts the stack, applies the manifest, follows it to ready, and stops everything.
 * @returns the exit code: 0 when the workspace became ready, 1 when it did not (the reason is printed).
 */
export async function runDemo(options: DemoOptions): Promise<number> {
  const stop = stopSignal();
  const run: Run = { stack: undefined, journey: undefined, model: 'it was not wanted', notPlayed: undefined };
  const started = performance.now();
  try {
    const workspace = await readWorkspace(options.manifest);
    const [inferencePort = 0] = await freePorts(1);
    const preparing = [
      preparePrograms(stop.signal),
      preparePlayer(stop.signal),
      ...(options.model ? [fetchModel(stop.signal)] : []),
    ];
    await new Listr<Run>(preparing, { ...listrOptions, concurrent: true }).run(run);
    await new Listr<Run>([startStack({ ...options, inferencePort }, stop.signal)], listrOptions).run(run);
    const { stack, model } = run;
    if (!stack) throw new Error('the local stack did not start');
    const standIn = new StandIn(stack, {
      model,
      port: inferencePort,
      plays: run.notPlayed === undefined,
      signal: stop.signal,
    });
    const furnished =
      run.notPlayed === undefined
        ? await furnishOutside(stack, workspace, stop.signal)
        : { workspace, notes: [`Nothing is trained here, and no adapter loaded: ${run.notPlayed}`] };
    for (const note of furnished.notes) console.log(note);
    await follow(furnished.workspace, { ...options, stack, run, signal: stop.signal });
    const done = workspace.tuning ? 'Trained' : 'Ready';
    console.log(`\n${done} after ${((performance.now() - started) / 1000).toFixed(1)} s.\n`);
    console.log(await nextSteps(stack, workspace));
    if (!workspace.tuning) console.log(`\n${await standIn.conversation(workspace)}`);
    if (!options.once) {
      console.log('\nEverything keeps running here until Ctrl-C.');
      await delay(2 ** 31 - 1, undefined, { signal: stop.signal }).catch(() => undefined);
    }
    return 0;
  } catch (error) {
    if (!stop.signal.aborted) reportFailure(error, run.journey);
    return 1;
  } finally {
    await run.stack?.stop();
    // What is still being fetched after a failure is of no use.
    stop.abort(new Error('the demo has ended'));
  }
}

const listrOptions = {
  concurrent: false,
  // The signals are ours: Listr would end the process before the stack has stopped.
  registerSignalListeners: false,
  fallbackRenderer: 'simple',
  rendererOptions: { timer: PRESET_TIMER, collapseSubtasks: false },
  fallbackRendererOptions: { timer: PRESET_TIMER },
} as const;

function preparePrograms(signal: AbortSignal): ListrTask<Run> {
  return {
    title:
      'Programs (etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kubectl, kwok) and bundles of our own',
    task: async (_run, task) => {
      await prepare({ signal, onProgress: show(task, ['download', 'build']) });
    },
  };
}

/** Without them everything but trainings and adapters is there. */
function preparePlayer(signal: AbortSignal): ListrTask<Run> {
  return {
    title: 'Programs that play pods of trainings and adapters (oras, registry)',
    task: async (run, task) => {
      try {
        if (process.platform !== 'linux') throw new Error('pods are played on Linux only');
        await ensureBinaries(['oras', 'registry'], { signal, onProgress: show(task, ['download', 'build']) });
      } catch (error) {
        signal.throwIfAborted();
        run.notPlayed = messageOf(error);
        task.title = `No pods will be played: ${run.notPlayed}`;
      }
    },
  };
}

/** A model that cannot be had is no failure: everything but the answer is there without it. */
function fetchModel(signal: AbortSignal): ListrTask<Run> {
  return {
    title: `A model that answers (${STAND_IN})`,
    task: async (run, task) => {
      try {
        run.model = await ensureStandIn({ signal, onProgress: show(task, ['download', 'build']) });
      } catch (error) {
        signal.throwIfAborted();
        run.model = messageOf(error);
        task.title = `No model will answer: ${run.model}`;
      }
    },
  };
}

function startStack(options: DemoOptions & { readonly inferencePort: number }, signal: AbortSignal): ListrTask<Run> {
  return {
    title: 'Control plane, kwok, emulated Azure, both controllers',
    task: async (run, task) => {
      run.stack = await startLocalStack({
        dataDir: options.dataDir,
        inferencePort: options.inferencePort,
        player: run.notPlayed === undefined,
        emulator: { timings: emulatedTimings },
        env: { workspace: { KAITO_CLAIM_KIND: options.claimKind } },
        signal,
        onProgress: show(task, ['start', 'up']),
      });
    },
  };
}

/** Writes what is being waited for under a task; what only takes a moment is left out. */
function show(task: { output: string }, phases: readonly ProgressPhase[]): OnProgress {
  return ({ name, phase, detail, percent }) => {
    if (!phases.includes(phase)) return;
    task.output = `${name}: ${phase} ${detail}${percent === undefined ? '' : ` ${Math.round(percent)} %`}`;
  };
}

interface FollowOptions extends DemoOptions {
  readonly stack: LocalStack;
  readonly run: Run;
  readonly signal: AbortSignal;
}

async function follow(manifest: Workspace, options: FollowOptions): Promise<void> {
  const { stack, run } = options;
  const stopCache = new AbortController();
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)]);
  const cache = new Cache({ client: stack.client, logger: createLogger({ name: 'demo', level: 'error' }) });
  const namespace = manifest.metadata.namespace ?? 'default';
  const journey = new Journey({
    cache,
    emulator: stack.emulator,
    claimKind: options.claimKind,
    workspace: { name: manifest.metadata.name, namespace },
    trains: manifest.tuning !== undefined,
  });
  run.journey = journey;
  const watching = cache.start(stopCache.signal);
  try {
    await cache.synced(signal);
    const resource = manifest.apiVersion === 'kaito.sh/v1alpha1' ? workspacesV1alpha1 : workspaces;
    await stack.client.apply(
      resource,
      { ...manifest, metadata: { ...manifest.metadata, namespace } },
      {
        fieldManager: 'kaito-demo',
        force: true,
        signal,
      },
    );
    console.log(`\n$ kubectl apply -f ${options.manifest}`);
    const tasks = journey.phases.map(phase => ({
      title: phase.title,
      task: async (_: unknown, task: { title: string; output: string }): Promise<void> => {
        task.title = `${phase.title}: ${await journey.follow(phase, text => (task.output = process.stdout.isTTY ? text : `${phase.title}: ${text}`), signal)}`;
      },
    }));
    await new Listr(tasks, { ...listrOptions, concurrent: true }).run();
  } finally {
    stopCache.abort();
    await watching;
  }
}

function reportFailure(error: unknown, journey: Journey | undefined): void {
  const message = error instanceof Error ? error.message : String(error);
  console.error(`\nThe workspace did not get there: ${message}`);
  for (const reason of journey?.reasons ?? []) console.error(`  ${reason}`);
}
