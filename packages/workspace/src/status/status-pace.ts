import { isDeepStrictEqual } from 'node:util';
import { isTrue, workspaceConditions as types, type Workspace, type WorkspaceStatus } from '@kaito/crds';
import { keyOf, type Clock } from '@kaito/kube';
import { isWaitingCause } from '@kaito/planner';

/** How long news may wait that only say what is being waited for, in milliseconds: most are out of date before that. */
const lastsMs = 2000;
/**
 * How far apart such writes of all workspaces together are, in milliseconds. Each costs the API server up to 10 ms: however many workspaces
 * start at once and however slow that makes each, what is told of it must not slow them down further.
 */
const spacingMs = 100;

/**
 * Paces writes of status. What was gained, lost or decided is written at once. What merely says how far something is waits until it has
 * lasted a while: a workspace that comes up quickly passes through a dozen such states, each of which would be a write. Where many have
 * something to say they take turns.
 */
export class StatusPace {
  readonly #clock: Clock;
  /** When unwritten news are to be written, by workspace. Times are of the clock's `monotonic`. */
  readonly #due = new Map<string, number>();
  /** The latest turn that was given. */
  #lastTurn = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds until the status is to be written; 0 is now. */
  waitMs(workspace: Workspace, status: WorkspaceStatus): number {
    const key = keyOf(workspace);
    const before = workspace.status;
    if (isUrgent(before, status) || isDeepStrictEqual(before, status)) {
      this.forget(key);
      return 0;
    }
    const now = this.#clock.monotonic();
    const left = (this.#due.get(key) ?? this.#turn(key, now)) - now;
    if (left <= 0) this.forget(key);
    return Math.max(0, left);
  }

  /** A workspace that is no more. */
  forget(key: string): void {
    this.#due.delete(key);
    // Turns that nobody needed any more are not waited for.
    if (this.#due.size === 0) this.#lastTurn = 0;
  }

  #turn(key: string, now: number): number {
    this.#lastTurn = Math.max(now + lastsMs, this.#lastTurn + spacingMs);
    this.#due.set(key, this.#lastTurn);
    return this.#lastTurn;
  }
}

/**
 * Steps on the way to `ResourceReady`, or to being gone, which follow within a moment: their gain is told with it, or not any more. That
 * it is to be deleted says the workspace's metadata.
 */
const steps: readonly string[] = [types.machineReady, types.nodeClaimReady, types.nodesReady, types.deleting];

function isUrgent(before: WorkspaceStatus | undefined, after: WorkspaceStatus): boolean {
  if (!isDeepStrictEqual(turning(before), turning(after)) || losesStep(before, after)) return true;
  const cause = after.diagnosis?.cause;
  return cause !== before?.diagnosis?.cause && cause !== undefined && !isWaitingCause(cause);
}

function losesStep(before: WorkspaceStatus | undefined, after: WorkspaceStatus): boolean {
  return steps.some(type => isTrue({ status: before ?? {} }, type) && !isTrue({ status: after }, type));
}

/** What is told at once. */
function turning(status: WorkspaceStatus | undefined): unknown {
  const conditions = (status?.conditions ?? [])
    .filter(({ type }) => !steps.includes(type))
    .map(({ type, status: value }) => [type, value]);
  const { state, plan, revision, lastChange, targetNodeCount } = status ?? {};
  return { conditions, state, plan, revision, lastChange, targetNodeCount, ready: status?.startup?.readyAt ?? '' };
}
