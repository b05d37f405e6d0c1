import { isDeepStrictEqual } from 'node:util';
import { isTrue, workspaceConditions as types, type Workspace, type WorkspaceStatus } from '@kaito/crds';
import { keyOf, type Clock } from '@kaito/kube';
import { isWaitingCause } from '@kaito/planner';

/** How long news may wait that only say what is being waited for, in milliseconds: most are out of date before that. */
const lastsMs = 2000;

/**
 * Paces writes of status. What was gained, lost or decided is written at once. What merely says how far something is waits until it has
 * lasted a while: a workspace that comes up quickly passes through a dozen such states, each of which would be a write.
 */
export class StatusPace {
  readonly #clock: Clock;
  /** Since when there are unwritten news, by workspace. */
  readonly #since = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds until the status is to be written; 0 is now. */
  waitMs(workspace: Workspace, status: WorkspaceStatus): number {
    const key = keyOf(workspace);
    const before = workspace.status;
    if (isUrgent(before, status) || isDeepStrictEqual(before, status)) {
      this.#since.delete(key);
      return 0;
    }
    const now = this.#clock.monotonic();
    const since = this.#since.get(key) ?? now;
    const left = since + lastsMs - now;
    if (left > 0) this.#since.set(key, since);
    else this.#since.delete(key);
    return Math.max(0, left);
  }

  /** A workspace that is no more. */
  forget(key: string): void {
    this.#since.delete(key);
  }
}

/** Steps on the way to `ResourceReady`, which follows within a moment: their gain is told with it. */
const steps: readonly string[] = [types.machineReady, types.nodeClaimReady, types.nodesReady];

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
