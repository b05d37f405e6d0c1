import { labels } from '@kaito/crds';
import type { Node } from '@kaito/kube';
import type { Claim, Dialect } from '../../claims/claim.ts';
import { singleValues } from '../../claims/requirements.ts';
import { poolLabels } from '../../pools/pool-body.ts';
import type { Offering } from '../../offerings/offering.ts';

/**
 * The labels that a claim gains when it is launched: what its pool carries, what its requirements come down to, what was
 * chosen for it. The claim's own come first. They reach the node at registration, and `kubectl get` shows some as columns.
 */
export function launchLabels(claim: Claim, dialect: Dialect, offering: Offering): Readonly<Record<string, string>> {
  return {
    ...poolLabels(claim, dialect, offering),
    ...singleValues(claim.requirements),
    ...claim.labels,
    [labels.instanceType]: offering.type.name,
    [labels.capacityType]: offering.capacityType,
  };
}

const NO_ZONE = '0';

/** What is only known of the machine that came: where it stands. */
export function nodeLabels(node: Node): Readonly<Record<string, string>> {
  const zone = node.metadata.labels?.[labels.zone];
  // AKS calls the place of a regional machine zone 0 (AKS docs, availability zones): that says nothing.
  return zone === undefined || zone === NO_ZONE ? {} : { [labels.zone]: zone };
}
