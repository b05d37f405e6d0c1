import type { AppProcess, LocalStack, LocalStackOptions } from '@kaito/local-stack';
import type { Client } from '@kaito/kube';

/** Which parts of the stack a test needs, and how they are set. A part that is left out is started; see `Components`. */
export interface StackOptions extends Partial<NonNullable<LocalStackOptions['components']>> {
  /** Settings of the emulator from its start on; quick by default, so that tests do not wait for pretended machines. */
  readonly settings?: LocalStackOptions['emulator'];
  /** Runs the containers of trainings, and of servers with adapters, as processes; see `LocalStackOptions`. */
  readonly player?: LocalStackOptions['player'];
  /** Environment of the processes of our own, over what the stack gives them. */
  readonly env?: LocalStackOptions['env'];
}

/** A running stack, as tests use it. */
export interface TestStack
  extends
    Pick<LocalStack, 'kubeconfig' | 'dataDir' | 'kubectl' | 'writePodLogs' | 'processes' | 'stop'>,
    AsyncDisposable {
  /** A client with the administrator's rights. */
  readonly client: Client;
  readonly emulator: LocalStack['emulator'];
  /** Reading it throws when the stack was started without. */
  readonly player: LocalStack['player'];
  readonly provisioner: AppProcess;
  readonly workspace: AppProcess;
  /** The last lines of every log, for `eventually`'s failures. */
  readonly dump: () => string;
}

/** Pretended machines come and go at once in tests, unless they say otherwise. */
const QUICK: NonNullable<LocalStackOptions['emulator']> = {
  timings: { nodeRegisterMs: 100, operationMs: 300, gpuAppearMs: 50, deleteMs: 200, nodeRemoveMs: 100 },
};

const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 60_000;

/**
 * Starts a stack of its own for a test. Call `stop()` in `afterAll`, or let `useStack` do both; at the latest it ends
 * with the test runner's process.
 * @throws with the end of the log of what failed.
 */
export async function startStack({ settings, env, player, ...components }: StackOptions = {}): Promise<TestStack> {
  // Imported when it is needed: most tests want a builder from this package, and no control plane.
  const { startLocalStack } = await import('@kaito/local-stack');
  const timings = { ...QUICK.timings, ...settings?.timings };
  const stack = await startLocalStack({
    components,
    player,
    emulator: { ...settings, timings },
    ...(env ? { env } : {}),
  });
  return {
    kubeconfig: stack.kubeconfig,
    dataDir: stack.dataDir,
    client: stack.client,
    get emulator() {
      return stack.emulator;
    },
    get player() {
      return stack.player;
    },
    provisioner: stack.apps.provisioner,
    workspace: stack.apps.workspace,
    kubectl: (...args) => stack.kubectl(...args),
    writePodLogs: (text, options) => stack.writePodLogs(text, options),
    processes: () => stack.processes(),
    dump: () => stack.dump(),
    stop: () => stack.stop(),
    [Symbol.asyncDispose]: () => stack.stop(),
  };
}

/**
 * Starts a stack before the tests of a file or `describe` block and stops it after them, whatever they do. Call it where
 * tests are declared.
 * @returns a function that gives the stack, for use inside of tests and hooks.
 */
export function useStack(options: StackOptions = {}): () => TestStack {
  let stack: TestStack | undefined;
  beforeAll(async () => {
    stack = await startStack(options);
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    await stack?.stop();
  }, STOP_TIMEOUT_MS);
  return () => {
    if (!stack) throw new Error('the stack is not started yet: use it inside of a test or a hook');
    return stack;
  };
}
