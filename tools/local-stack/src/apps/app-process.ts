import type { Program } from '../processes/program.ts';
import { probe } from '../processes/probe.ts';
import { waitUntilUp } from '../processes/wait-until-up.ts';
import type { Environment } from '../stack/options.ts';
import { onFreePorts } from '../stack/ports.ts';
import type { Run } from '../stack/run.ts';
import { bundleOf, type AppName } from './bundle.ts';

export interface AppOptions {
  readonly run: Run;
  readonly app: AppName;
  /** Its environment but for its ports, read at each start; throws when it cannot be started. */
  readonly env: () => Environment;
}

export interface StartOptions {
  /** Changes of its environment, for this start and those that follow. */
  readonly env?: Environment;
  readonly signal?: AbortSignal | undefined;
}

const ANSWERS_WITHIN_MS = 20_000;
const READY_WITHIN_MS = 30_000;

/** A controller as a process of its own, which can be stopped, killed and started again; it keeps its ports and its log. */
export class AppProcess {
  readonly name: AppName;
  readonly #options: AppOptions;
  #env: Environment = {};
  #ports: readonly number[] | undefined;
  #program: Program | undefined;

  constructor(options: AppOptions) {
    this.name = options.app;
    this.#options = options;
  }

  /** Another process of the same app, not started yet, with ports of its own; it writes to the same log. */
  replica(): AppProcess {
    return new AppProcess(this.#options);
  }

  /** Its process id; `undefined` while it is not running. */
  get pid(): number | undefined {
    return this.#program?.running ? this.#program.pid : undefined;
  }

  get logFile(): string {
    return this.#options.run.logFile(this.name);
  }

  /** Answers 200 while the process is well. */
  get healthUrl(): string {
    return `http://${this.#host(0)}/healthz`;
  }

  /** Answers 200 when it is ready to work; otherwise the answer says what it waits for. */
  get readyUrl(): string {
    return `http://${this.#host(0)}/readyz`;
  }

  /** Its metrics in the Prometheus text format. */
  get metricsUrl(): string {
    return `http://${this.#host(1)}/metrics`;
  }

  /** Where the API server asks it about workspaces. */
  get webhookUrl(): string {
    return `https://${this.#host(2)}`;
  }

  /** Everything that it has printed since its first start. */
  logs(): string {
    return this.#program?.logs() ?? '';
  }

  /**
   * Starts it, and resolves when its health endpoint answers; whether it is ready is another question, see `ready`.
   * @throws with the end of its log when it ends or does not answer; when it is running already.
   */
  async start({ env = {}, signal }: StartOptions = {}): Promise<void> {
    if (this.pid !== undefined) throw new Error(`${this.name} is running already (pid ${this.pid})`);
    this.#env = { ...this.#env, ...env };
    const launch = async (ports: readonly number[]): Promise<void> => {
      this.#ports = ports;
      await this.#launch(signal);
    };
    await (this.#ports ? launch(this.#ports) : onFreePorts(3, launch));
  }

  /**
   * Resolves when it is ready.
   * @throws with what it waits for when it is not ready within 30 s, and at once when it ends.
   */
  async ready(signal?: AbortSignal): Promise<void> {
    const program = this.#program;
    if (!program) throw new Error(`${this.name} was not started`);
    const check = async (): Promise<true> => {
      const { status, body } = await probe(this.readyUrl, {}, signal);
      if (status !== 200) throw new Error(`/readyz answers ${status} ${body.trim()}`);
      return true;
    };
    await waitUntilUp([program], check, { timeoutMs: READY_WITHIN_MS, signal });
  }

  /** Asks it to end in good order, kills it when it takes longer than `graceMs` (10,000), and resolves when it is gone. */
  async stop({ graceMs = 10_000 }: { readonly graceMs?: number } = {}): Promise<void> {
    await this.#program?.stop({ graceMs });
  }

  /**
   * Sends a signal, SIGKILL by default, and resolves when the process has ended; one that only pauses it or wakes it
   * (SIGSTOP, SIGCONT) is sent and nothing is awaited. A controller that was killed leaves its lease behind, which the
   * next one respects for 15 s, unless it is started with `LEADER_ELECT: 'false'`.
   */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.#program?.kill(signal);
    if (signal === 'SIGSTOP' || signal === 'SIGCONT') return;
    await this.#program?.ended;
  }

  async #launch(signal: AbortSignal | undefined): Promise<void> {
    const { run, app, env } = this.#options;
    const [health, metrics, webhook] = (this.#ports ?? []).map(String);
    const program = await run.start({
      name: app,
      command: process.execPath,
      args: [bundleOf(app)],
      env: { HEALTH_PROBE_PORT: health, METRICS_PORT: metrics, WEBHOOK_PORT: webhook, ...env(), ...this.#env },
    });
    this.#program = program;
    const check = async (): Promise<true> => (await probe(this.healthUrl, {}, signal)) && true;
    await waitUntilUp([program], check, { timeoutMs: ANSWERS_WITHIN_MS, signal });
  }

  #host(index: number): string {
    const port = this.#ports?.[index];
    if (port === undefined) throw new Error(`${this.name} has no address: it was never started`);
    return `127.0.0.1:${port}`;
  }
}
