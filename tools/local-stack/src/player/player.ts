import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  Cache,
  configMaps,
  createLogger,
  ignoreNotFound,
  nodes,
  patchMetadata,
  pods,
  secrets,
  type Client,
  type Informer,
  type Logger,
  type Node,
  type ObjectKey,
  type Pod,
} from '@kaito/kube';
import type { Run } from '../stack/run.ts';
import { cacheKey, clusterObjects } from './cluster-objects.ts';
import type { PlayerTimings } from './container-worker.ts';
import { ImageContents } from './image-contents.ts';
import { CRASHED, isPlayed, LEFT_TO_KWOK } from './played-pods.ts';
import { PlayedPod, type PlayedPodContext } from './played-pod.ts';
import { claimFolder } from './pod-folders.ts';
import { contentOf } from './programs.ts';
import { placedContainers, uidOf } from './pod-parts.ts';
import type { StackRegistry } from './registry.ts';
import type { RunningContainer } from './runtime.ts';
import { StackWeb } from './web.ts';
import { weightsOnDemand } from './weights-on-demand.ts';

/** How pods are played. */
export interface PlayerOptions {
  /** Milliseconds that a step of the stand-in trainer takes; 50 by default. */
  readonly stepMs?: number;
  /** Environment of every container, over its own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the registry of the stack has weights of whatever model is asked for, as far as it is asked for them; true by default. */
  readonly weights?: boolean;
  readonly timings?: Partial<PlayerTimings>;
}

export interface StartPlayerOptions extends PlayerOptions {
  readonly run: Run;
  readonly client: Client;
  /** Path of the real program. */
  readonly oras: string;
  readonly registry: StackRegistry;
}

/** A kill that waits for its victim. */
interface Ambush {
  readonly matches: (pod: Pod) => boolean;
  readonly container: string;
  readonly afterMs: number;
  readonly done: (pod: Pod) => void;
}

const STEP_MS = 50;
const TIMINGS: PlayerTimings = { backOffMs: { first: 500, most: 10_000 }, retryMs: 200, probeMs: 250 };

/**
 * Plays the kubelet for chosen pods (`isPlayed`) of kwok's nodes: their containers run as processes of this machine, so that their scripts,
 * files, ports and probes are real. Linux only: every pod has an address of its own in 127/8.
 */
export class Player {
  /** The stack's registry of images. */
  readonly registry: StackRegistry;
  /** What containers that download see of the web. */
  readonly web: StackWeb;
  readonly #context: PlayedPodContext;
  readonly #cache: Cache;
  readonly #nodes: Informer<Node>;
  readonly #end = new AbortController();
  readonly #ambushes = new Set<Ambush>();
  readonly #played = new Map<string, PlayedPod>();
  readonly #crashed = new Set<string>();
  readonly #root: string;
  readonly #logger: Logger;
  readonly #working: Promise<void>;

