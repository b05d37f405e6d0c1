import { createHash } from 'node:crypto';
import type { Node } from '@kaito/kube';
import type { ClusterIdentity } from '../admin/protocol.ts';
import { parseTaint, SPOT_KEY } from '../aks/labels-and-taints.ts';
import type { Taint } from '../aks/labels-and-taints.ts';
import { isSpot } from '../aks/pool.ts';
import type { Pool } from '../aks/pool.ts';
import { findVmSize } from '../compute/vm-sizes.ts';
import type { VmSize } from '../compute/vm-sizes.ts';
import { capacityOf, gpuResource } from './capacity.ts';
import { NOT_READY } from './conditions.ts';

/** kwok plays the Nodes that carry this annotation with the value `fake` (kwok docs, "Getting started"). */
export const KWOK_ANNOTATION = 'kwok.x-k8s.io/node';
/** Its value on every Node of a cluster is `clusterLabel`. */
export const CLUSTER_LABEL = 'kubernetes.azure.com/cluster';

/** `aks-<pool>-<8 digits>-vmss`; the digits are the same for all pools of a cluster. */
export function scaleSetName(pool: string, cluster: ClusterIdentity): string {
  const id = `${cluster.subscriptionId}/${cluster.resourceGroup}/${cluster.clusterName}`.toLowerCase();
  const digits = createHash('sha256').update(id).digest().readUInt32BE() % 100_000_000;
  return `aks-${pool}-${String(digits).padStart(8, '0')}-vmss`;
}

/** The node resource group, cut to what a label value may hold. */
export function clusterLabel({ nodeResourceGroup }: ClusterIdentity): string {
  return nodeResourceGroup.slice(0, 63).replace(/[^A-Za-z0-9]+$/, '');
}

/** Computer name of an instance: the scale set's name and the index as six digits in base 36. */
export function nodeName(pool: string, instance: number, cluster: ClusterIdentity): string {
  return `${scaleSetName(pool, cluster)}${instance.toString(36).padStart(6, '0')}`;
}

/** Resource id of the virtual machine, as the cloud provider writes it into `spec.providerID`. */
export function providerId(pool: string, instance: number, cluster: ClusterIdentity): string {
  const { subscriptionId, nodeResourceGroup } = cluster;
  return `azure:///subscriptions/${subscriptionId}/resourceGroups/${nodeResourceGroup}/providers/Microsoft.Compute/virtualMachineScaleSets/${scaleSetName(pool, cluster)}/virtualMachines/${instance}`;
}

/**
 * The Node that the kubelet of an instance registers, not ready yet.
 * @param shows `gpus`: it shows its GPUs at once, not later through `gpuCapacity`. `played`: kwok is to make it Ready.
 */
export function buildNode(
  pool: Pool,
  instance: number,
  cluster: ClusterIdentity,
  { gpus, played }: { readonly gpus: boolean; readonly played: boolean },
): Node {
  const size = sizeOf(pool);
  const name = nodeName(pool.name, instance, cluster);
  const { capacity, allocatable } = capacityOf(pool.properties, size);
  const devices = gpus ? gpuCapacity(pool) : {};
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        ...pool.properties.nodeLabels,
        ...systemLabels(pool, size, cluster),
        ...placement(pool, instance, cluster, name),
      },
      annotations: played ? { [KWOK_ANNOTATION]: 'fake' } : {},
    },
    spec: { providerID: providerId(pool.name, instance, cluster), taints: taintsOf(pool) },
    status: {
      capacity: { ...capacity, ...devices },
      allocatable: { ...allocatable, ...devices },
      conditions: [...NOT_READY],
    },
  };
}

/** The GPUs of a pool's nodes as extended resources; empty when they have none. */
export function gpuCapacity(pool: Pool): Readonly<Record<string, string>> {
  return gpuResource(sizeOf(pool));
}

function sizeOf(pool: Pool): VmSize {
  const size = findVmSize(pool.properties.vmSize);
  if (!size) throw new TypeError(`Pool ${pool.name} has VM size ${pool.properties.vmSize}, which no table has`);
  return size;
}

function systemLabels(pool: Pool, size: VmSize, cluster: ClusterIdentity): Readonly<Record<string, string>> {
  const { mode, osType, osSKU, nodeImageVersion } = pool.properties;
  const os = osType.toLowerCase();
  return {
    agentpool: pool.name,
    'kubernetes.azure.com/agentpool': pool.name,
    [CLUSTER_LABEL]: clusterLabel(cluster),
    'kubernetes.azure.com/mode': mode.toLowerCase(),
    'kubernetes.azure.com/role': 'agent',
    'kubernetes.azure.com/os-sku': osSKU,
    'kubernetes.azure.com/node-image-version': nodeImageVersion,
    'node.kubernetes.io/instance-type': size.name,
    'beta.kubernetes.io/instance-type': size.name,
    'kubernetes.io/os': os,
    'beta.kubernetes.io/os': os,
    'kubernetes.io/arch': size.arch,
    'beta.kubernetes.io/arch': size.arch,
    ...(size.gpuVendor && { accelerator: size.gpuVendor, 'kubernetes.azure.com/accelerator': size.gpuVendor }),
    ...(isSpot(pool.properties) && { [SPOT_KEY]: 'spot' }),
  };
}

/**
 * Zonal machines stand in `<region>-<n>`; regional ones say fault domain "0" where the zone would be (AKS docs, "Availability
 * zones"), and nothing in the label of the disk driver.
 */
function placement(
  pool: Pool,
  instance: number,
  { location }: ClusterIdentity,
  hostname: string,
): Readonly<Record<string, string>> {
  const zone = pool.placement[instance % pool.placement.length];
  return {
    'kubernetes.io/hostname': hostname,
    'topology.kubernetes.io/region': location,
    'topology.kubernetes.io/zone': zone === undefined ? '0' : `${location}-${zone}`,
    'topology.disk.csi.azure.com/zone': zone === undefined ? '' : `${location}-${zone}`,
  };
}

function taintsOf(pool: Pool): readonly Taint[] {
  const { nodeTaints = [], nodeInitializationTaints = [] } = pool.properties;
  const texts = [...new Set([...nodeTaints, ...nodeInitializationTaints])];
  return texts.map(parseTaint).filter(taint => taint !== undefined);
}
