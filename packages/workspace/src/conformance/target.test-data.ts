import { labels, machines, nodeClaims, type NodeClaim, type Workspace } from '@kaito/crds';
import { nodes, type KubeObject, type Resource } from '@kaito/kube';
import type { Overrides, StackOptions, TestStack } from '@kaito/testing';
import { claimName } from '../claims/claim-name.ts';
import { nodePoolName } from '../render/node-pool.ts';
import { karpenterOwnershipLabels, ownershipLabels } from '../render/ownership.ts';
import type { WorkspaceBench } from '../workspace-bench.test-data.ts';

/** The promises, by the name under which a target may except itself. */
export type PromiseId =
  'ready' | 'several' | 'scale' | 'edit' | 'lost' | 'killed' | 'there' | 'refused' | 'tuned' | 'foreign' | 'gone';

type Environment = NonNullable<StackOptions['env']>['workspace'];

/** A way to come by nodes, and what differs about it for whoever looks from outside. */
export interface Target {
  /** The heading of its column. */
  readonly title: string;
  readonly stack: StackOptions;
  /** The kind of its claims; absent where there are none. */
  readonly claims?: Resource;
  /** Labels by which a node shows whose it is. */
  ownership(workspace: Workspace): Readonly<Record<string, string>>;
  /** Whether a claim has the name, or comes from the pool, that follows from the workspace. */
  isDerived?(claim: KubeObject, workspace: Workspace): boolean;
  /** How its workspaces differ. */
  readonly workspace?: Overrides<Workspace>;
  /** Nodes that the user brings before they are needed; nothing where nodes are made. */
  bring?(
    bench: WorkspaceBench,
    stack: TestStack,
    nodes: readonly (readonly [name: string, apps: string])[],
  ): Promise<void>;
  /** Takes a node away, as whoever made it would; its object is deleted where that is enough. */
  lose?(stack: TestStack, node: string): Promise<unknown>;
  /** From now on no machine can be had. @returns what ends it */
  refuse?(stack: TestStack): Promise<() => Promise<void>>;
  /** A claim that another provisioner has to serve; nobody is there who does. */
  readonly foreign: NodeClaim;
  /** Promises that it does not make, and why. */
  readonly exceptions: Readonly<Partial<Record<PromiseId, string>>>;
}

/** The node classes of Karpenter's kwok provider. */
export const kwokNodeClasses: Resource = {
  group: 'karpenter.kwok.sh',
  version: 'v1alpha1',
  plural: 'kwoknodeclasses',
  kind: 'KWOKNodeClass',
  namespaced: false,
};

/** What is checked quickly here would otherwise be checked every few minutes. */
const quick = {
  LEADER_ELECT: 'false',
  SKU_MEMORY: '500ms',
  GC_INTERVAL: '1s',
  GC_GRACE: '1s',
  POLL_IDLE: '1s',
};
const own = (workspace: Environment): StackOptions => ({
  env: { provisioner: quick, workspace: { LEADER_ELECT: 'false', ...workspace } },
});
const karpenter = (workspace: Environment): StackOptions => ({
  emulator: false,
  karpenter: true,
  env: { workspace: { LEADER_ELECT: 'false', ...workspace } },
});

export const size = 'Standard_NC6s_v3';
export const largerSize = 'Standard_NC24ads_A100_v4';

const isNamedAfter = ({ metadata }: KubeObject, workspace: Workspace): boolean =>
  [size, largerSize].some(instanceType =>
    [0, 1].some(
      ordinal => claimName(workspace, ordinal, { instanceType, capacityType: 'on-demand' }) === metadata.name,
    ),
  );

/** Azure does not sell the size any more. */
async function sellNothing({ emulator }: TestStack): Promise<() => Promise<void>> {
  await emulator.addAllocationRule({ vmSize: size, code: 'SkuNotAvailable', mode: 'request' });
  return () => emulator.clearAllocationRules().then(() => undefined);
}

/** Karpenter's kwok provider has no capacity for claims of a class that is not there. */
async function takeClassAway({ client }: TestStack): Promise<() => Promise<void>> {
  const found = await client.get(kwokNodeClasses, { name: 'default' });
  const { labels: kept } = found.metadata;
  await client.delete(kwokNodeClasses, { name: 'default' });
  return async () => {
    const metadata = { name: 'default', ...(kept && { labels: kept }) };
    await client.create(kwokNodeClasses, { apiVersion: 'karpenter.kwok.sh/v1alpha1', kind: 'KWOKNodeClass', metadata });
  };
}

