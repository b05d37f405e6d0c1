import { machines, nodeClaims, workspaces } from '@kaito/crds';
import type { Workspace } from '@kaito/crds';
import { jobs, pods } from '@kaito/kube';
import type { Job, Pod } from '@kaito/kube';
import { workspaceOf } from '../../world/view.ts';
import type { ClaimObject, View } from '../../world/view.ts';
import type { MadeClaim, SeenAttempt, SeenJob, SeenOutcome } from './books.ts';

/** On a Job: what is trained, and on which size of node. */
const TRAINING_OF = 'kaito.sh/training-of';

/** Writes down which Jobs and pods there were, and what was said of their ends. */
export class TrainingKeeper {
  readonly #jobs = new Map<string, SeenJob>();
  readonly #attempts = new Map<string, SeenAttempt>();
  readonly #outcomes = new Map<string, SeenOutcome>();
  readonly #claims = new Map<string, MadeClaim>();
  readonly #stop: readonly (() => void)[];

  constructor({ cache, names }: View) {
    const isOurs = (name: string | undefined): boolean => name !== undefined && names.includes(name);
    this.#stop = [
      ...[machines, nodeClaims].map(kind =>
        cache
          .informer<ClaimObject>(kind)
          .onEvent(({ object }) => isOurs(workspaceOf(object)) && this.#noteClaim(object)),
      ),
      cache.informer(jobs).onEvent(({ object }) => isOurs(object.metadata.name) && this.#noteJob(object)),
      cache.informer(pods).onEvent(({ object }) => this.#notePod(object)),
      cache.informer(workspaces).onEvent(({ object }) => isOurs(object.metadata.name) && this.#noteOutcome(object)),
    ];
  }

  get jobs(): readonly SeenJob[] {
    return [...this.#jobs.values()];
  }

  get attempts(): readonly SeenAttempt[] {
    return [...this.#attempts.values()];
  }

  /** Each in the order of its first word; another word on the same training is another entry. */
  get outcomes(): readonly SeenOutcome[] {
    return [...this.#outcomes.values()];
  }

  /** Every claim that was ever made. */
  get claims(): readonly MadeClaim[] {
    return [...this.#claims.values()];
  }

  /** Writes nothing more down. */
  close(): void {
    for (const stop of this.#stop) stop();
  }

  #noteClaim(claim: ClaimObject): void {
    const { uid = '', name } = claim.metadata;
    this.#claims.set(uid, { uid, name, workspace: workspaceOf(claim) ?? '' });
  }

  #noteJob({ metadata, spec }: Job): void {
    const { uid = '', name, annotations, ownerReferences, resourceVersion } = metadata;
    if (this.#jobs.has(uid)) return;
    const [of = ''] = (annotations?.[TRAINING_OF] ?? '').split('/');
    const owner = ownerReferences?.find(({ kind }) => kind === 'Workspace')?.uid ?? '';
    const backoffLimit = spec?.backoffLimit ?? 0;
    this.#jobs.set(uid, { uid, name, owner, of, version: Number(resourceVersion), backoffLimit });
  }

  #notePod({ metadata, status }: Pod): void {
    const { uid = '', ownerReferences } = metadata;
    const job = ownerReferences?.find(({ kind }) => kind === 'Job')?.uid ?? '';
    if (!this.#jobs.has(job)) return;
    const isDisrupted = status?.conditions?.some(
      ({ type, status: is }) => type === 'DisruptionTarget' && is === 'True',
    );
    const disrupted = isDisrupted === true || this.#attempts.get(uid)?.disrupted === true;
    this.#attempts.set(uid, { uid, job, disrupted });
  }

  #noteOutcome({ metadata, status }: Workspace): void {
    const { of, outcome } = status?.tuning ?? {};
    if (of === undefined || outcome === undefined) return;
    const { uid: owner = '', resourceVersion } = metadata;
    const key = `${owner} ${of} ${outcome}`;
    if (this.#outcomes.has(key)) return;
    this.#outcomes.set(key, { owner, of, outcome, version: Number(resourceVersion) });
  }
}
