import { broughtNode } from '../plan/plan-inputs.test-data.ts';
import { skuOfNodes } from './brought-nodes.ts';
import { migProfiles, migSliceGiB } from './mig-profiles.ts';

const a100 = broughtNode('a', 'NVIDIA-A100-SXM4-80GB');

function withLabels(name: string, labels: Readonly<Record<string, string>>) {
  return broughtNode(name, 'NVIDIA-A100-SXM4-80GB', { labels: { ...a100.labels, ...labels } });
}

describe('skuOfNodes', () => {
  it('reads GPUs, memory in MiB and compute capability from labels', () => {
    const labels = {
      'nvidia.com/gpu.count': '8',
      'nvidia.com/gpu.memory': '81251',
      'nvidia.com/cuda.compute.major': '9',
      'nvidia.com/cuda.compute.minor': '0',
      'node.kubernetes.io/instance-type': 'dgx',
    };
    expect(skuOfNodes([withLabels('a', labels)])).toMatchObject({
      ok: true,
      sku: { name: 'dgx', gpuCount: 8, gpuMemoryGiB: 632, computeCapability: '9.0' },
    });
  });

  it.each([
    ['NVIDIA-A100-SXM4-80GB', '8.0'],
    ['NVIDIA-A10', '8.6'],
    ['NVIDIA-H100-NVL', '9.0'],
    ['Tesla-V100-PCIE-16GB', '7.0'],
    ['Tesla-T4', '7.5'],
    ['NVIDIA-L40S', '8.9'],
    ['NVIDIA-Graphics-Device', undefined],
  ])('knows the compute capability of %s', (product, expected) => {
    const read = skuOfNodes([broughtNode('a', product)]);
    expect(read.ok && read.sku.computeCapability).toBe(expected);
  });

  it.each([
    ['no node', [], 'NodesMissing', /matches no node/],
    ['a node without labels', [{ ...a100, labels: {} }], 'NodeLabelsMissing', /node a lacks.*gpu\.product/],
    ['half a GPU', [withLabels('a', { 'nvidia.com/gpu.count': '0.5' })], 'NodeLabelsMissing', /count "0\.5"/],
    ['no memory', [withLabels('a', { 'nvidia.com/gpu.memory': '0' })], 'NodeLabelsMissing', /memory "0"/],
    [
      'different GPUs',
      [a100, broughtNode('b', 'NVIDIA-H100-NVL')],
      'NodesDiffer',
      /a \(1 × NVIDIA-A100.*b \(1 × NVIDIA-H100/,
    ],
    [
      'different numbers',
      [a100, withLabels('b', { 'nvidia.com/gpu.count': '2' })],
      'NodesDiffer',
      /narrow the selector/,
    ],
  ])('refuses %s', (_, nodes, code, message) => {
    const read = skuOfNodes(nodes);
    expect(read).toMatchObject({ ok: false, problem: { code } });
    expect(!read.ok && read.problem.message).toMatch(message);
  });
});

describe('migSliceGiB', () => {
  it('is the number in the name', () => {
    expect(migSliceGiB('3g.71gb')).toBe(71);
    expect(migSliceGiB('5g.71gb')).toBeUndefined();
    expect(migProfiles).toHaveLength(35);
  });
});
