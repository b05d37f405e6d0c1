import type { Options, OptionTable, Resource } from '@kaito/kube';
import { azureNodeClassGroup, kaitoNodeClassRef, type NodeClassRef } from '../render/node-class.ts';
import { parseNodeClasses, type NodeClasses } from './node-classes.ts';
import type { ProvisionerName } from './provisioning.ts';

const { group, kind, name } = kaitoNodeClassRef;

/**
 * KAITO's chart for Azure: machines with Ubuntu, or with Azure Linux for workspaces that ask for it; the disk holds the image and the
 * weights of most models.
 */
const azureNodeClasses = JSON.stringify([
  { name: 'image-family-ubuntu', default: true, spec: { imageFamily: 'Ubuntu2204', osDiskSizeGB: 300 } },
  { name: 'image-family-azure-linux', spec: { imageFamily: 'AzureLinux', osDiskSizeGB: 300 } },
]);

/** The settings by which an installation says how nodes are had; to be spread into a table. The Karpenter flags are KAITO's. */
export const provisioningOptions = {
  nodeProvisioner: {
    flag: '--node-provisioner <name>',
    env: 'KAITO_NODE_PROVISIONER',
    type: ['machine', 'nodeclaim', 'karpenter', 'byo'],
    description:
      'How nodes are had: a Machine or a NodeClaim each, a Karpenter NodePool for each workspace, or brought by users (byo); detected from the installed CRDs when absent',
  },
  claimKind: {
    flag: '--claim-kind <kind>',
    env: 'KAITO_CLAIM_KIND',
    type: ['machine', 'nodeclaim'],
    description: 'The former name of --node-provisioner, which counts when both are given',
  },
  nodeClaimClass: {
    flag: '--node-claim-class <group/Kind/name>',
    env: 'KAITO_NODE_CLAIM_CLASS',
    type: 'string',
    default: `${group}/${kind}/${name}`,
    description: 'Node class of NodeClaims with --node-provisioner nodeclaim; a class of Karpenter makes it serve them',
  },
  karpenterNodeClassGroup: {
    flag: '--karpenter-node-class-group <group>',
    env: 'KARPENTER_NODE_CLASS_GROUP',
    type: 'string',
    default: azureNodeClassGroup,
    description: 'API group of the node classes with --node-provisioner karpenter',
  },
  karpenterNodeClassKind: {
    flag: '--karpenter-node-class-kind <kind>',
    env: 'KARPENTER_NODE_CLASS_KIND',
    type: 'string',
    default: 'AKSNodeClass',
    description: 'Kind of the node classes',
  },
  karpenterNodeClassVersion: {
    flag: '--karpenter-node-class-version <version>',
    env: 'KARPENTER_NODE_CLASS_VERSION',
    type: 'string',
    default: 'v1beta1',
    description: 'API version of the node classes',
  },
  karpenterNodeClassResource: {
    flag: '--karpenter-node-class-resource-name <plural>',
    env: 'KARPENTER_NODE_CLASS_RESOURCE_NAME',
    type: 'string',
    default: 'aksnodeclasses',
    description: 'Plural of the kind of the node classes',
  },
  karpenterNodeClasses: {
    flag: '--karpenter-node-classes <json>',
    env: 'KARPENTER_NODE_CLASSES',
    type: 'string',
    default: azureNodeClasses,
    description: 'Node classes to keep: a JSON list of {name, default, spec}, of which exactly one is the default',
  },
} as const satisfies OptionTable;

/** How nodes are had, as it was configured. */
export interface ProvisioningConfig {
  /** Undefined: to be detected. */
  readonly provisioner: ProvisionerName | undefined;
  readonly nodeClaimClass: NodeClassRef;
  readonly nodeClasses: NodeClasses;
}

/**
 * Reads what the options mean.
 * @throws Error that names the flag whose value cannot be used
 */
export function readProvisioningConfig(options: Options<typeof provisioningOptions>): ProvisioningConfig {
  const resource: Resource = {
    group: options.karpenterNodeClassGroup,
    version: options.karpenterNodeClassVersion,
    kind: options.karpenterNodeClassKind,
    plural: options.karpenterNodeClassResource,
    namespaced: false,
  };
  return {
    provisioner: options.nodeProvisioner ?? options.claimKind,
    nodeClaimClass: parseNodeClass(options.nodeClaimClass),
    nodeClasses: { resource, classes: readClasses(options.karpenterNodeClasses) },
  };
}

function readClasses(text: string): NodeClasses['classes'] {
  try {
    return parseNodeClasses(text);
  } catch (error) {
    throw new Error(`--karpenter-node-classes: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function parseNodeClass(text: string): NodeClassRef {
  const [classGroup, classKind, className, ...rest] = text.split('/');
  if (!classGroup || !classKind || !className || rest.length > 0) {
    throw new Error(
      `--node-claim-class "${text}" is not a node class: write group/Kind/name, such as ${group}/${kind}/${name}`,
    );
  }
  return { group: classGroup, kind: classKind, name: className };
}
