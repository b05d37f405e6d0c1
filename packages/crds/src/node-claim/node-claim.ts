import type { Static } from 'typebox';
import { labels } from '../labels.ts';
import type { ApiObject, Immutable, ResourceHandle } from '../object.ts';
import { ageColumn, column, conditionColumn, labelColumn, type KindSource } from '../schema/crd.ts';
import { nodeClaimConditions } from './node-claim-names.ts';
import {
  nodeClaimSchema,
  type nodeClaimCondition,
  type nodeClaimSpec,
  type nodeClaimStatus,
} from './node-claim-schema.ts';

export interface NodeClaimSpec extends Immutable<Static<typeof nodeClaimSpec>> {}
export interface NodeClaimStatus extends Immutable<Static<typeof nodeClaimStatus>> {}
export interface NodeClaimCondition extends Immutable<Static<typeof nodeClaimCondition>> {}

/** A claim for one machine (karpenter.sh/v1). Cluster-scoped; the spec cannot change. */
export interface NodeClaim extends ApiObject {
  readonly spec: NodeClaimSpec;
  readonly status?: NodeClaimStatus;
}

export const nodeClaims: ResourceHandle<NodeClaim> = {
  group: 'karpenter.sh',
  version: 'v1',
  plural: 'nodeclaims',
  kind: 'NodeClaim',
  namespaced: false,
};

export const nodeClaimKind: KindSource = {
  group: nodeClaims.group,
  kind: nodeClaims.kind,
  plural: nodeClaims.plural,
  categories: ['karpenter'],
  scope: 'Cluster',
  versions: [
    {
      name: nodeClaims.version,
      storage: true,
      schema: nodeClaimSchema,
      columns: [
        labelColumn('Type', labels.instanceType),
        labelColumn('Capacity', labels.capacityType),
        labelColumn('Zone', labels.zone),
        column('Node', '.status.nodeName'),
        conditionColumn(nodeClaimConditions.ready),
        ageColumn,
        column('ImageID', '.status.imageID', 1),
        column('ID', '.status.providerID', 1),
        labelColumn('NodePool', labels.nodePool, 1),
        column('NodeClass', '.spec.nodeClassRef.name', 1),
        conditionColumn(nodeClaimConditions.drifted, 1),
      ],
    },
  ],
};
