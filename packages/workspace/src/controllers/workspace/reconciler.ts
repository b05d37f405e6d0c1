import { finalizers, workspaces, type Workspace, type WorkspaceStatus } from '@kaito/crds';
import {
  ensureFinalizer,
  ignoreNotFound,
  keyOf,
  patchStatus,
  type Client,
  type Clock,
  type EventRecorder,
  type ReconcileContext,
  type Result,
} from '@kaito/kube';
import type { Plan } from '@kaito/planner';
import type { PlanningSettings } from '../../admission/facts.ts';
import type { WorkspaceMetrics } from '../../metrics/workspace-metrics.ts';
import type { Observed } from '../../observed.ts';
import { byWorkspace, type Informers } from '../../observe/informers.ts';
import { lacksToken } from '../../observe/missing-inputs.ts';
import { observe, podsOf } from '../../observe/observe.ts';
import { trainerSources } from '../../observe/training-reports.ts';
import type { LogReports, WatchedSource } from '../../observe/log-reports.ts';
import { warningsHoldMs } from '../../observe/warning-events.ts';
import type { Provisioning } from '../../provisioning/provisioning.ts';
import { soonest } from '../../provisioning/look-again.ts';
import { msToDeadline } from '../../provisioning/next-rung.ts';
import { loadsLive } from '../../render/adapters/live-adapters.ts';
import type { RenderSettings } from '../../render/render-input.ts';
import { adapterSources } from '../../status/adapter-status.ts';
import { statusEvents } from '../../status/events.ts';
import { hasEnded } from '../../status/tuning/ended.ts';
import { isHeldUp } from '../../status/warning-sources.ts';
import type { StatusInput } from '../../status/status-input.ts';
import { StatusPace } from '../../status/status-pace.ts';
import { deletingStatus, workspaceStatus } from '../../status/workspace-status.ts';
import { ServiceWriter } from '../../workload/service-writer.ts';
import { Actor, type Outcome } from './act.ts';
import { decide, type Decision } from './decide.ts';
import { throwFailure } from './failure.ts';
import { lastChange } from './last-change.ts';
import type { Look } from './look.ts';
import { takeDownLost, type LostWorkspaces } from './lost-workspaces.ts';
import { keepWhatServes, rehearsed } from './refine.ts';
import { terminate } from './terminate.ts';

export interface ReconcilerOptions {
  /** Its writes show in the informers at once. */
  readonly client: Client;
  readonly informers: Informers;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly provisioning: Provisioning;
  readonly look: Look;
  readonly reports: Pick<LogReports, 'watch'>;
  readonly planning: PlanningSettings;
  readonly rendering: RenderSettings;
  readonly statusMetrics: WorkspaceMetrics;
}

/** How soon to ask again for claims that the API server lists and the cache does not. */
const cacheLagMs = 1000;
/** For what is to be taken down: nothing has to be known of it but what the caches have. */
const nothingLookedAt = { model: undefined, secrets: [], logTail: undefined, warnings: [] };
/** How soon to look again for a Secret that is missing: nobody tells when it comes. */
const secretMs = 10_000;

/** Brings one workspace a step nearer to what it asks for: observe, decide, act, and write down once how far it is. */
export class WorkspaceReconciler {
  readonly #options: ReconcilerOptions;
  readonly #actor: Actor;
  readonly #pace: StatusPace;
  readonly #lost: LostWorkspaces;

  /** @param wake has a workspace looked at again */
  constructor(options: ReconcilerOptions, lost: LostWorkspaces, wake: (key: string) => void) {
    this.#options = options;
    this.#lost = lost;
    const { client, clock, informers } = options;
    this.#pace = new StatusPace(clock);
    const isWanted = ({ workspace: { metadata } }: Observed): boolean => {
      const now = informers.workspaces.get(keyOf({ metadata }))?.metadata;
      return now?.uid === metadata.uid && now?.deletionTimestamp === undefined;
    };
    const services = new ServiceWriter({ client, informer: informers.services, isWanted, wake });
    this.#actor = new Actor({ ...options, services });
  }

