import type { Node } from '@kaito/kube';
import type { Claim, ClaimStatus, Dialect, Progress } from '../../claims/claim.ts';

/** What a pass found, from which the whole status follows. */
export interface Findings {
  readonly progress: Progress;
  readonly node?: Node | undefined;
}

/** The image of a node (AKS docs, reserved labels). The pool has it too, but the node is there first. */
const NODE_IMAGE_LABEL = 'kubernetes.azure.com/node-image-version';

/** The claim's status after a pass. Pure; what this pass could not see stays as it was. `now` in epoch milliseconds. */
export function statusOf(claim: Claim, dialect: Dialect, { node, progress }: Findings, now: number): ClaimStatus {
  const image = claim.kind === 'NodeClaim' ? node?.metadata.labels?.[NODE_IMAGE_LABEL] : undefined;
  return {
    ...claim.status,
    ...(node && ofNode(node)),
    ...(image && { imageID: image }),
    conditions: dialect.conditions(claim, progress, now),
  };
}

function ofNode({ metadata, spec, status }: Node): ClaimStatus {
  return {
    nodeName: metadata.name,
    ...(spec?.providerID && { providerID: spec.providerID }),
    ...(status?.capacity && { capacity: status.capacity }),
    ...(status?.allocatable && { allocatable: status.allocatable }),
  };
}
