import type { Bystander } from '../../world/bystander.ts';
import { finalizers, labels } from '@kaito/crds';
import type { Machine, NodeClaim } from '@kaito/crds';
import type { LoggedRequest, PoolState } from '@kaito/emulator';
import type { Node } from '@kaito/kube';

/** All times in milliseconds on the monotonic clock of the process that keeps the books. */

/** A claim that the round made. */
export interface OurClaim {
  readonly kind: 'Machine' | 'NodeClaim';
  readonly name: string;
  readonly uid: string;
  /** When we deleted it, or the node that takes it along. */
  readonly deletedAt?: number;
}

/** A change of a claim, in the order in which the API server told of it. */
export interface ClaimChange {
  readonly at: number;
  readonly type: 'added' | 'updated' | 'deleted';
  readonly name: string;
  readonly uid: string;
  /** It carries the provisioner's finalizer. */
  readonly held: boolean;
  /** It has a deletion timestamp. */
  readonly leaving: boolean;
}

/** A pool in the emulator. */
export interface SeenPool {
  readonly name: string;
  /** Differs between two pools that had the same name one after the other. */
  readonly createdAt: number;
  readonly state: string;
  /** Uid of the claim that its tags name. */
  readonly claimUid: string | undefined;
}

/** The pools at a moment; those of the round only. */
export interface PoolSample {
  /** When the emulator was asked. */
  readonly at: number;
  readonly pools: readonly SeenPool[];
}

/** A request of the provisioner to take its finalizer off a claim, held up until the pools had been looked at. */
export interface Release {
  readonly claim: string;
  readonly pools: readonly SeenPool[];
}

export interface SeenClaim {
  readonly name: string;
  readonly uid: string;
  readonly ready: boolean;
  /** Why it has no machine, as the claim says it. */
  readonly explanation?: string;
  readonly providerID?: string;
}

export interface SeenNode {
  readonly name: string;
  readonly pool: string | undefined;
  readonly held: boolean;
  readonly providerID: string | undefined;
}

/** What both sides have at a moment, read afresh. */
export interface Snapshot {
  readonly at: number;
  readonly claims: readonly SeenClaim[];
  readonly nodes: readonly SeenNode[];
  readonly pools: readonly SeenPool[];
}

/** Everything that is known about a round, from the emulator's and the API server's own books. */
export interface Books {
  readonly claims: readonly OurClaim[];
  readonly history: readonly ClaimChange[];
  readonly samples: readonly PoolSample[];
  readonly releases: readonly Release[];
  /** What the emulator was asked for, in order. */
  readonly requests: readonly LoggedRequest[];
  /** Ids of faults under which a request was carried out though its answer says otherwise. */
  readonly effectiveFaults: readonly string[];
  /** When what was to be up was up. */
  readonly settled: Snapshot | undefined;
  /** When everything was deleted. */
  readonly final: Snapshot;
  /** What did not come about in time. */
  readonly unfinished: readonly string[];
  readonly bystanders: readonly Bystander[];
  /** Names of pools that somebody else made. */
  readonly foreignPools: readonly string[];
  /** How often a process was killed. */
  readonly crashes: number;
  /** How many requests of the provisioner were refused or answered wrongly on purpose. */
  readonly faultHits: number;
  /** The fault may leave a claim without a machine, if it says why. */
  readonly mayStayWithout: boolean;
}

/** The pool as the books keep it. */
export function seenPool({ name, createdAt, provisioningState, tags }: PoolState): SeenPool {
  return { name, createdAt, state: provisioningState, claimUid: tags['kaito.sh_claim-uid'] };
}

/** The claim as the books keep it. */
export function seenClaim({ metadata, status }: Machine | NodeClaim): SeenClaim {
  const conditions = status?.conditions ?? [];
  const ready = conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True');
  const launched = conditions.find(({ type }) => type === 'Launched' || type === 'MachineLaunched');
  const explanation = launched?.status === 'True' ? undefined : launched;
  return {
    name: metadata.name,
    uid: metadata.uid ?? '',
    ready,
    ...(explanation?.message &&
      isTelling(explanation.reason) && { explanation: `${explanation.reason}: ${explanation.message}` }),
    ...(status?.providerID && { providerID: status.providerID }),
  };
}

/** Karpenter's reason for "not looked at yet" explains nothing. */
function isTelling(reason: string | undefined): boolean {
  return reason !== undefined && reason !== 'AwaitingReconciliation';
}

/** The node as the books keep it. */
export function seenNode({ metadata, spec }: Node): SeenNode {
  return {
    name: metadata.name,
    pool: metadata.labels?.[labels.agentPool],
    held: metadata.finalizers?.includes(finalizers.termination) ?? false,
    providerID: spec?.providerID,
  };
}