  /**
   * One pass for the workspace with this key.
   * @throws whatever a step threw, so that the queue tries again with growing pauses
   */
  async reconcile(key: string, context: ReconcileContext): Promise<Result | void> {
    const workspace = this.#options.informers.workspaces.get(key);
    if (!workspace) return this.#leave(key, context);
    this.#lost.settle(key);
    return workspace.metadata.deletionTimestamp
      ? this.#terminate(workspace, context)
      : this.#converge(workspace, context);
  }

  async #converge(workspace: Workspace, context: ReconcileContext): Promise<Result | void> {
    const { informers, look, provisioning } = this.#options;
    const key = keyOf(workspace);
    const pods = podsOf(informers, workspace);
    const workload = { pods, statefulSet: informers.statefulSets.get(key), service: informers.services.get(key) };
    const looked = await look.at(workspace, workload, context.signal);
    const observed = observe(informers, workspace, { mode: provisioning.mode, looked });
    const decision = await this.#decide(observed, context);
    const { target } = decision;
    if (!target) {
      const heldMs = await this.#writeStatus(observed, decision, { lookAgainMs: 0 }, context);
      return lookAgain(heldMs, isSecretMissing(observed) ? secretMs : 0);
    }
    // The finalizer stands before the first claim does: a claim that nobody would take down again must not exist.
    const options = { signal: context.signal };
    const owned = await ensureFinalizer(this.#options.client, workspaces, workspace, finalizers.workspace, options);
    if (!owned) return;
    const wanted = { ...observed, workspace: target.workspace };
    const outcome = await this.#actor.act(wanted, decision, target, this.#tools(context));
    context.signal.throwIfAborted();
    const after = observe(informers, owned, { mode: provisioning.mode, looked });
    this.#options.reports.watch(key, reportSources(after, target.plan));
    const heldMs = await this.#writeStatus(after, decision, outcome, context);
    if (outcome.failure) throwFailure(outcome.failure);
    return lookAgain(heldMs, outcome.lookAgainMs, ...this.#waits(wanted, target.plan));
  }

  /** What was decided, after a look at what only the rendered workload tells. */
  async #decide(observed: Observed, { signal }: ReconcileContext): Promise<Decision> {
    const { client, informers, provisioning, planning, clock } = this.#options;
    const revisions = informers.revisions.byIndex(byWorkspace, keyOf(observed.workspace));
    const decided = decide(observed, revisions, { provisioning, settings: planning, now: clock.now() });
    const kept = keepWhatServes(observed, decided, target => this.#actor.statefulSet(observed, target));
    const tools = { client, mode: provisioning.mode, signal };
    return rehearsed(observed, kept, target => this.#actor.workload(observed, target), tools);
  }

  /** Milliseconds until something is due that no watch tells. */
  #waits(observed: Observed, plan: Plan): readonly number[] {
    const { informers, clock } = this.#options;
    const key = keyOf(observed.workspace);
    // Whether nodes are ready, and a training has ended, stands in the status, which was just written.
    const workspace = informers.workspaces.get(key) ?? observed.workspace;
    // The nodes of a training are given back by the pass after the one that wrote down how it ended.
    if (hasEnded({ workspace }, plan)) return hasEnded(observed, plan) ? [] : [1];
    const now = {
      workspace,
      statefulSet: informers.statefulSets.get(key),
      service: informers.services.get(key),
      pods: informers.pods.byIndex(byWorkspace, key),
    };
    return [
      msToDeadline(observed, plan, clock.now()),
      isSecretMissing(observed) ? secretMs : 0,
      isHeldUp(now) ? warningsHoldMs : 0,
    ];
  }

  #loadsLive(plan: Plan | undefined): boolean {
    return plan?.job === 'inference' && loadsLive(plan, this.#options.rendering);
  }

  #tools({ signal, logger }: ReconcileContext): Parameters<Provisioning['ensure']>[2] {
    const { client, clock, events } = this.#options;
    return { client, clock, events, logger, signal };
  }

  /** Of a workspace that is gone nothing is to be done, unless it went past the finalizer. */
  async #leave(key: string, context: ReconcileContext): Promise<Result | void> {
    const lost = this.#lost.of(key);
    this.#options.reports.watch(key, []);
    if (!lost) return this.#pace.forget(key);
    const { informers, provisioning } = this.#options;
    const observed = observe(informers, lost, { mode: provisioning.mode, looked: nothingLookedAt });
    const left = await takeDownLost(observed, provisioning, this.#tools(context));
    if (left.length > 0) return observed.claims.length === 0 ? { requeueAfterMs: cacheLagMs } : undefined;
    this.#lost.settle(key);
    this.#pace.forget(key);
  }

