import type { Bystander } from '../../world/bystander.ts';
import type { LoggedRequest } from '@kaito/emulator';

/** All times in milliseconds on the monotonic clock of the process that keeps the books. */

/** A workspace that the round made: one life of a name. */
export interface OurWorkspace {
  readonly name: string;
  readonly uid: string;
  readonly nodes: number;
  readonly deletedAt?: number;
  /** An object of somebody else has its name. */
  readonly nameTaken: boolean;
}

/** A change of a workspace, in the order in which the API server told of it. */
export interface WorkspaceChange {
  readonly at: number;
  readonly type: 'added' | 'updated' | 'deleted';
  readonly name: string;
  readonly uid: string;
  /** It has a deletion timestamp. */
  readonly leaving: boolean;
}

export interface SeenClaim {
  readonly name: string;
  /** Name of the workspace in its labels. */
  readonly workspace: string;
  readonly ready: boolean;
  readonly leaving: boolean;
}

export interface SeenPool {
  readonly name: string;
  readonly workspace: string;
  readonly state: string;
}

/** A StatefulSet, Deployment or Service with a name of the round's. */
export interface SeenChild {
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  /** Uid of the Workspace that is its controller. */
  readonly owner: string | undefined;
}

/** How many nodes of a workspace were asked for at a moment: claims that nobody deletes, and pools likewise. */
export interface Alive {
  readonly at: number;
  readonly workspace: string;
  readonly claims: readonly string[];
  readonly pools: readonly string[];
}

/** A request of the controller to take its finalizer off a workspace, held up until the claims had been looked at. */
export interface Release {
  readonly workspace: string;
  readonly claims: readonly string[];
  readonly pools: readonly string[];
}

/** A pod to which a Service sent requests, though it was not Ready, for so long. */
export interface WronglyServed {
  readonly service: string;
  readonly pod: string;
  readonly forMs: number;
}

/** What there is of a round at a moment, read afresh. */
export interface Snapshot {
  readonly at: number;
  /** Uids by name of those that are there. */
  readonly workspaces: ReadonlyMap<string, string>;
  readonly claims: readonly SeenClaim[];
  readonly pools: readonly SeenPool[];
  readonly nodes: readonly string[];
  readonly children: readonly SeenChild[];
  readonly pods: readonly string[];
}

/** Everything that is known about a round, from the emulator's and the API server's own books. */
export interface Books {
  readonly workspaces: readonly OurWorkspace[];
  readonly history: readonly WorkspaceChange[];
  readonly alive: readonly Alive[];
  readonly releases: readonly Release[];
  /** Every child that ever showed, each as it was owned. */
  readonly children: readonly SeenChild[];
  readonly wronglyServed: readonly WronglyServed[];
  /** What the emulator was asked for, in order. */
  readonly requests: readonly LoggedRequest[];
  readonly settled: Snapshot;
  readonly final: Snapshot;
  /** What did not come about in time. */
  readonly unfinished: readonly string[];
  readonly bystanders: readonly Bystander[];
  readonly crashes: number;
  readonly faultHits: number;
  /** What others did to the round: nodes and claims that had to be replaced among it. */
  readonly deeds: number;
  /** Requests of the controller that wrote. */
  readonly writes: number;
}
