import { annotated, broughtNode, problemsOf, serving, servingPlanOf } from './plan-inputs.test-data.ts';
import type { BroughtNode, PlanInput } from './plan-input.ts';

const features = { mig: true, accelerator: true };

function brought(...nodes: readonly BroughtNode[]): Partial<PlanInput> {
  return { provisioning: { mode: 'brought', nodes }, features };
}

const a100 = broughtNode('a', 'NVIDIA-A100-SXM4-80GB');
const eight = broughtNode('b', 'NVIDIA-H100-80GB-HBM3', {
  labels: {
    'nvidia.com/gpu.product': 'NVIDIA-H100-80GB-HBM3',
    'nvidia.com/gpu.count': '8',
    'nvidia.com/gpu.memory': '81559',
  },
});
const sliced: BroughtNode = { ...a100, allocatable: { 'nvidia.com/mig-1g.20gb': '4' } };

describe('plan on nodes that users bring', () => {
  it('fits the model to what the labels say', () => {
    const { nodes, server, candidates } = servingPlanOf(serving('llama-3.3-70b-instruct'), brought(a100, a100));
    expect(nodes).toMatchObject({ instanceType: '', count: 3, gpus: 1, hasNvme: false });
    expect(nodes).not.toHaveProperty('pricePerHour');
    expect(server).toMatchObject({ podsPerCopy: 3, parallelism: { pipeline: 3 } });
    expect(candidates).toEqual([expect.objectContaining({ verdict: 'chosen', nodeCount: 3 })]);
  });

  it('finds the A10 on labels too', () => {
    const a10 = broughtNode('a', 'NVIDIA-A10', {
      labels: { ...a100.labels, 'nvidia.com/gpu.product': 'NVIDIA-A10', 'nvidia.com/gpu.memory': '24576' },
    });
    const { server } = servingPlanOf(serving('phi-4-mini-instruct'), brought(a10));
    expect(server.memory?.utilization).toBe(0.82);
  });

  it('may select by labels of the platform', () => {
    const labelSelector = { matchLabels: { 'kubernetes.io/hostname': 'a' } };
    expect(servingPlanOf(serving('phi-4', { labelSelector }), brought(a100)).nodes.labels).toEqual(
      labelSelector.matchLabels,
    );
  });

  it('serves from a slice of a GPU', () => {
    const partition = { mode: 'mig' as const, profile: '1g.20gb' };
    const { server, nodes } = servingPlanOf(serving('phi-4-mini-instruct', { partition }), brought(sliced));
    expect(server).toMatchObject({ partition, gpusPerPod: 1, memory: { gpuGiB: 20 } });
    expect(nodes.gpus).toBe(0);
    expect(server.command[2]).toContain('--kaito-kv-cache-cpu-memory-utilization=0');
  });

  it('serves from some GPUs of a node', () => {
    const partition = { mode: 'accelerator' as const, count: 2 };
    const { server } = servingPlanOf(serving('llama-3.3-70b-instruct', { partition }), brought(eight));
    expect(server).toMatchObject({
      partition: { mode: 'accelerator' },
      gpusPerPod: 2,
      podsPerCopy: 2,
      parallelism: { tensor: 2, pipeline: 2 },
    });
  });

  it.each([
    ['no node', [{}, brought()], ['NodesMissing', /matches no node/]],
    [
      'an instance type',
      [{ instanceType: 'Standard_NC6s_v3' }, brought(a100)],
      ['InstanceTypeNotAllowed', /makes no nodes/],
    ],
    [
      'a slice that is too small',
      [{ partition: { mode: 'mig' as const, profile: '1g.20gb' } }, brought(sliced)],
      ['GpuMemoryTooSmall', /a slice of 20 GiB/],
    ],
    [
      'a slice that no GPU has',
      [{ partition: { mode: 'mig' as const, profile: '5g.20gb' } }, brought(a100)],
      ['PartitionInvalid', /"5g\.20gb" is not a slice.*nearest are/],
    ],
    [
      'a slice that no node offers',
      [{ partition: { mode: 'mig' as const, profile: '1g.10gb' } }, brought(sliced)],
      ['PartitionInvalid', /offers nvidia\.com\/mig-1g\.10gb/],
    ],
    ['no profile', [{ partition: { mode: 'mig' as const } }, brought(a100)], ['PartitionInvalid', /such as 1g\.10gb/]],
    [
      'a number of slices',
      [{ partition: { mode: 'mig' as const, profile: '1g.20gb', count: 2 } }, brought(sliced)],
      ['PartitionInvalid', /one slice/],
    ],
    [
      'more GPUs than a node has',
      [{ partition: { mode: 'accelerator' as const, count: 9 } }, brought(eight)],
      ['PartitionInvalid', /has 8 GPUs.*count is 9/],
    ],
    [
      'no number of GPUs',
      [{ partition: { mode: 'accelerator' as const } }, brought(eight)],
      ['PartitionInvalid', /how many/],
    ],
    [
      'a profile for whole GPUs',
      [{ partition: { mode: 'accelerator' as const, count: 1, profile: '1g.10gb' } }, brought(eight)],
      ['PartitionInvalid', /mode mig/],
    ],
    [
      'parts that are turned off',
      [{ partition: { mode: 'accelerator' as const, count: 1 } }, { ...brought(eight), features: {} }],
      ['PartitionNotSupported', /turned off/],
    ],
    [
      'parts of nodes that are made',
      [{ partition: { mode: 'accelerator' as const, count: 1 }, instanceType: 'Standard_NC24ads_A100_v4' }, {}],
      ['PartitionNotSupported', /nodes that you bring/],
    ],
  ] as const)('refuses %s', (_, [resource, more], [code, message]) => {
    const problems = problemsOf(serving('phi-4', resource), more);
    expect(problems.map(problem => problem.code)).toContain(code);
    expect(problems.find(problem => problem.code === code)?.message).toMatch(message);
  });

  it('takes a slice that is too small when memory is not to be checked', () => {
    const workspace = annotated(serving('phi-4', { partition: { mode: 'mig', profile: '1g.20gb' } }), {
      'kaito.sh/bypass-resource-checks': 'yes',
    });
    expect(servingPlanOf(workspace, brought(sliced)).warnings.join()).toMatch(/started all the same/);
  });
});
