import type { Workspace } from '@kaito/crds';
import { keyOf, type Deployment, type Pod, type Service } from '@kaito/kube';
import { readClaim, type Claim } from '../../claims/claim.ts';
import type { ClaimObject } from '../../claims/claim-kind.ts';
import { byWorkspace, type Informers } from './informers.ts';
import { nodeFacts, type NodeFacts } from './nodes.ts';

/** What there is of a workspace at one moment. */
export interface Observed {
  readonly workspace: Workspace;
  /** Its claims of every kind, sorted by name. */
  readonly claims: readonly Claim[];
  readonly nodes: readonly NodeFacts[];
  readonly pods: readonly Pod[];
  /** The objects of the workspace's own name, whoever owns them. */
  readonly deployment: Deployment | undefined;
  readonly service: Service | undefined;
}

/** Reads from the caches what there is of a workspace. */
export function observe(informers: Informers, workspace: Workspace): Observed {
  const key = keyOf(workspace);
  return {
    workspace,
    claims: informers.claims
      // The kind of the informer says which of the two the object is.
      .flatMap(({ kind, informer }) =>
        informer.byIndex(byWorkspace, key).map(object => readClaim(kind, object as ClaimObject)),
      )
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    nodes: informers.nodes.byIndex(byWorkspace, key).map(nodeFacts),
    pods: informers.pods.byIndex(byWorkspace, key),
    deployment: informers.deployments.get(key),
    service: informers.services.get(key),
  };
}
