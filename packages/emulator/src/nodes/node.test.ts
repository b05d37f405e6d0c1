import { clusterIdentity } from '../cluster-identity.ts';
import { seededPool } from '../aks/seeded-pool.ts';
import { readPool } from '../aks/read-pool.ts';
import type { Pool } from '../aks/pool.ts';
import { buildNode, gpuCapacity, nodeName } from './node.ts';

const whole = { gpus: true, played: true };
const cluster = clusterIdentity({ subscriptionId: 's', resourceGroup: 'rg', clusterName: 'c', location: 'westus3' });

function pool(properties: object): Pool {
  const { pool: seeded } = seededPool('ws1', {}, cluster, 0);
  const read = readPool('ws1', { properties: { vmSize: 'Standard_NC6s_v3', ...properties } }, cluster).properties;
  return { ...seeded, properties: read, placement: read.availabilityZones ?? [] };
}

describe('the Node of a machine', () => {
  const gpuPool = pool({
    nodeLabels: { 'kaito.sh/workspace': 'w1' },
    nodeTaints: ['sku=gpu:NoSchedule'],
    nodeInitializationTaints: ['boot:NoExecute'],
    osDiskSizeGB: 100,
  });
  const node = buildNode(gpuPool, 0, cluster, whole);

  it('has the names that AKS gives', () => {
    expect(node.metadata.name).toMatch(/^aks-ws1-\d{8}-vmss000000$/);
    const [scaleSet] = node.metadata.name.split('000000');
    expect(node.spec?.providerID).toBe(
      `azure:///subscriptions/s/resourceGroups/MC_rg_c_westus3/providers/Microsoft.Compute/virtualMachineScaleSets/${scaleSet}/virtualMachines/0`,
    );
    expect(nodeName('ws1', 37, cluster)).toMatch(/-vmss000011$/);
    expect(nodeName('ws2', 0, cluster).replace('ws2', 'ws1')).toBe(node.metadata.name);
  });

  it('has the labels of its pool and of AKS, and is kwok’s', () => {
    expect(node.metadata.labels).toMatchObject({
      'kaito.sh/workspace': 'w1',
      agentpool: 'ws1',
      'kubernetes.azure.com/agentpool': 'ws1',
      'kubernetes.azure.com/cluster': 'MC_rg_c_westus3',
      'kubernetes.azure.com/mode': 'user',
      'node.kubernetes.io/instance-type': 'Standard_NC6s_v3',
      'kubernetes.io/os': 'linux',
      'kubernetes.io/arch': 'amd64',
      'kubernetes.io/hostname': node.metadata.name,
      'topology.kubernetes.io/region': 'westus3',
      'topology.kubernetes.io/zone': '0',
      'topology.disk.csi.azure.com/zone': '',
      accelerator: 'nvidia',
    });
    expect(node.metadata.annotations).toEqual({ 'kwok.x-k8s.io/node': 'fake' });
  });

  it('has the taints of both lists', () => {
    expect(node.spec?.taints).toEqual([
      { key: 'sku', value: 'gpu', effect: 'NoSchedule' },
      { key: 'boot', effect: 'NoExecute' },
    ]);
  });

  it('has the capacity of its size, and less of it to give away', () => {
    expect(node.status?.capacity).toEqual({
      cpu: '6',
      memory: `${Math.floor(112 * 1024 * 0.98)}Mi`,
      pods: '110',
      'ephemeral-storage': `${100 * 1024 * 1024}Ki`,
      'nvidia.com/gpu': '1',
    });
    expect(node.status?.allocatable).toMatchObject({ cpu: '5860m', pods: '110', 'nvidia.com/gpu': '1' });
    expect(parseInt(node.status?.allocatable?.['memory'] ?? '', 10)).toBeLessThan(112 * 1024 * 0.98);
  });

  it('is not ready, and has no GPUs yet when they come late', () => {
    expect(node.status?.conditions).toMatchObject([{ type: 'Ready', status: 'False' }]);
    const late = buildNode(gpuPool, 0, cluster, { gpus: false, played: true });
    expect(Object.keys(late.status?.capacity ?? {})).not.toContain('nvidia.com/gpu');
    expect(gpuCapacity(gpuPool)).toEqual({ 'nvidia.com/gpu': '1' });
  });

  it('stands in a zone of its pool, one instance after the other', () => {
    const zonal = pool({ availabilityZones: ['1', '3'] });
    const labels = [0, 1, 2].map(index => buildNode(zonal, index, cluster, whole).metadata.labels);
    for (const key of ['topology.kubernetes.io/zone', 'topology.disk.csi.azure.com/zone']) {
      expect(labels.map(label => label?.[key])).toEqual(['westus3-1', 'westus3-3', 'westus3-1']);
    }
  });

  it('of a spot pool says so', () => {
    const spot = buildNode(pool({ scaleSetPriority: 'Spot' }), 0, cluster, whole);
    expect(spot.metadata.labels?.['kubernetes.azure.com/scalesetpriority']).toBe('spot');
    expect(spot.spec?.taints).toEqual([
      { key: 'kubernetes.azure.com/scalesetpriority', value: 'spot', effect: 'NoSchedule' },
    ]);
  });

  it('with AMD GPUs shows them by their name; without GPUs there is no accelerator', () => {
    expect(gpuCapacity(pool({ vmSize: 'Standard_NG32ads_V620_v1' }))).toEqual({ 'amd.com/gpu': '1' });
    const cpu = buildNode(pool({ vmSize: 'Standard_D4s_v5' }), 0, cluster, whole);
    expect(cpu.metadata.labels).not.toHaveProperty('accelerator');
  });
});