const claimFor = (group: string, kind: string): NodeClaim => ({
  apiVersion: 'karpenter.sh/v1',
  kind: 'NodeClaim',
  metadata: { name: 'wsforeign', labels: { [labels.workspace]: 'theirs', [labels.workspaceNamespace]: 'elsewhere' } },
  spec: {
    nodeClassRef: { group, kind, name: 'default' },
    requirements: [{ key: labels.instanceType, operator: 'In', values: [size] }],
  },
});
const forKarpenter = claimFor('karpenter.kwok.sh', 'KWOKNodeClass');
const forOurs = claimFor('kaito.sh', 'KaitoNodeClass');

const machine: Target = {
  title: 'gpu-provisioner, Machine',
  stack: own({ KAITO_CLAIM_KIND: 'machine' }),
  claims: machines,
  ownership: ownershipLabels,
  isDerived: isNamedAfter,
  refuse: sellNothing,
  foreign: forKarpenter,
  exceptions: {},
};

const nodeClaim: Target = {
  ...machine,
  title: 'gpu-provisioner, NodeClaim',
  stack: own({ KAITO_CLAIM_KIND: 'nodeclaim' }),
  claims: nodeClaims,
};

const karpenterClaims: Target = {
  ...nodeClaim,
  title: 'Karpenter, NodeClaim',
  stack: karpenter({
    KAITO_CLAIM_KIND: 'nodeclaim',
    KAITO_NODE_CLAIM_CLASS: 'karpenter.kwok.sh/KWOKNodeClass/default',
  }),
  refuse: takeClassAway,
  foreign: forOurs,
};

/** How an installation is told to use a NodePool for each workspace with the kwok provider. */
export const karpenterPoolsEnvironment = {
  KAITO_CLAIM_KIND: undefined,
  KAITO_NODE_PROVISIONER: 'karpenter',
  KARPENTER_NODE_CLASS_GROUP: kwokNodeClasses.group,
  KARPENTER_NODE_CLASS_KIND: kwokNodeClasses.kind,
  KARPENTER_NODE_CLASS_VERSION: kwokNodeClasses.version,
  KARPENTER_NODE_CLASS_RESOURCE_NAME: kwokNodeClasses.plural,
  KARPENTER_NODE_CLASSES: JSON.stringify([{ name: 'default', default: true }]),
};

const karpenterPools: Target = {
  ...karpenterClaims,
  title: 'Karpenter, NodePool',
  stack: karpenter(karpenterPoolsEnvironment),
  ownership: karpenterOwnershipLabels,
  isDerived: ({ metadata }, workspace) => metadata.labels?.[labels.nodePool] === nodePoolName(workspace),
};

/** What NVIDIA's GPU feature discovery says of a node of this size. */
const gpuFeatures = {
  'nvidia.com/gpu.product': 'Tesla-V100-PCIE-16GB',
  'nvidia.com/gpu.count': '1',
  'nvidia.com/gpu.memory': '16384',
};

const byo: Target = {
  title: 'nodes of the user',
  foreign: forOurs,
  stack: {
    emulator: false,
    env: { workspace: { LEADER_ELECT: 'false', KAITO_CLAIM_KIND: undefined, KAITO_NODE_PROVISIONER: 'byo' } },
  },
  ownership: () => ({}),
  workspace: { resource: { instanceType: undefined } },
  exceptions: {
    edit: 'sizes are not asked for',
    killed: 'nothing is claimed that could be claimed twice',
    there: 'there are no others',
  },
  // Of a node that is merely deleted, Kubernetes clears the pods away after a minute.
  lose: async (stack, name) => {
    await stack.kubectl('drain', name, '--ignore-daemonsets', '--delete-emptydir-data', '--force');
    await stack.client.delete(nodes, { name });
  },
  bring: async (bench, stack, wanted) => {
    await Promise.all(
      wanted.map(async ([name, apps]) => {
        await bench.addNode(name, apps, size);
        await stack.client.patch(nodes, { name }, { metadata: { labels: gpuFeatures } });
      }),
    );
  },
};

export const targets = { machine, nodeClaim, karpenterClaims, karpenterPools, byo } as const;
