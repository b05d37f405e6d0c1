import { allowedValues, findCondition, isTrue, labels, workspaceReasons } from '@kaito/crds';
import type { ClaimKind, ClaimObject } from './claim-kind.ts';

/** What keeps a claim from being ready, in the words of its provisioner. */
export interface Obstacle {
  readonly reason: string;
  readonly message: string;
}

/** A claim of either kind, as far as a workspace cares. */
export interface Claim {
  readonly kind: ClaimKind;
  readonly name: string;
  readonly uid: string;
  readonly instanceType: string | undefined;
  readonly deleting: boolean;
  readonly ready: boolean;
  readonly obstacle: Obstacle | undefined;
}

/** Reads a claim of the given kind. A claim without a Ready condition counts as ready once it names a node, as in KAITO. */
export function readClaim(kind: ClaimKind, object: ClaimObject): Claim {
  const deleting = object.metadata.deletionTimestamp !== undefined;
  const ready = findCondition(object, 'Ready') ? isTrue(object, 'Ready') : Boolean(object.status?.nodeName);
  return {
    kind,
    name: object.metadata.name,
    uid: object.metadata.uid ?? '',
    instanceType: allowedValues(object.spec?.requirements, labels.instanceType)?.[0],
    deleting,
    ready: ready && !deleting,
    obstacle: ready ? undefined : findObstacle(kind, object),
  };
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
