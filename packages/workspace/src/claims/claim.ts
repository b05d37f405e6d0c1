import { allowedValues, findCondition, isTrue, kaitoNodePoolName, labels, workspaceReasons } from '@kaito/crds';
import type { CapacityType } from '@kaito/planner';
import type { ClaimKind, ClaimObject } from './claim-kind.ts';
import { refusalOf } from './refusal.ts';

/** What keeps a claim from being ready, in the words of its provisioner. */
export interface Obstacle {
  readonly reason: string;
  readonly message: string;
}

/** A claim of either kind, as far as a workspace cares. Times are RFC 3339, as the API server has them. */
export interface Claim {
  readonly kind: ClaimKind;
  readonly name: string;
  readonly uid: string;
  /** The NodePool that made it; undefined for a claim that stands by itself. */
  readonly nodePool: string | undefined;
  readonly instanceType: string | undefined;
  /** What it became, or what it asks for before that; `on-demand` where it says nothing. */
  readonly capacityType: CapacityType;
  readonly nodeName: string | undefined;
  readonly createdAt: string | undefined;
  /** When the cloud took the machine on. */
  readonly launchedAt: string | undefined;
  /** When its node joined. */
  readonly registeredAt: string | undefined;
  /** When its node was ready for pods. */
  readonly initializedAt: string | undefined;
  readonly deleting: boolean;
  readonly ready: boolean;
  readonly obstacle: Obstacle | undefined;
  /** The provisioner's words when it has given up on the size for good. */
  readonly refused: string | undefined;
}

/** Reads a claim of the given kind. A claim without a Ready condition counts as ready once it names a node, as in KAITO. */
export function readClaim(kind: ClaimKind, object: ClaimObject): Claim {
  const { metadata, spec, status } = object;
  const deleting = metadata.deletionTimestamp !== undefined;
  const ready = findCondition(object, 'Ready') ? isTrue(object, 'Ready') : Boolean(status?.nodeName);
  const [launched, registered, initialized] = kind.lifecycle;
  return {
    kind,
    name: metadata.name,
    uid: metadata.uid ?? '',
    nodePool: poolOf(object),
    instanceType: allowedValues(spec?.requirements, labels.instanceType)?.[0],
    capacityType: capacityTypeOf(object),
    nodeName: status?.nodeName || undefined,
    createdAt: metadata.creationTimestamp,
    launchedAt: trueSince(object, launched),
    registeredAt: trueSince(object, registered),
    initializedAt: trueSince(object, initialized),
    deleting,
    ready: ready && !deleting,
    obstacle: ready ? undefined : findObstacle(kind, object),
    refused: refusalOf(findCondition(object, launched)),
  };
}

/** Karpenter labels the claims of a pool with its name. KAITO's own claims carry a name there to which no pool belongs. */
function poolOf({ metadata }: ClaimObject): string | undefined {
  const pool = metadata.labels?.[labels.nodePool];
  return pool === kaitoNodePoolName ? undefined : pool;
}

function capacityTypeOf({ metadata, spec }: ClaimObject): CapacityType {
  const became = metadata.labels?.[labels.capacityType];
  const asked = allowedValues(spec?.requirements, labels.capacityType);
  return (became ?? (asked?.length === 1 ? asked[0] : undefined)) === 'spot' ? 'spot' : 'on-demand';
}

/** When the condition became True. A Machine's time is any text, so one that is no time counts as none. */
function trueSince(object: ClaimObject, type: string): string | undefined {
  const condition = findCondition(object, type);
  const since = condition?.status === 'True' ? condition.lastTransitionTime : undefined;
  return since === undefined || Number.isNaN(Date.parse(since)) ? undefined : since;
}

/** The first step of the lifecycle that is not done and says why; one that merely waits its turn counts only if there is no other. */
function findObstacle(kind: ClaimKind, object: ClaimObject): Obstacle | undefined {
  const open = kind.lifecycle
    .map(type => findCondition(object, type))
    .filter(condition => condition !== undefined && condition.status !== 'True');
  const told = open.find(condition => condition?.reason !== workspaceReasons.awaitingReconciliation) ?? open[0];
  if (!told?.reason) return undefined;
  return { reason: told.reason, message: told.message ?? '' };
}
