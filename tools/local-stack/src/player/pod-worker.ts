import { untilAborted, type Clock } from '@kaito/kube';
import { messageOf } from '../error-text.ts';
import { endOf, isRunning, recordAfterLoss, type ContainerRecord } from './container-record.ts';
import { ContainerWorker, type PlayerTimings } from './container-worker.ts';
import { placedContainers, type PodSpec, type PodStatus } from './pod-parts.ts';
import type { PodRuntime } from './runtime.ts';
import { sleep } from './sleep.ts';

export interface PodWorkerOptions {
  readonly spec: PodSpec;
  /** The pod's status when it was taken on: one whose containers ran before has lost them with its node. */
  readonly before?: PodStatus | undefined;
  readonly runtime: PodRuntime;
  readonly timings: PlayerTimings;
  readonly clock: Clock;
  /** After each change of what `records` and `over` give. */
  readonly onChange: () => void;
}

const SECOND = 1_000;
/** Kubernetes' default for pods. */
const GRACE_SECONDS = 30;

/**
 * The life of one pod on its node, as a kubelet leads it: init containers one after the other, sidecars from their turn on, then the
 * containers all at once, and the sidecars' end after theirs (Kubernetes docs, "Pod Lifecycle" and "Sidecar Containers").
 */
export class PodWorker {
  readonly #options: PodWorkerOptions;
  readonly #containers: readonly ContainerWorker[];
  /** Aborted when the pod is to end. */
  readonly #stopping = new AbortController();
  /** Aborted when what still runs is killed. */
  readonly #killing = new AbortController();
  readonly #sidecars: { readonly worker: ContainerWorker; readonly run: Promise<unknown> }[] = [];
  #over = false;

  constructor(options: PodWorkerOptions) {
    this.#options = options;
    const { spec, before, runtime, timings, clock, onChange } = options;
    const statuses = [...(before?.initContainerStatuses ?? []), ...(before?.containerStatuses ?? [])];
    const now = new Date(clock.now()).toISOString();
    this.#containers = placedContainers(spec).map(placed => {
      const status = statuses.find(({ name }) => name === placed.container.name);
      return new ContainerWorker({
        placed,
        spec,
        before: recordAfterLoss(status, now),
        runtime,
        timings,
        clock,
        onChange,
      });
    });
    // What has run before and may not run again is over.
    this.#over = spec.restartPolicy === 'Never' && this.#containers.some(({ record }) => endOf(record) !== undefined);
  }

  get records(): ReadonlyMap<string, ContainerRecord> {
    return new Map(this.#containers.map(({ placed, record }) => [placed.container.name, record]));
  }

  /** Whether nothing is started any more. */
  get over(): boolean {
    return this.#over || this.#stopping.signal.aborted;
  }

  /** Resolves when all containers have ended for good. */
  async run(): Promise<void> {
    if (!this.over && (await this.#prepare())) {
      const initialised = await this.#runInitContainers();
      if (initialised) await Promise.all(this.#of('main').map(worker => worker.run()));
    }
    this.#over = true;
    await this.#endSidecars();
    this.#killing.abort();
    this.#options.onChange();
  }

  /**
   * Asks what runs to end, and kills what has not ended after the grace period. Called again with a shorter one it is that one which counts.
   * @param graceSeconds 0 kills at once
   */
  async stop(graceSeconds: number): Promise<void> {
    const asked = this.#stopping.signal.aborted;
    this.#stopping.abort();
    const { clock } = this.#options;
    const grace = sleep(graceSeconds * SECOND, this.#killing.signal, clock).then(() => this.kill());
    if (!asked) await Promise.all(this.#of('init', 'main').map(worker => worker.terminate(this.#killing.signal)));
    await grace;
  }

  /** Kills everything at once, and nothing is started again. */
  kill(): void {
    this.#stopping.abort();
    this.#killing.abort();
    for (const worker of this.#containers) {
      worker.noMore();
      worker.kill();
    }
  }

  /**
   * Kills the run of one container, or of all that run; what follows is up to the pod's policy.
   * @throws RangeError when there is no such container; Error when nothing runs.
   */
  killContainer(name?: string, reason?: 'Error' | 'OOMKilled'): void {
    const meant = this.#containers.filter(({ placed }) => name === undefined || placed.container.name === name);
    const names = [...this.records.keys()].join(', ');
    if (meant.length === 0) throw new RangeError(`there is no container ${name}: it is one of ${names}`);
    const killed = meant.filter(worker => isRunning(worker.record) && worker.kill(reason));
    if (killed.length === 0) throw new Error(`nothing runs to be killed: ${name ?? names}`);
  }

  #of(...places: readonly string[]): readonly ContainerWorker[] {
    return this.#containers.filter(({ placed }) => places.includes(placed.place));
  }

  /** @returns whether the volumes are there; false when the pod ends before */
  async #prepare(): Promise<boolean> {
    const { runtime, timings, clock, onChange } = this.#options;
    for (let last = ''; !this.over; await sleep(timings.retryMs, this.#stopping.signal, clock)) {
      try {
        runtime.prepare();
        return true;
      } catch (error) {
        const message = messageOf(error);
        if (message !== last) onChange(); // As a kubelet: the pod stays as it is; an Event would say why.
        last = message;
      }
    }
    return false;
  }

  async #runInitContainers(): Promise<boolean> {
    for (const worker of this.#of('init', 'sidecar')) {
      if (this.over) return false;
      if (worker.placed.place === 'sidecar') {
        this.#sidecars.push({ worker, run: worker.run() });
        await Promise.race([worker.started, untilAborted(this.#stopping.signal)]);
      } else if ((await worker.run())?.exitCode !== 0) {
        return false;
      }
    }
    return !this.over;
  }

  /** The last one first; all together they have the pod's grace period. */
  async #endSidecars(): Promise<void> {
    const { spec, clock } = this.#options;
    const ended = new AbortController();
    const graceMs = (spec.terminationGracePeriodSeconds ?? GRACE_SECONDS) * SECOND;
    const killLate = async (): Promise<void> => {
      await sleep(graceMs, AbortSignal.any([ended.signal, this.#killing.signal]), clock);
      for (const { worker } of this.#sidecars) worker.kill();
    };
    const grace = killLate();
    for (const { worker, run } of this.#sidecars.toReversed()) {
      await worker.terminate(this.#killing.signal);
      await run;
    }
    ended.abort();
    await grace;
  }
}