  async #terminate(workspace: Workspace, context: ReconcileContext): Promise<Result | void> {
    if (!workspace.metadata.finalizers?.includes(finalizers.workspace)) return;
    const { client, informers, clock, provisioning } = this.#options;
    const { signal } = context;
    await provisioning.beforeTakeDown?.(this.#tools(context));
    const observed = observe(informers, workspace, { mode: provisioning.mode, looked: nothingLookedAt });
    const left = await terminate(observed, provisioning, this.#tools(context));
    if (left.length === 0) return;
    const status = deletingStatus(observed, `waiting for ${left.join(', ')} to go`, clock.now());
    const heldMs = this.#pace.waitMs(workspace, status);
    if (heldMs === 0) await patchStatus(client, workspaces, workspace, status, { signal });
    // The cache does not know of what is left, so no watch will tell when it goes.
    return lookAgain(heldMs, observed.claims.length === 0 ? cacheLagMs : 0);
  }

  /** The status after the steps of a pass. */
  #statusOf(observed: Observed, decision: Decision, { failure, rollout }: Outcome): WorkspaceStatus {
    const { provisioning, clock } = this.#options;
    const { result, target } = decision;
    const now = clock.now();
    const input = {
      observed,
      result,
      kept: result.ok ? undefined : target?.plan,
      ladder: target?.ladder,
      provisioning,
      claims: target && provisioning.verdict({ ...observed, workspace: target.workspace }, target.plan),
      rollout,
      failure,
      revision: this.#revisionOf(observed, decision, rollout, now),
    };
    return workspaceStatus(input, now);
  }

  /** An edit that is refused is none that runs: it has no number, and what is shown stays. */
  #revisionOf(
    { workspace }: Observed,
    { result, target, revision, data }: Decision,
    rollout: Outcome['rollout'],
    now: number,
  ): StatusInput['revision'] {
    if (!result.ok && revision.write) return undefined;
    const provisioner = this.#options.provisioning.name;
    const live = this.#loadsLive(result.ok ? result.plan : target?.plan);
    const change = lastChange(workspace, revision, data, { rollout, now, provisioner, loadsLive: live });
    return { number: revision.number, lastChange: change };
  }

  /** @returns milliseconds until what was found is to be written after all; 0 when it was */
  async #writeStatus(
    observed: Observed,
    decision: Decision,
    outcome: Outcome,
    { signal, logger }: ReconcileContext,
  ): Promise<number> {
    const { client, events } = this.#options;
    const { failure } = outcome;
    const { workspace } = observed;
    const status = this.#statusOf(observed, decision, outcome);
    const heldMs = failure ? 0 : this.#pace.waitMs(workspace, status);
    if (heldMs > 0) return heldMs;
    // Gone meanwhile: nobody is left to tell.
    const written = await ignoreNotFound(patchStatus(client, workspaces, workspace, status, { signal }));
    if (!written) return 0;
    this.#options.statusMetrics.statusWritten(workspace, status);
    for (const event of statusEvents(workspace, status, decision.target?.moved)) {
      logger.info('Workspace changed', { reason: event.reason, detail: event.message });
      events.record(workspace, event);
    }
    return 0;
  }
}

/** Whose reports are read: those of pods that have adapters, and of trainers. */
function reportSources(observed: Observed, plan: Plan): readonly WatchedSource[] {
  if (plan.job === 'tuning') return trainerSources(observed.pods);
  return plan.job === 'inference' ? adapterSources(observed, plan.adapters) : [];
}

/** Looks again when the first of the waits is over; 0 is none. */
function lookAgain(...waits: readonly number[]): Result | undefined {
  const requeueAfterMs = soonest(...waits);
  return requeueAfterMs > 0 ? { requeueAfterMs } : undefined;
}

function isSecretMissing({ workspace, secrets }: Observed): boolean {
  const token = workspace.inference?.preset?.presetOptions?.modelAccessSecret;
  return secrets.some(secret => secret.keys === undefined || (secret.name === token && lacksToken(secret)));
}
