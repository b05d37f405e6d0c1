import { allowedValues, labels, machines, nodeClaims, type Machine, type NodeClaim } from '@kaito/crds';
import { nodes, type Node, type Resource } from '@kaito/kube';
import { eventually } from '../time/eventually.ts';
import type { TestStack } from './start-stack.ts';

const finalizers = ['karpenter.sh/termination'];

/** The conditions that the Go gpu-provisioner sets, by the kind of claim that its versions know. */
const conditionTypes = {
  Machine: ['MachineLaunched', 'MachineRegistered', 'MachineInitialized', 'Ready'],
  NodeClaim: ['Launched', 'Registered', 'Initialized', 'Ready'],
};

/**
 * Makes a claim, its agent pool and its node as the Go gpu-provisioner leaves them when the claim is Ready: the pool has its labels and
 * no tags of ours. No provisioner of ours may run meanwhile.
 * @returns the node
 */
export async function leaveClaimBehind(
  { client, emulator }: Pick<TestStack, 'client' | 'emulator'>,
  claim: Machine | NodeClaim,
): Promise<Node> {
  const kind = claim.apiVersion === 'karpenter.sh/v1' ? 'NodeClaim' : 'Machine';
  const resource: Resource = kind === 'NodeClaim' ? nodeClaims : machines;
  const { name } = claim.metadata;
  const made = await client.create(resource, { ...claim, metadata: { ...claim.metadata, finalizers } });
  const { uid = '', creationTimestamp = '' } = made.metadata;
  await emulator.seedPool(name, {
    vmSize: allowedValues(claim.spec?.requirements, labels.instanceType)?.[0] ?? '',
    labels: {
      ...claim.metadata.labels,
      'kaito.sh/machine-type': 'gpu',
      'kaito.sh/creation-timestamp': creationTimestamp.replaceAll(':', '-'),
    },
    taints: (claim.spec?.taints ?? []).map(({ key, value, effect }) => `${key}=${value}:${effect}`),
  });
  const node = await nodeOfPool(client, name);
  const owner = { apiVersion: claim.apiVersion, kind, name, uid, blockOwnerDeletion: true };
  const marks = { 'karpenter.sh/registered': 'true', 'karpenter.sh/initialized': 'true' };
  const metadata = { finalizers, ownerReferences: [owner], labels: marks };
  await client.patch(nodes, node.metadata, { metadata });
  const conditions = conditionTypes[kind].map(type => ({
    type,
    status: 'True',
    reason: type,
    message: '',
    lastTransitionTime: creationTimestamp,
  }));
  const status = { nodeName: node.metadata.name, providerID: node.spec?.providerID, conditions };
  await client.patch(resource, { name }, { status }, { subresource: 'status' });
  return node;
}

function nodeOfPool(client: TestStack['client'], pool: string): Promise<Node> {
  return eventually(
    async () => {
      const { items } = await client.list(nodes, { labelSelector: `${labels.agentPool}=${pool}` });
      const node = items.find(({ status }) => status?.capacity?.['nvidia.com/gpu'] !== undefined);
      if (!node) throw new Error('it has not come');
      return node;
    },
    { describe: `the node of agent pool ${pool}` },
  );
}
