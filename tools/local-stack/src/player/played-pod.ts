import {
  isApiError,
  isConflict,
  isNotFound,
  keyOf,
  patchStatus,
  pods,
  systemClock,
  type Client,
  type Informer,
  type Logger,
  type Pod,
} from '@kaito/kube';
import { messageOf } from '../error-text.ts';
import { drawAddress } from './addresses.ts';
import type { PlayerTimings } from './container-worker.ts';
import type { ImageContents } from './image-contents.ts';
import { forgetAtKwok, tellKwok } from './kwok-kinds.ts';
import type { Objects } from './objects.ts';
import { PodFolders } from './pod-folders.ts';
import { placedContainers, uidOf, type Container, type PodSpec } from './pod-parts.ts';
import { podStatus } from './pod-status.ts';
import { PodWorker } from './pod-worker.ts';
import { ProcessRuntime } from './process-runtime.ts';
import type { RunningContainer } from './runtime.ts';
import { sleep } from './sleep.ts';

/** What all played pods share. */
export interface PlayedPodContext {
  readonly client: Client;
  readonly pods: Informer<Pod>;
  readonly objects: Objects;
  readonly images: ImageContents;
  readonly logger: Logger;
  /** The player's folder. */
  readonly root: string;
  readonly timings: PlayerTimings;
  /** Environment of a container, over its own. */
  readonly env: (container: Container) => Readonly<Record<string, string>>;
  readonly beforeStart: (env: Readonly<Record<string, string>>) => Promise<void>;
  /** Called when a container has just started. */
  readonly onStart: (pod: Pod, container: Container, running: RunningContainer) => void;
  readonly watch: (name: string, pid: number, marker: string) => () => void;
  /** Aborted when the player ends. */
  readonly signal: AbortSignal;
}

const RETRY_MS = 200;

/** A pod whose containers run as processes: what a kubelet does for one pod, from binding to removal. */
export class PlayedPod {
  readonly uid: string;
  readonly folders: PodFolders;
  readonly address = drawAddress();
  readonly #context: PlayedPodContext;
  readonly #spec: PodSpec;
  readonly #runtime: ProcessRuntime;
  readonly #worker: PodWorker;
  /** The latest that is known of it. */
  #pod: Pod;
  #dirty = false;
  #writing: Promise<void> | undefined;
  /** Nothing is said of it any more: its node or its object is gone. */
  #abandoned = false;
  #ended: Promise<void> = Promise.resolve();

