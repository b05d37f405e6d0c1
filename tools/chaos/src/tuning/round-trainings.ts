import { findCondition, workspaces } from '@kaito/crds';
import type { Workspace } from '@kaito/crds';
import type { Clock } from '@kaito/kube';
import type { LocalStack } from '@kaito/local-stack';
import { Lives } from '../round/lives.ts';
import type { View } from '../world/view.ts';
import type { OurTraining } from './books/books.ts';
import { canSucceed } from './plan-round.ts';
import type { PlannedTraining } from './plan-round.ts';
import { causeOf, ensureVolume, tagOf, trainingRequest } from './request.ts';
import { childrenOf, runningPod } from './view.ts';

export interface RoundTrainingsOptions {
  readonly stack: LocalStack;
  readonly clock: Clock;
  readonly view: View;
  readonly note: (what: string) => void;
  readonly signal: AbortSignal;
}

/** The author of a round's trainings: makes them, deletes them, and knows what it waits for. */
export class RoundTrainings {
  readonly lives: Lives<PlannedTraining>;
  readonly #options: RoundTrainingsOptions;

  constructor(plans: readonly PlannedTraining[], options: RoundTrainingsOptions) {
    this.#options = options;
    this.lives = new Lives(plans, {
      ...options,
      client: options.stack.client,
      make: plan => this.#make(plan),
      isDue: plan => this.#isDue(plan),
      lack: plan => this.#lack(plan),
    });
  }

  /** The trainings as the books have them. */
  get all(): readonly OurTraining[] {
    return this.lives.all.map(({ plan, uid, deletedAt }) => ({
      name: plan.name,
      uid,
      nodes: 1,
      nameTaken: false,
      kind: plan.kind,
      edits: plan.edits,
      killed: plan.killed !== undefined,
      ...(deletedAt !== undefined && { deletedAt }),
    }));
  }

  /** Names of those that are wanted and have not ended. */
  get unfinished(): readonly string[] {
    return this.wanted.filter(name => !this.#outcome(name));
  }

  /** Names of those that are wanted and have ended. */
  get ended(): readonly string[] {
    return this.wanted.filter(name => this.#outcome(name));
  }

  /** Names of those that are wanted and whose result goes to an image. */
  get toImages(): readonly string[] {
    return this.lives.wanted.filter(({ plan }) => plan.kind === 'image').map(({ plan }) => plan.name);
  }

  /** Names of those that are wanted. */
  get wanted(): readonly string[] {
    return this.lives.wanted.map(({ plan }) => plan.name);
  }

  /** Has a result go elsewhere. @returns the name of the image */
  redirect(name: string): string {
    this.lives.replan(name, plan => ({ ...plan, edits: plan.edits + 1 }));
    const edits = this.lives.wanted.find(({ plan }) => plan.name === name)?.plan.edits ?? 0;
    return this.#options.stack.player.registry.reference(tagOf({ name, edits }));
  }

  /** Deletes one that is wanted; another one of the same name is made as soon as that is free. */
  async makeAnew(name: string): Promise<void> {
    await this.lives.makeAnew(name, ({ kind, spot, edits }) => ({ name, kind, spot, edits }));
  }

  /** What is still there of workspaces that were all deleted; undefined when nothing is. */
  whatIsLeft(): string | undefined {
    const { view } = this.#options;
    const left = view.names.flatMap(name => [
      ...(view.workspace(name) ? [`workspace ${name}`] : []),
      ...view.claims(name).map(({ metadata }) => `claim ${metadata.name}`),
      ...view.nodes(name).map(({ metadata }) => `node ${metadata.name}`),
      ...view.pods(name).map(({ metadata }) => `pod ${metadata.name}`),
      ...childrenOf(view, name),
    ]);
    return left.length === 0 ? undefined : left.join(', ');
  }

  async #make(plan: PlannedTraining): Promise<string> {
    const { stack, signal } = this.#options;
    if (plan.kind === 'volume') await ensureVolume(plan.name, stack.client, signal);
    const { metadata } = await stack.client.create(workspaces, trainingRequest(plan, stack), { signal });
    return metadata.uid ?? '';
  }

  #isDue({ name, deletedWhen }: PlannedTraining): boolean {
    const { view } = this.#options;
    if (deletedWhen === 'claimed') return view.claims(name).length > 0;
    // One that ends before it was seen to train is deleted, too.
    if (deletedWhen === 'training') return runningPod(view, name, 'trainer') !== undefined || this.#outcome(name);
    return deletedWhen === 'created' || this.#outcome(name);
  }

  #outcome(name: string): boolean {
    return this.#options.view.workspace(name)?.status?.tuning?.outcome !== undefined;
  }

  #lack(plan: PlannedTraining): string | undefined {
    const { view } = this.#options;
    const { name } = plan;
    const workspace = view.workspace(name);
    if (!workspace) return `${name} is not there`;
    const lack = canSucceed(plan) ? this.#notDone(plan, workspace) : notFailed(plan, workspace);
    if (lack !== undefined) return `${lack} (${told(workspace)})`;
    const held = [...view.claims(name), ...view.nodes(name)].map(({ metadata }) => metadata.name);
    return held.length === 0 ? undefined : `${name} has ended and still holds ${held.join(', ')}`;
  }

  #notDone(plan: PlannedTraining, { status }: Workspace): string | undefined {
    const { name } = plan;
    const { outcome, progress, output } = status?.tuning ?? {};
    if (status?.state !== 'Succeeded' || outcome !== 'Succeeded') return `${name} has not succeeded`;
    if (progress !== '100%' || status.diagnosis) return `${name} has succeeded, and does not look like it`;
    return this.#isElsewhere(plan, output?.image) ? `${name} says that its result is ${output?.image}` : undefined;
  }

  #isElsewhere(plan: PlannedTraining, image = ''): boolean {
    const [repository = ''] = this.#options.stack.player.registry.reference(tagOf(plan)).split(/:\d+$/);
    return plan.kind !== 'volume' && !image.startsWith(`${repository}@`);
  }
}

function notFailed({ name, kind }: PlannedTraining, { status }: Workspace): string | undefined {
  const { state, tuning, diagnosis } = status ?? {};
  if (state !== 'Failed' || tuning?.outcome !== 'Failed') return `${name} has not failed`;
  return diagnosis?.cause === causeOf(kind) ? undefined : `${name} does not say that it is ${causeOf(kind)}`;
}

/** What a workspace says of itself, in short. */
function told(workspace: Workspace): string {
  const { state, diagnosis, tuning } = workspace.status ?? {};
  const started = findCondition(workspace, 'JobStarted');
  const resource = findCondition(workspace, 'ResourceReady');
  const facts = [
    `state ${state}, outcome ${tuning?.outcome}, progress ${tuning?.progress}, attempts ${tuning?.attempts}`,
    `JobStarted ${started?.status} ${started?.reason}: ${started?.message}`,
    `ResourceReady ${resource?.status} ${resource?.reason}: ${resource?.message}`,
    ...(diagnosis ? [`diagnosis ${diagnosis.cause}: ${diagnosis.message}`] : []),
  ];
  return facts.join('; ');
}
