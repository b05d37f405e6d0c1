import { finalizers, workspaces, type Workspace, type WorkspaceStatus } from '@kaito/crds';
import {
  ensureFinalizer,
  ignoreNotFound,
  isInvalid,
  patchStatus,
  TerminalError,
  type Clock,
  type Client,
  type EventRecorder,
  type ReconcileContext,
  type Result,
} from '@kaito/kube';
import type { Plan } from '@kaito/planner';
import type { ClaimKind } from '../../claims/claim-kind.ts';
import { RecreationBackoff } from '../../claims/recreation-backoff.ts';
import { derivedNames, ensureClaims } from './claims.ts';
import { claimCreated, claimCreationFailed, statusEvents } from './events.ts';
import { stepFailure, type Step, type StepFailure } from './failure.ts';
import type { Informers } from './informers.ts';
import { nodeProgress } from './nodes.ts';
import { observe } from './observe.ts';
import { decide, type Decision } from './plan.ts';
import { ensureService } from './services.ts';
import { deletingStatus, workspaceStatus } from './status.ts';
import { terminate } from './termination.ts';
import { ensureWorkload, isWorkloadDue } from './workload.ts';

export interface ReconcilerOptions {
  /** Its writes show in the informers at once. */
  readonly client: Client;
  readonly informers: Informers;
  readonly events: EventRecorder;
  readonly clock: Clock;
  /** The kind of claim to make for new nodes. */
  readonly claimKind: ClaimKind;
  /** Where the preset images are. */
  readonly registry: string;
}

/** What the steps of a pass came to. */
interface Outcome {
  readonly failure?: StepFailure | undefined;
  readonly lookAgainMs: number;
}

/** How soon to ask again for claims that the API server lists and the cache does not. */
const cacheLagMs = 1000;

/** Brings one workspace a step nearer to what it asks for: observe, decide, act, and write down once how far it is. */
export class WorkspaceReconciler {
  readonly #options: ReconcilerOptions;
  readonly #backoff: RecreationBackoff;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    this.#backoff = new RecreationBackoff(options.clock);
  }

  /**
   * One pass for the workspace with this key.
   * @throws whatever a step threw, so that the queue tries again with growing pauses
   */
  async reconcile(key: string, context: ReconcileContext): Promise<Result | void> {
    const workspace = this.#options.informers.workspaces.get(key);
    if (!workspace) return;
    return workspace.metadata.deletionTimestamp
      ? this.#terminate(workspace, context)
      : this.#converge(workspace, context);
  }

  async #converge(workspace: Workspace, context: ReconcileContext): Promise<Result | void> {
    const decision = decide(observe(this.#options.informers, workspace));
    if (!decision.plan) {
      await this.#writeStatus(workspace, decision, undefined, context);
      return;
    }
    const owned = await this.#ensureFinalizer(workspace, context);
    if (!owned) return;
    const { failure, lookAgainMs } = await this.#act(owned, decision.plan, context);
    context.signal.throwIfAborted();
    await this.#writeStatus(owned, decision, failure, context);
    if (failure) throwFailure(failure);
    if (lookAgainMs > 0) return { requeueAfterMs: lookAgainMs };
  }

  /** The finalizer stands before the first claim does: a claim that nobody would take down again must not exist. */
  #ensureFinalizer(workspace: Workspace, { signal }: ReconcileContext): Promise<Workspace | undefined> {
    return ensureFinalizer(this.#options.client, workspaces, workspace, finalizers.workspace, { signal });
  }

  async #act(workspace: Workspace, plan: Plan, context: ReconcileContext): Promise<Outcome> {
    const { client, informers, registry } = this.#options;
    const tools = { client, informers, registry, signal: context.signal };
    const before = observe(informers, workspace);
    let lookAgainMs = 0;
    const failures = await Promise.all([
      attempt('claims', async () => {
        lookAgainMs = await ensureClaims(workspace, plan, before.claims, this.#claimTools(workspace, context));
      }),
      attempt('service', () => ensureService(workspace, plan, tools)),
      attempt('workload', async () => {
        const isDue = isWorkloadDue(nodeProgress(before.nodes, plan), before.deployment);
        if (isDue) await ensureWorkload(workspace, plan, tools);
      }),
    ]);
    const failure = failures.find(result => result !== undefined);
    return { failure, lookAgainMs };
  }

  #claimTools(workspace: Workspace, { signal, logger }: ReconcileContext): Parameters<typeof ensureClaims>[3] {
    const { client, claimKind, events } = this.#options;
    const onCreated = (name: string): void => {
      logger.info('Created claim', { claim: name, claimKind: claimKind.resource.kind });
      events.record(workspace, claimCreated(claimKind, name));
    };
    return { client, kind: claimKind, backoff: this.#backoff, signal, onCreated };
  }

  async #terminate(workspace: Workspace, context: ReconcileContext): Promise<Result | void> {
    if (!workspace.metadata.finalizers?.includes(finalizers.workspace)) return;
    const { client, informers, clock } = this.#options;
    const { signal, logger } = context;
    const observed = observe(informers, workspace);
    const kinds = informers.claims.map(({ kind }) => kind);
    const left = await terminate(observed, { client, kinds, signal, logger });
    if (left.length === 0) {
      this.#backoff.forget(derivedNames(workspace, workspace.status?.targetNodeCount ?? 0));
      return;
    }
    const status = deletingStatus(observed, `waiting for ${left.join(', ')} to go`, clock.now());
    await patchStatus(client, workspaces, workspace, status, { signal });
    // The cache does not know of what is left, so no watch will tell when it goes.
    if (observed.claims.length === 0) return { requeueAfterMs: cacheLagMs };
  }

  async #writeStatus(
    workspace: Workspace,
    decision: Decision,
    failure: StepFailure | undefined,
    { signal, logger }: ReconcileContext,
  ): Promise<void> {
    const { client, informers, events, claimKind, clock } = this.#options;
    const observed = observe(informers, workspace);
    const status: WorkspaceStatus = workspaceStatus({ observed, decision, claimKind, failure }, clock.now());
    // Gone meanwhile: nobody is left to tell.
    const written = await ignoreNotFound(patchStatus(client, workspaces, workspace, status, { signal }));
    if (!written) return;
    if (failure?.step === 'claims') events.record(workspace, claimCreationFailed(claimKind, failure.message));
    for (const event of statusEvents(workspace, status, decision)) {
      logger.info('Workspace changed', { reason: event.reason, detail: event.message });
      events.record(workspace, event);
    }
  }
}

async function attempt(step: Step, run: () => Promise<void>): Promise<StepFailure | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return stepFailure(step, error);
  }
}

/** Hands a failure to the queue: one that trying again cannot help ends the tries until something changes. */
function throwFailure({ step, reason, message, error }: StepFailure): never {
  if (isInvalid(error)) throw new TerminalError(`ensuring ${step}: ${reason}: ${message}`, { cause: error });
  throw error;
}
