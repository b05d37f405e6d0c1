import { labels } from '@kaito/crds';
import type { Node } from '@kaito/kube';
import type { Claim, Dialect } from '../../claims/claim.ts';
import { singleValues } from '../../claims/requirements.ts';
import { poolLabels } from '../../pools/pool-body.ts';
import type { PoolRequest } from '../../pools/pool-body.ts';

/**
 * The labels that a claim gains when it is launched: what its pool carries, what its requirements come down to, what was
 * chosen for it. The claim's own come first. They reach the node at registration, and `kubectl get` shows some as columns.
 */
export function launchLabels(claim: Claim, dialect: Dialect, request: PoolRequest): Readonly<Record<string, string>> {
  return {
    ...poolLabels(claim, dialect, request),
    ...singleValues(claim.requirements),
    ...claim.labels,
    [labels.instanceType]: request.vmSize,
    [labels.capacityType]: request.spot ? 'spot' : 'on-demand',
  };
}

/** What is only known of the machine that came: where it stands. */
export function nodeLabels(node: Node): Readonly<Record<string, string>> {
  const zone = node.metadata.labels?.[labels.zone];
  return zone === undefined ? {} : { [labels.zone]: zone };
}