  constructor(pod: Pod, spec: PodSpec, context: PlayedPodContext) {
    this.uid = uidOf(pod);
    this.#pod = pod;
    this.#spec = spec;
    this.#context = context;
    this.folders = new PodFolders(context.root, pod);
    const { objects, images, env, beforeStart, onStart, watch, timings } = context;
    this.#runtime = new ProcessRuntime({
      pod,
      current: () => this.#pod,
      folders: this.folders,
      objects,
      images,
      address: this.address.loopback,
      env,
      beforeStart,
      onStart: (container, running) => onStart(this.#pod, container, running),
      watch: (pid, marker) => watch(`pod ${keyOf(pod)}`, pid, marker),
    });
    const onChange = (): void => this.#report();
    this.#worker = new PodWorker({
      spec,
      before: pod.status,
      runtime: this.#runtime,
      timings,
      clock: systemClock,
      onChange,
    });
  }

  get nodeName(): string {
    return this.#spec.nodeName ?? '';
  }

  /** Starts it; resolves when it is over and everything about it has been said. Never fails. */
  run(): Promise<void> {
    this.#ended = this.#run();
    return this.#ended;
  }

  /** Takes notice of what has become of the object. */
  observe(pod: Pod): void {
    this.#pod = pod;
    if (pod.metadata.deletionTimestamp === undefined) return;
    void this.#worker.stop(pod.metadata.deletionGracePeriodSeconds ?? 0);
  }

  /** Brings volumes up to date. What is missing now was there before: the files stay. */
  refresh(): void {
    try {
      if (!this.#worker.over) this.#runtime.refresh();
    } catch (error) {
      this.#context.logger.debug('A volume stays as it is', { pod: keyOf(this.#pod), error: messageOf(error) });
    }
  }

  /** Kills the run of one container, or of all. @throws RangeError, Error as `PodWorker.killContainer` */
  kill(container?: string, reason?: 'Error' | 'OOMKilled'): void {
    this.#worker.killContainer(container, reason);
  }

  /** The path on this machine of a path in one of its containers. @throws RangeError when there is no such container */
  path(container: string, inside: string): string {
    return this.#runtime.paths(this.#container(container)).toMachine(inside);
  }

  /** Kills everything, and says nothing of it. */
  async abandon({ forget }: { readonly forget: boolean }): Promise<void> {
    this.#abandoned = true;
    this.#worker.kill();
    await this.#ended;
    if (!forget) return this.folders.dropVolumes();
    this.folders.remove();
    const { client, signal, logger } = this.#context;
    await forgetAtKwok(client, this.#pod, signal).catch((error: unknown) => {
      if (!signal.aborted) logger.warn('Kwok still knows a pod that is gone', { pod: keyOf(this.#pod), error });
    });
  }

  async #run(): Promise<void> {
    const { client, signal, logger } = this.#context;
    try {
      const { loopback: address } = this.address;
      const ports = this.#runtime.ports;
      const logOf = (name: string): ReturnType<ProcessRuntime['log']> => this.#runtime.log(this.#container(name));
      await tellKwok(client, this.#pod, { address, ports, logOf }, signal);
      this.#report();
      await this.#worker.run();
      await this.#settle();
    } catch (error) {
      if (!this.#abandoned && !signal.aborted)
        logger.error('A pod is not played any more', { pod: keyOf(this.#pod), error });
    }
  }

  /** Its containers have ended for good. */
  async #settle(): Promise<void> {
    await this.#writing;
    if (this.#abandoned) return;
    this.folders.dropVolumes();
    const { client, signal } = this.#context;
    while (this.#current().metadata.deletionTimestamp === undefined) {
      if (this.#abandoned || signal.aborted) return;
      await sleep(RETRY_MS, signal, systemClock);
    }
    const { uid } = this;
    await client.delete(pods, this.#pod.metadata, { uid, gracePeriodSeconds: 0, signal }).catch((error: unknown) => {
      if (!isNotFound(error) && !isConflict(error)) throw error;
    });
  }

  #container(name: string): Container {
    const found = placedContainers(this.#spec).find(({ container }) => container.name === name);
    if (!found) throw new RangeError(`pod ${keyOf(this.#pod)} has no container ${name}`);
    return found.container;
  }

  /** Writes the status soon; several changes become one write. */
  #report(): void {
    this.#dirty = true;
    this.#writing ??= this.#write().finally(() => (this.#writing = undefined));
  }

  async #write(): Promise<void> {
    const { client, signal, logger } = this.#context;
    while (this.#dirty && !this.#abandoned && !signal.aborted) {
      this.#dirty = false;
      const pod = this.#current();
      const { records, over } = this.#worker;
      const facts = { records, over, address: this.address, now: new Date().toISOString() };
      try {
        await patchStatus(client, pods, pod, podStatus(this.#spec, pod.status, facts), { signal });
      } catch (error) {
        if (isNotFound(error) || signal.aborted) return;
        this.#dirty = true;
        if (!isConflict(error)) logger.warn('The status of a pod could not be written', { pod: keyOf(pod), error });
        if (isApiError(error) && !isConflict(error)) await sleep(RETRY_MS, signal, systemClock);
        await this.#reread();
      }
    }
  }

  /** The newest state of the object that is known; another pod of the same name is not it. */
  #current(): Pod {
    const known = this.#context.pods.get(keyOf(this.#pod));
    if (known && uidOf(known) === this.uid) this.#pod = known;
    return this.#pod;
  }

  async #reread(): Promise<void> {
    const { client, signal } = this.#context;
    const pod = await client.get(pods, this.#pod.metadata, { signal }).catch((error: unknown) => {
      if (isNotFound(error)) this.#abandoned = true;
      return undefined;
    });
    if (pod && uidOf(pod) === this.uid) this.#pod = pod;
  }
}
