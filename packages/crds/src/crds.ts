import { machineKind } from './machine/machine.ts';
import { kaitoNodeClassKind } from './node-class/kaito-node-class.ts';
import { nodeClaimKind } from './node-claim/node-claim.ts';
import { toCustomResourceDefinition, type CustomResourceDefinition } from './schema/crd.ts';
import { workspaceKind } from './workspace/workspace.ts';

/** The CustomResourceDefinitions of all our kinds, as they are applied to a cluster. */
export const crds: readonly CustomResourceDefinition[] = [
  machineKind,
  nodeClaimKind,
  kaitoNodeClassKind,
  workspaceKind,
].map(toCustomResourceDefinition);
