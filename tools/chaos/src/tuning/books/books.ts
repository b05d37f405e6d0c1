import type { Books as WorkspaceBooks, OurWorkspace } from '../../workspace/books/books.ts';
import type { TrainingKind } from '../plan-round.ts';

/** A training that the round made: one life of the name of a workspace. */
export interface OurTraining extends OurWorkspace {
  readonly kind: TrainingKind;
  /** How often its result was to go elsewhere. */
  readonly edits: number;
  /** One of its steps was to be killed. */
  readonly killed: boolean;
}

/** A Job of the round. */
export interface SeenJob {
  readonly uid: string;
  readonly name: string;
  /** Uid of its workspace. */
  readonly owner: string;
  /** Digest of what it trains. */
  readonly of: string;
  /** When it was made, as a version of the API server's store. */
  readonly version: number;
  readonly backoffLimit: number;
}

/** A claim, be it gone by now. */
export interface MadeClaim {
  readonly uid: string;
  readonly name: string;
  readonly workspace: string;
}

/** A pod of a Job. */
export interface SeenAttempt {
  readonly uid: string;
  /** Uid of its Job. */
  readonly job: string;
  /** It ended because of its node, not by itself. */
  readonly disrupted: boolean;
}

/** How a training was said to have ended. */
export interface SeenOutcome {
  /** Uid of the workspace. */
  readonly owner: string;
  readonly of: string;
  readonly outcome: string;
  /** When it was written, as a version of the API server's store. */
  readonly version: number;
}

/** What a trainer on a volume told, in one pod. */
export interface TrainerRun {
  /** Uid of the workspace. */
  readonly owner: string;
  readonly pod: string;
  /** Where it began. */
  readonly first: number;
  /** How far it came, as far as it was heard. */
  readonly last: number;
  /** Its last whole checkpoint, as far as it was heard. */
  readonly checkpoint: number;
}

/** The files of an adapter, and from what it says that it was made. */
export interface Adapter {
  readonly weights: string;
  readonly lineage: Readonly<Record<string, unknown>>;
}

/** What trainings come to that nobody disturbs, by where their results go: those on a volume keep checkpoints, which is one of the settings. */
export type Undisturbed = Readonly<Record<'image' | 'volume', Adapter>>;

/** What a wanted training has come to, by its workspace and by the place where its result is to be. */
export interface Result {
  readonly training: OurTraining;
  /** What its status says. */
  readonly told: {
    readonly digest: string | undefined;
    readonly lineage: Readonly<Record<string, unknown>> | undefined;
  };
  /** What lies at its place; undefined when there is nothing. */
  readonly found: (Adapter & { readonly digest: string }) | undefined;
}

/** A tag in the registry, below the name of a training. */
export interface SeenTag {
  readonly tag: string;
  /** The training that may have made it. */
  readonly training: OurTraining;
  /** The workspace that made it, as its manifest says. */
  readonly workspace: string | undefined;
}

/** Everything that is known about a round. */
export interface TuningBooks extends WorkspaceBooks {
  readonly trainings: readonly OurTraining[];
  readonly jobs: readonly SeenJob[];
  readonly claimsMade: readonly MadeClaim[];
  readonly attempts: readonly SeenAttempt[];
  readonly outcomes: readonly SeenOutcome[];
  readonly runs: readonly TrainerRun[];
  readonly results: readonly Result[];
  readonly tags: readonly SeenTag[];
  /** What a training comes to that nobody disturbs. */
  readonly undisturbed: Undisturbed;
  /** Jobs that were deleted by hand: 0 or 1. */
  readonly jobsDeleted: number;
}
