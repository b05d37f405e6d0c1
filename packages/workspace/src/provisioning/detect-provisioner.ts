import { kaitoNodeClasses } from '@kaito/crds';
import { collectionPath, isForbidden, isNotFound, isTooManyRequests, type Client, type Resource } from '@kaito/kube';
import { claimKinds, machineKind, nodeClaimKind, type ClaimKind } from '../claims/claim-kind.ts';
import { nodePools } from '../render/node-pool.ts';
import type { ProvisionerName } from './provisioning.ts';

/** Which provisioner an installation has, and what its API server knows. */
export interface DetectedProvisioner {
  readonly name: ProvisionerName;
  /** All kinds of claim that are served, not only the one for new claims: a workspace keeps its claims when the option changes. */
  readonly kinds: readonly ClaimKind[];
  readonly hasNodePools: boolean;
}

/**
 * Finds out how nodes are had, from the CustomResourceDefinitions that are installed. Where none was chosen: Machine, then NodeClaim with
 * KaitoNodeClass, then NodePool, and with none of them nodes that users bring.
 * @param wanted the provisioner that the installation chose
 * @throws Error when the API server does not know what the wanted one needs; ApiError when it cannot be asked
 */
export async function detectProvisioner(
  client: Client,
  wanted: ProvisionerName | undefined,
  signal: AbortSignal,
): Promise<DetectedProvisioner> {
  const ask = async (resource: Resource): Promise<boolean> => {
    try {
      return await isServed(client, resource, signal);
    } catch (error) {
      // What is not needed need not be readable either: an installation may have no rights to it.
      if (wanted !== undefined && !needs[wanted].includes(resource) && isForbidden(error)) return false;
      throw error;
    }
  };
  const [machine, nodeClaim, kaitoClass, hasNodePools] = await Promise.all([
    ask(machineKind.resource),
    ask(nodeClaimKind.resource),
    ask(kaitoNodeClasses),
    ask(nodePools),
  ]);
  const served = new Map([
    [machineKind, machine],
    [nodeClaimKind, nodeClaim],
  ]);
  const kinds = claimKinds.filter(kind => served.get(kind));
  const name = wanted ?? choose({ machine, nodeClaim: nodeClaim && kaitoClass, karpenter: nodeClaim && hasNodePools });
  const missing = needs[name].filter(resource => !isAmong(resource, { kinds, hasNodePools }));
  if (missing.length > 0) throw new Error(sayingMissing(client.server, name, missing));
  return { name, kinds, hasNodePools };
}

const needs: Readonly<Record<ProvisionerName, readonly Resource[]>> = {
  machine: [machineKind.resource],
  nodeclaim: [nodeClaimKind.resource],
  karpenter: [nodeClaimKind.resource, nodePools],
  byo: [],
};

function choose(has: {
  readonly machine: boolean;
  readonly nodeClaim: boolean;
  readonly karpenter: boolean;
}): ProvisionerName {
  if (has.machine) return 'machine';
  if (has.nodeClaim) return 'nodeclaim';
  return has.karpenter ? 'karpenter' : 'byo';
}

function isAmong(
  resource: Resource,
  { kinds, hasNodePools }: Pick<DetectedProvisioner, 'kinds' | 'hasNodePools'>,
): boolean {
  return resource === nodePools ? hasNodePools : kinds.some(kind => kind.resource === resource);
}

function sayingMissing(server: string, name: ProvisionerName, missing: readonly Resource[]): string {
  const crds = missing.map(({ plural, group, version }) => `${plural}.${group} (${version})`).join(' and ');
  return `${server} does not serve what --node-provisioner ${name} needs: install the CustomResourceDefinition ${crds}, or choose another provisioner`;
}

async function isServed(client: Client, resource: Resource, signal: AbortSignal): Promise<boolean> {
  try {
    await client.raw('GET', `${collectionPath(resource)}?limit=1`, undefined, { signal });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    // A kind that was installed a moment ago: the API server still prepares its storage.
    if (isTooManyRequests(error)) return true;
    throw error;
  }
}
