import {
  jobs,
  statefulSets,
  type Client,
  type EventRecorder,
  type Pod,
  type RecordedEvent,
  type StatefulSet,
} from '@kaito/kube';
import type { Plan, TuningPlan } from '@kaito/planner';
import type { Observed } from '../../observed.ts';
import type { Informers } from '../../observe/informers.ts';
import { podNodeLabels } from '../../provisioning/pod-node-labels.ts';
import type { Provisioning, ProvisioningTools } from '../../provisioning/provisioning.ts';
import { unmarkedLeaders } from '../../render/copies.ts';
import type { RenderInput, RenderSettings } from '../../render/render-input.ts';
import { renderTraining } from '../../render/tuning/training.ts';
import { renderWorkload, type ServingPlan } from '../../render/workload.ts';
import type { RolloutDecision } from '../../revisions/rollout.ts';
import { releasesNodes } from '../../status/tuning/ended.ts';
import { ensureRevision } from '../../workload/ensure-revision.ts';
import { ensureTraining } from '../../workload/ensure-training.ts';
import { ensureWorkload } from '../../workload/ensure-workload.ts';
import type { RehearsedWorkload } from '../../workload/rehearse.ts';
import type { ServiceWriter } from '../../workload/service-writer.ts';
import type { Decision, Target } from './decide.ts';
import { attempt, type StepFailure } from './failure.ts';

/** What the steps of a pass came to. */
export interface Outcome {
  readonly failure?: StepFailure | undefined;
  readonly rollout?: RolloutDecision | undefined;
  readonly lookAgainMs: number;
}

export interface ActorOptions {
  readonly client: Client;
  readonly informers: Informers;
  readonly events: EventRecorder;
  readonly provisioning: Provisioning;
  readonly rendering: RenderSettings;
  readonly services: ServiceWriter;
}

/** A target with a plan of one kind. */
type TargetOf<P extends Plan> = Omit<Target, 'plan'> & { readonly plan: P };

/** Takes the steps towards what was decided. Those that do not need each other are taken at once, and one that fails stops no other. */
export class Actor {
  readonly #options: ActorOptions;

  constructor(options: ActorOptions) {
    this.#options = options;
  }

  /** @param observed with the workspace of the target */
  async act(observed: Observed, decision: Decision, target: Target, tools: ProvisioningTools): Promise<Outcome> {
    const { plan } = target;
    const workload =
      plan.job === 'tuning'
        ? this.#train(observed, { ...target, plan }, tools)
        : this.#serve(observed, { ...target, plan }, tools);
    const [revision, claims, ...others] = await Promise.all([
      attempt('revision', () => this.#noteRevision(observed, decision, tools)),
      attempt('claims', () => this.#nodes(observed, plan, tools)),
      ...workload,
    ]);
    const failure = [revision, claims, ...others].map(step => step.failure).find(each => each !== undefined);
    const rollout = others.map(step => step.value ?? undefined).find(value => value !== undefined);
    return { failure, rollout, lookAgainMs: claims.value ?? 0 };
  }

  /** The StatefulSet that a target comes to; undefined for a training. */
  statefulSet(observed: Observed, target: Target): StatefulSet | undefined {
    const { plan } = target;
    if (plan.job === 'tuning') return undefined;
    return renderWorkload(this.#input(observed, { ...target, plan })).statefulSet;
  }

  /** What makes the pods of a target. */
  workload(observed: Observed, target: Target): RehearsedWorkload {
    const { plan } = target;
    if (plan.job === 'tuning')
      return { resource: jobs, object: renderTraining(this.#input(observed, { ...target, plan })).job };
    return { resource: statefulSets, object: renderWorkload(this.#input(observed, { ...target, plan })).statefulSet };
  }

  /** An edit that is refused is no revision. */
  async #noteRevision(
    { workspace }: Observed,
    { result, revision }: Decision,
    { client, signal }: ProvisioningTools,
  ): Promise<void> {
    const { namespace = '' } = workspace.metadata;
    const informer = this.#options.informers.revisions;
    if (result.ok) await ensureRevision(revision, { client, informer, namespace, signal });
  }

  /** @returns milliseconds after which to look again; 0 for none */
  async #nodes(observed: Observed, plan: Plan, tools: ProvisioningTools): Promise<number> {
    const { provisioning } = this.#options;
    if (!releasesNodes(observed, plan)) return provisioning.ensure(observed, plan, tools);
    await provisioning.takeDown(observed, tools);
    return 0;
  }

  #serve(observed: Observed, target: TargetOf<ServingPlan>, { signal }: ProvisioningTools): readonly Promise<Step>[] {
    const { client, informers, services } = this.#options;
    const tell = this.#teller(observed);
    const workload = renderWorkload(this.#input(observed, target));
    for (const message of workload.notes) tell({ type: 'Normal', reason: 'Added', message });
    const leaders = leadersOf(observed, target.plan);
    const tools = { client, informers, signal, tell };
    return [
      attempt('services', () => services.ensure(observed, { desired: workload.services, leaders }, signal)),
      attempt('workload', () => ensureWorkload(observed, target.plan, workload, tools)),
    ];
  }

  #train(observed: Observed, target: TargetOf<TuningPlan>, { signal }: ProvisioningTools): readonly Promise<Step>[] {
    const { client, informers } = this.#options;
    const training = renderTraining(this.#input(observed, target));
    const tools = { client, informers, signal, tell: this.#teller(observed) };
    return [attempt('workload', () => ensureTraining(observed, target.plan, training, tools))];
  }

  #teller({ workspace }: Observed): (event: RecordedEvent) => void {
    return event => this.#options.events.record(workspace, event);
  }

  #input<P extends Plan>(observed: Observed, { workspace, plan, configHash, revision }: TargetOf<P>): RenderInput<P> {
    const { provisioning, rendering: settings } = this.#options;
    return {
      workspace,
      plan,
      podNodeLabels: podNodeLabels(observed, provisioning.ownership(workspace)),
      mode: provisioning.mode,
      revision,
      configHash,
      settings,
    };
  }
}

type Step = Awaited<ReturnType<typeof attempt<RolloutDecision | void>>>;

/** The pods that answer for their copy and are not marked yet. */
function leadersOf({ pods }: Observed, plan: Plan): readonly Pod[] {
  return plan.job === 'inference' ? unmarkedLeaders(pods, plan.server) : [];
}
