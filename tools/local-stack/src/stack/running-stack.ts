import type { EmulatorClient } from '@kaito/emulator';
import type { Client } from '@kaito/kube';
import type { AppProcess } from '../apps/app-process.ts';
import type { BinaryPaths } from '../binaries/ensure-binaries.ts';
import { runProgram } from '../binaries/run-program.ts';
import { writePodLogs } from '../control-plane/kwok.ts';
import type { Player } from '../player/player.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import type { Program, ProgramOptions } from '../processes/program.ts';
import type { Run } from './run.ts';
import type { Apps } from './start-apps.ts';

/** A process of a running stack. */
export interface StackProcess {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
}

/** A running stack; it ends with `stop()`, at the latest with this process. */
export interface LocalStack extends AsyncDisposable {
  /** Path of an administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** Path of a kubectl that fits. */
  readonly kubectlPath: string;
  /** Where logs and data are. */
  readonly dataDir: string;
  /** A client with the administrator's rights. */
  readonly client: Client;
  /** Admin client of the emulator. Reading it throws when the stack has none. */
  readonly emulator: EmulatorClient;
  /** Plays pods. Reading it throws when the stack has none. */
  readonly player: Player;
  /** The controllers. One that was left out of the components can still be started later, if what it needs is there. */
  readonly apps: { readonly provisioner: AppProcess; readonly workspace: AppProcess };
  /**
   * Runs kubectl against the stack.
   * @returns its standard output.
   * @throws CommandError with its standard error when it fails.
   */
  kubectl(...args: readonly string[]): Promise<string>;
  /**
   * Makes `text` the log of every container of every pod that kwok plays, or of the run before the present one.
   * It takes effect for those who read logs from then on.
   */
  writePodLogs(text: string, options?: { readonly previous?: boolean }): Promise<void>;
  /**
   * Starts a program of the caller's as a part of the stack: its output is in a log beside the others, and it ends with the stack.
   * @throws when it cannot be started, or when the stack is being stopped.
   */
  startProgram(options: Omit<ProgramOptions, 'logFile' | 'record'>): Promise<Program>;
  /** What is running now. */
  processes(): readonly StackProcess[];
  /** The last lines of every log, for messages. */
  dump(): string;
  /**
   * Ends everything, those first that need others: apps, kwok and friends, API server, etcd. Resolves when all are gone
   * and the data folder is removed, unless it is kept. Safe to call twice.
   */
  stop(): Promise<void>;
}

/** What a running stack consists of. */
export interface Parts {
  readonly run: Run;
  readonly controlPlane: ControlPlane;
  readonly client: Client;
  readonly apps: Apps;
  readonly karpenter: Program | undefined;
  readonly player: Player | undefined;
  readonly binaries: BinaryPaths;
}

/** A stack whose parts are all up. */
export class RunningStack implements LocalStack {
  readonly #parts: Parts;
  #stopping: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get kubeconfig(): string {
    return this.#parts.controlPlane.kubeconfig;
  }

  get kubectlPath(): string {
    return this.#parts.binaries('kubectl');
  }

  get dataDir(): string {
    return this.#parts.run.dataDir;
  }

  get client(): Client {
    return this.#parts.client;
  }

  get emulator(): EmulatorClient {
    const { emulator } = this.#parts.apps;
    if (!emulator) throw new Error('this stack has no emulator; start it with components.emulator');
    return emulator.client;
  }

  get player(): Player {
    const { player } = this.#parts;
    if (!player) throw new Error('this stack plays no pods; start it with the option player');
    return player;
  }

  get apps(): LocalStack['apps'] {
    return this.#parts.apps;
  }

  async kubectl(...args: readonly string[]): Promise<string> {
    return runProgram(this.kubectlPath, args, { env: { ...process.env, KUBECONFIG: this.kubeconfig } });
  }

  async writePodLogs(text: string, { previous = false } = {}): Promise<void> {
    await writePodLogs(this.#parts.run, text, previous);
  }

  startProgram(options: Omit<ProgramOptions, 'logFile' | 'record'>): Promise<Program> {
    return this.#parts.run.start(options);
  }

  processes(): readonly StackProcess[] {
    return this.#parts.run.running.map(({ name, pid, logFile }) => ({ name, pid, logFile }));
  }

  dump(): string {
    return this.#parts.run.dump();
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stop(): Promise<void> {
    const { run, controlPlane, client, apps, karpenter, player } = this.#parts;
    await Promise.all([apps.provisioner.stop(), apps.workspace.stop()]);
    await player?.stop();
    apps.emulator?.client.close();
    await client.close();
    const { controllerManager, scheduler, kwok, apiServer, etcd } = controlPlane;
    const clients = [apps.emulator?.program, karpenter, kwok, scheduler, controllerManager].filter(
      program => program !== undefined,
    );
    await run.stop([clients, [apiServer], [etcd]]);
    run.close();
  }
}
