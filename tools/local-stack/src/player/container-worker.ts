import type { Clock } from '@kaito/kube';
import { messageOf } from '../error-text.ts';
import { endOf, type ContainerEnd, type ContainerRecord } from './container-record.ts';
import { MissingObjectError } from './objects.ts';
import type { PlacedContainer, PodSpec, Probe } from './pod-parts.ts';
import { probeLoop } from './probe-loop.ts';
import type { PodRuntime, RunningContainer } from './runtime.ts';
import { sleep } from './sleep.ts';

/** How long things take that a kubelet waits for, in milliseconds. */
export interface PlayerTimings {
  /** Before a container that has ended is started again: the first time, and at most; it doubles. A kubelet has 10 s and 5 min. */
  readonly backOffMs: { readonly first: number; readonly most: number };
  /** Between two looks for something that is missing. */
  readonly retryMs: number;
  /** Between two probes, and before the first, where what the probe says is longer. */
  readonly probeMs: number;
}

export interface ContainerWorkerOptions {
  readonly placed: PlacedContainer;
  readonly spec: PodSpec;
  /** What is known of it from before. */
  readonly before: ContainerRecord;
  readonly runtime: PodRuntime;
  readonly timings: PlayerTimings;
  readonly clock: Clock;
  /** After each change of its record. */
  readonly onChange: () => void;
}

/** One container through all of its runs. */
export class ContainerWorker {
  readonly placed: PlacedContainer;
  readonly #options: ContainerWorkerOptions;
  /** Aborted when no run may follow. */
  readonly #last = new AbortController();
  readonly #started = Promise.withResolvers<void>();
  #record: ContainerRecord;
  #running: RunningContainer | undefined;

  constructor(options: ContainerWorkerOptions) {
    this.#options = options;
    this.placed = options.placed;
    this.#record = options.before;
  }

  get record(): ContainerRecord {
    return this.#record;
  }

  /** Resolves when it has started for the first time, by its startup probe where it has one; or when it never will. */
  get started(): Promise<void> {
    return this.#started.promise;
  }

  /** Runs it as often as its policy says. @returns the end of the last run; undefined when there was none. */
  async run(): Promise<ContainerEnd | undefined> {
    const { timings, clock } = this.#options;
    let pauseMs = timings.backOffMs.first;
    while (!this.#last.signal.aborted) {
      const end = await this.#runOnce();
      if (!end || !this.#runsAgain(end)) break;
      const message = `back-off ${pauseMs} ms restarting failed container=${this.placed.container.name}`;
      this.#set({ state: { waiting: { reason: 'CrashLoopBackOff', message } }, lastEnd: end });
      await sleep(pauseMs, this.#last.signal, clock);
      if (this.#last.signal.aborted) this.#set({ state: { terminated: end } });
      else this.#set({ restartCount: this.#record.restartCount + 1 });
      pauseMs = Math.min(2 * pauseMs, timings.backOffMs.most);
    }
    this.#started.resolve();
    return endOf(this.#record);
  }

  /** It is not started again. Whether its present run is asked to end is up to `terminate`. */
  noMore(): void {
    this.#last.abort();
  }

  /** Asks the present run to end, after the hook for that. */
  async terminate(signal: AbortSignal): Promise<void> {
    this.noMore();
    const running = this.#running;
    if (!running) return;
    await this.#options.runtime.preStop(this.placed.container, signal);
    running.terminate();
  }

  /** Ends the present run at once; another may follow. @returns whether there was one */
  kill(reason?: 'Error' | 'OOMKilled'): boolean {
    this.#running?.kill(reason);
    return this.#running !== undefined;
  }

  async #runOnce(): Promise<ContainerEnd | undefined> {
    const running = await this.#start();
    if (!running) return undefined;
    this.#running = running;
    if (this.#last.signal.aborted) running.terminate(); // Stopped while it was starting.
    const { container } = this.placed;
    const over = new AbortController();
    const begun = !container.startupProbe;
    this.#set({
      state: { running: { startedAt: running.startedAt } },
      started: begun,
      ready: begun && !container.readinessProbe,
    });
    const probing = begun ? this.#begin(over.signal) : this.#awaitStartup(container.startupProbe, over);
    const end = await running.ended;
    this.#running = undefined;
    over.abort();
    await probing;
    this.#set({ state: { terminated: end }, started: false, ready: false });
    return end;
  }

  /** Tries until everything is there that its environment needs. @returns undefined when it is not wanted any more */
  async #start(): Promise<RunningContainer | undefined> {
    const { runtime, timings, clock } = this.#options;
    while (!this.#last.signal.aborted) {
      try {
        return await runtime.start(this.placed.container);
      } catch (error) {
        const reason = error instanceof MissingObjectError ? 'CreateContainerConfigError' : 'CreateContainerError';
        this.#set({ state: { waiting: { reason, message: messageOf(error) } } });
      }
      await sleep(timings.retryMs, this.#last.signal, clock);
    }
    return undefined;
  }

  async #awaitStartup(probe: Probe | undefined, over: AbortController): Promise<void> {
    if (!probe) return;
    const passed = new AbortController();
    await this.#probe(probe, AbortSignal.any([over.signal, passed.signal]), healthy => {
      if (healthy) passed.abort();
      else this.#running?.kill();
    });
    if (!passed.signal.aborted) return;
    this.#set({ started: true, ready: !this.placed.container.readinessProbe });
    await this.#begin(over.signal);
  }

  /** It has started: from now on it is asked whether it is ready and whether it lives. */
  async #begin(signal: AbortSignal): Promise<void> {
    this.#started.resolve();
    const { readinessProbe, livenessProbe } = this.placed.container;
    await Promise.all([
      readinessProbe && this.#probe(readinessProbe, signal, ready => this.#set({ ready })),
      // Asked too soon it would kill what only starts: its delay counts.
      livenessProbe && this.#probe(livenessProbe, signal, alive => alive || this.#running?.kill(), Infinity),
    ]);
  }

  #probe(
    probe: Probe,
    signal: AbortSignal,
    onVerdict: (healthy: boolean) => unknown,
    delayMs = this.#options.timings.probeMs,
  ): Promise<void> {
    const { runtime, timings, clock } = this.#options;
    const { container } = this.placed;
    const ask = (given: AbortSignal): Promise<boolean> => runtime.probe(container, probe, given);
    return probeLoop({ probe, ask, onVerdict, quickMs: timings.probeMs, delayMs, clock }, signal);
  }

  #runsAgain({ exitCode }: ContainerEnd): boolean {
    const { placed, spec } = this.#options;
    if (this.#last.signal.aborted) return false;
    if (placed.place === 'sidecar') return true;
    const policy = spec.restartPolicy ?? 'Always';
    if (policy === 'Never') return false;
    return exitCode !== 0 || (placed.place === 'main' && policy === 'Always');
  }

  #set(change: Partial<ContainerRecord>): void {
    this.#record = { ...this.#record, ...change };
    this.#options.onChange();
  }
}
