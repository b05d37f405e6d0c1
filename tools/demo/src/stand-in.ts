import { workspaces, type Workspace } from '@kaito/crds';
import { messageOf, probe, waitUntilUp, type LocalStack } from '@kaito/local-stack';
import { serverProgram, STAND_IN, type StandInFiles } from '@kaito/stand-in-model';
import { askCommands, askWorkspace } from './ask-workspace.ts';
import { kubectlCommand } from './next-steps.ts';

/** Loading takes a second on an idle machine; on one that is building something at the same time, many. */
const UP_WITHIN_MS = 120_000;
const ANSWER_WITHIN_MS = 120_000;

export interface StandInOptions {
  /** Its files, or why there are none. */
  readonly model: StandInFiles | string;
  /** Where the stack leads those who ask a pod. */
  readonly port: number;
  /** Servers that get adapters are played: they answer for themselves. */
  readonly plays: boolean;
  readonly signal: AbortSignal;
}

/** The small model that answers for the pods of the stack, as a process of it. Without it the demo goes on. */
export class StandIn {
  readonly #stack: LocalStack;
  readonly #signal: AbortSignal;
  readonly #plays: boolean;
  /** Why nothing answers; undefined when it does. */
  readonly #trouble: Promise<string | undefined>;

  /** It is started at once. */
  constructor(stack: LocalStack, { model, port, plays, signal }: StandInOptions) {
    this.#plays = plays;
    this.#stack = stack;
    this.#signal = signal;
    this.#trouble =
      typeof model === 'string'
        ? Promise.resolve(model)
        : this.#start({ ...model, port }).then(() => undefined, messageOf);
  }

  /** What a user types to ask the workspace, and what it answers; or why nothing does. */
  async conversation({ metadata, inference }: Workspace): Promise<string> {
    const played = inference?.adapters !== undefined && this.#plays;
    const trouble = played ? undefined : await this.#trouble;
    if (trouble !== undefined) return `No model answers here: ${trouble}`;
    const { name, namespace = 'default' } = metadata;
    const workspace = await this.#stack.client.get(workspaces, { name, namespace }, { signal: this.#signal });
    const signal = AbortSignal.any([this.#signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
    const said = await askWorkspace(this.#stack, workspace, signal).catch((error: unknown) => {
      this.#signal.throwIfAborted();
      return `No model answers here: ${messageOf(error)}`;
    });
    const commands = askCommands(workspace, kubectlCommand(this.#stack)).map(command => `$ ${command}`);
    const who = played ? 'A stand-in for the server, which has no model and says what it was asked' : STAND_IN;
    return [...commands, said, `(${who}: it stands in for the one in the pod.)`].join('\n');
  }

  async #start(options: StandInFiles & { readonly port: number }): Promise<void> {
    const program = await this.#stack.startProgram({
      name: 'stand-in-model',
      command: process.execPath,
      args: serverProgram(options),
    });
    const healthy = async (): Promise<true | undefined> => {
      const { status } = await probe(`http://127.0.0.1:${options.port}/health`, {}, this.#signal);
      return status === 200 || undefined;
    };
    await waitUntilUp([program], healthy, { timeoutMs: UP_WITHIN_MS, intervalMs: 200, signal: this.#signal });
  }
}
