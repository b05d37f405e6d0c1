import { connect } from '@kaito/kube';
import { ensureBinaries } from '../binaries/ensure-binaries.ts';
import { startControlPlane, type ControlPlane, type ControlPlaneOptions } from '../control-plane/control-plane.ts';
import { canCreatePods, furnish } from '../control-plane/furnish.ts';
import { karpenterCustomResources } from '../karpenter/custom-resources.ts';
import { startKarpenter } from '../karpenter/karpenter.ts';
import { resolveComponents, resolvePlayer, type Components, type LocalStackOptions } from './options.ts';
import { kwokDefinitions } from '../player/kwok-kinds.ts';
import { Player, type PlayerOptions } from '../player/player.ts';
import { StackRegistry } from '../player/registry.ts';
import { Run } from './run.ts';
import { RunningStack, type LocalStack } from './running-stack.ts';
import { startApps, type AppsOptions } from './start-apps.ts';

/**
 * Starts a Kubernetes control plane, kwok, the Azure stand-in and both controllers on this machine, on free ports: any
 * number of stacks can run at the same time.
 * @throws with the end of the log of what failed; nothing is left running then.
 */
export async function startLocalStack(options: LocalStackOptions = {}): Promise<LocalStack> {
  const { onProgress = () => undefined, signal } = options;
  const components = resolveComponents(options.components);
  const playing = resolvePlayer(options.player, components);
  const needed = [...neededBinaries(components), ...(playing ? PLAYER_BINARIES : [])];
  const binaries = await ensureBinaries(needed, { onProgress, signal });
  const run = await Run.open(options);
  // What is still waiting for something when one part has failed must not wait on.
  const failed = new AbortController();
  try {
    const stop = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
    return await assemble({
      ...options,
      run,
      binaries,
      components,
      playing,
      playsPods: playing !== undefined,
      onProgress,
      signal: stop,
    });
  } catch (error) {
    failed.abort(error);
    await run.stop();
    // Who has given up the start does not want to know why it failed.
    if (signal?.aborted) run.close();
    else run.closeKeepingLogs();
    throw error;
  }
}

type AssembleOptions = ControlPlaneOptions &
  Omit<AppsOptions, 'kubeconfig' | 'client' | 'modelRegistry'> & {
    readonly signal: AbortSignal;
    readonly playing: PlayerOptions | undefined;
  };

/** What the player runs beside stand-ins. */
const PLAYER_BINARIES = ['oras', 'registry'] as const;

async function assemble(options: AssembleOptions): Promise<LocalStack> {
  const { run, binaries, components, playing, signal } = options;
  const controlPlane = await startControlPlane(options);
  const { kubeconfig, controllerManager } = controlPlane;
  const client = connect({ kubeconfig, userAgent: 'kaito-local-stack' });
  let starting: Promise<Player | undefined> = Promise.resolve(undefined);
  try {
    const command = components.karpenter ? binaries('karpenter') : undefined;
    const others = command === undefined ? [] : await karpenterCustomResources(command, signal);
    const kinds = playing ? kwokDefinitions() : [];
    const furnished = furnish(client, [...others, ...kinds], signal);
    const oras = playing && binaries('oras');
    const registry =
      oras !== undefined ? await StackRegistry.start({ run, registry: binaries('registry'), oras, signal }) : undefined;
    if (registry && oras !== undefined)
      starting = furnished.then(() => Player.start({ ...playing, run, client, oras, registry, signal }));
    const [apps, karpenter, player] = await Promise.all([
      startApps({ ...options, kubeconfig, client, modelRegistry: registry?.address }, furnished),
      command === undefined
        ? undefined
        : furnished.then(() => startKarpenter(run, { command, kubeconfig, client, signal })),
      starting,
      controllerManager && canCreatePods(client, controllerManager, signal),
    ]);
    checkRunning(controlPlane);
    return new RunningStack({ run, controlPlane, client, apps, karpenter, player, binaries });
  } catch (error) {
    await starting.then(player => player?.stop()).catch(() => undefined); // Why it failed is the error that is thrown.
    await client.close();
    throw error;
  }
}

type BinaryNames = Parameters<typeof ensureBinaries>[0];

function neededBinaries(components: Components): BinaryNames {
  return [
    'etcd',
    'kube-apiserver',
    'kubectl',
    ...(components.controllerManager ? (['kube-controller-manager'] as const) : []),
    ...(components.scheduler ? (['kube-scheduler'] as const) : []),
    ...(components.kwok ? (['kwok'] as const) : []),
    ...(components.karpenter ? (['karpenter'] as const) : []),
  ];
}

/** Nothing waits for the scheduler and for kwok; one that has ended by now would only show as pods that stay Pending. */
function checkRunning({ controllerManager, scheduler, kwok }: ControlPlane): void {
  const ended = [controllerManager, scheduler, kwok].find(program => program?.running === false);
  if (ended) throw ended.failure('ended while it was starting');
}