  private constructor(options: StartPlayerOptions, web: StackWeb) {
    const { run, client, oras, registry, env = {}, weights = true, stepMs = STEP_MS } = options;
    this.registry = registry;
    this.web = web;
    this.#root = join(run.dataDir, 'player');
    this.#logger = createLogger({ name: 'player', level: 'warn' });
    this.#cache = new Cache({ client, logger: this.#logger });
    this.#nodes = this.#cache.informer(nodes);
    this.#context = {
      client: this.#cache.client,
      pods: this.#cache.informer(pods),
      objects: clusterObjects(this.#cache),
      images: new ImageContents(this.#root, oras),
      logger: this.#logger,
      root: this.#root,
      timings: { ...TIMINGS, ...options.timings },
      env: container => ({
        STEP_MS: String(stepMs),
        ...(contentOf(container.image ?? '')?.kind !== 'kaito' && web.env),
        ...env,
      }),
      beforeStart: weights ? weightsOnDemand(registry) : () => Promise.resolve(),
      onStart: (pod, container, running) => this.#strike(pod, container.name, running),
      watch: (name, pid, marker) => run.watch(name, pid, marker),
      signal: this.#end.signal,
    };
    this.#listen();
    this.#working = this.#cache.start(this.#end.signal);
  }

  /** Starts to play; resolves when it knows what there is. */
  static async start(options: StartPlayerOptions & { readonly signal: AbortSignal }): Promise<Player> {
    if (process.platform !== 'linux') throw new Error('pods can be played on Linux only: leave the player out');
    const web = await StackWeb.start(join(options.run.dataDir, 'player'), options.registry.address);
    const player = new Player(options, web);
    await player.#cache.synced(options.signal);
    return player;
  }

  /**
   * Kills the run of a container, or of all of a pod, as `kill -9` would; what follows is up to the pod's policy.
   * @param reason what the status will say: `OOMKilled` as if its memory had run out; `Error` when absent
   * @throws RangeError when the pod is not played or has no such container; Error when nothing runs.
   */
  kill(pod: ObjectKey, container?: string, reason?: 'Error' | 'OOMKilled'): void {
    this.#of(pod).kill(container, reason);
  }

  /**
   * Kills the next run of a container as soon as it starts, or a while after.
   * @param matches which pods are meant
   * @param afterMs milliseconds between start and kill; a run that ends before has had luck
   * @returns the pod, when it was killed
   */
  killAtStart(matches: (pod: Pod) => boolean, container: string, afterMs = 0): Promise<Pod> {
    const { promise, resolve } = Promise.withResolvers<Pod>();
    this.#ambushes.add({ matches, container, afterMs, done: resolve });
    return promise;
  }

  /**
   * A node goes down without a word: its processes and the volumes that its pods do not share are gone, and nobody says so but the node's
   * condition, in time. Pods that come to it wait.
   */
  async crash(node: string): Promise<void> {
    this.#crashed.add(node);
    await this.#abandon(node);
    await this.#mark(node, 'true');
    const now = new Date().toISOString();
    const conditions = (this.#nodes.get(node)?.status?.conditions ?? []).map(condition =>
      condition.type === 'Ready'
        ? {
            ...condition,
            status: 'Unknown',
            reason: 'NodeStatusUnknown',
            message: 'Kubelet stopped posting node status.',
            lastTransitionTime: now,
          }
        : condition,
    );
    await ignoreNotFound(
      this.#context.client.patch(nodes, { name: node }, { status: { conditions } }, { subresource: 'status' }),
    );
  }

  /** A node that has crashed is back: its pods start anew, or have failed, as their policy says. */
  async recover(node: string): Promise<void> {
    this.#crashed.delete(node);
    await this.#mark(node, null);
    this.#observeAll();
  }

  /** The path on this machine that stands for a path in a container, such as `/mnt/results`. @throws RangeError when it is not played */
  path(pod: ObjectKey, container: string, inside: string): string {
    return this.#of(pod).path(container, inside);
  }

  /** The folder that stands for a PersistentVolumeClaim. It is there from the first pod on that mounts it. */
  claim(namespace: string, name: string): string {
    return claimFolder(this.#root, namespace, name);
  }

  /** The address on loopback where servers of a pod listen; its status shows another one. @throws RangeError when it is not played */
  address(pod: ObjectKey): string {
    return this.#of(pod).address.loopback;
  }

  /** Ends all processes, and says nothing of it. */
  async stop(): Promise<void> {
    this.#end.abort(new Error('the player ends'));
    await Promise.all([...this.#played.values()].map(played => played.abandon({ forget: false })));
    await this.#working;
    await this.web.stop();
    await rm(join(this.#root, 'pods'), { recursive: true, force: true });
  }

  #strike(pod: Pod, container: string, running: RunningContainer): void {
    for (const ambush of this.#ambushes) {
      if (ambush.container !== container || !ambush.matches(pod)) continue;
      this.#ambushes.delete(ambush);
      const kill = (): void => {
        running.kill();
        ambush.done(pod);
      };
      // On a busy machine a short step would be over before a timer.
      if (ambush.afterMs === 0) kill();
      else setTimeout(kill, ambush.afterMs);
    }
  }

  #listen(): void {
    this.#context.pods.onEvent(({ type, object }) => {
      if (type === 'deleted') this.#forget(object);
      else this.#observe(object);
    });
    this.#nodes.onEvent(({ type, object }) => {
      if (type === 'deleted') this.#detach(this.#lose(object.metadata.name));
      else if (type === 'added') this.#observeAll();
    });
    for (const resource of [configMaps, secrets]) {
      this.#cache.informer<Pod>(resource).onEvent(() => {
        for (const played of this.#played.values()) played.refresh();
      });
    }
  }

  #observeAll(): void {
    for (const pod of this.#context.pods.list()) this.#observe(pod);
  }

  #observe(pod: Pod): void {
    const { spec, status, metadata } = pod;
    const known = this.#played.get(uidOf(pod));
    if (known) {
      known.observe(pod);
      known.refresh();
      return;
    }
    if (!spec?.nodeName || !isPlayed(pod) || this.#crashed.has(spec.nodeName)) return;
    const images = placedContainers(spec).map(({ container }) => container.image ?? '');
    if (!images.every(image => this.#context.images.has(image))) return this.#detach(this.#leave(pod));
    const leaves = metadata.deletionTimestamp !== undefined;
    if (['Succeeded', 'Failed'].includes(status?.phase ?? '') && !leaves) return;
    const played = new PlayedPod(pod, spec, this.#context);
    this.#played.set(played.uid, played);
    if (leaves) played.observe(pod);
    void played.run();
  }

  /** Nothing stands for one of its images: kwok says that it runs, as of all other pods. */
  async #leave(pod: Pod): Promise<void> {
    await patchMetadata(this.#context.client, pods, pod, { annotations: { [LEFT_TO_KWOK]: 'true' } });
  }

  #forget(pod: Pod): void {
    const played = this.#played.get(uidOf(pod));
    if (!played) return;
    this.#detach(played.abandon({ forget: true }).then(() => void this.#played.delete(played.uid)));
  }

  /** Another machine may come under the name of one that is gone, and has its pods then. */
  async #lose(node: string): Promise<void> {
    await this.#abandon(node);
    if (this.#crashed.delete(node) && this.#nodes.get(node)) this.#observeAll();
  }

  async #abandon(node: string): Promise<void> {
    const lost = [...this.#played.values()].filter(({ nodeName }) => nodeName === node);
    await Promise.all(lost.map(played => played.abandon({ forget: false })));
    for (const { uid } of lost) this.#played.delete(uid);
  }

  async #mark(node: string, value: string | null): Promise<void> {
    const patch = { metadata: { annotations: { [CRASHED]: value } } };
    await ignoreNotFound(this.#context.client.patch(nodes, { name: node }, patch));
  }

  #of(key: ObjectKey): PlayedPod {
    const pod = this.#context.pods.get(cacheKey(key));
    const played = pod && this.#played.get(uidOf(pod));
    if (!played) throw new RangeError(`pod ${cacheKey(key)} is not played${pod ? '' : ': there is none'}`);
    return played;
  }

  /** Goes on by itself; what goes wrong is said. */
  #detach(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (!this.#end.signal.aborted) this.#logger.warn('A pod was not taken care of', { error });
    });
  }
}
