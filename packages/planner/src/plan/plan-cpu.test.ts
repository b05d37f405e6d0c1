import { azureCpuSkus } from '../skus/azure-cpu-skus.ts';
import { azureGpuSkus } from '../skus/azure-gpu-skus.ts';
import { gpuSkusOf } from '../skus/clouds.ts';
import type { BroughtNode, PlanInput } from './plan-input.ts';
import { annotated, broughtNode, modelOf, problemsOf, serving, servingPlanOf } from './plan-inputs.test-data.ts';

const name = 'smollm2-135m-instruct';

function brought(...nodes: readonly BroughtNode[]): Partial<PlanInput> {
  return { provisioning: { mode: 'brought', nodes }, features: { mig: true, accelerator: true } };
}

function cpuNode(nodeName: string, cpu: string, memory: string): BroughtNode {
  return { name: nodeName, labels: {}, ready: true, allocatable: { cpu, memory } };
}

describe('plan of a model on CPUs', () => {
  it('asks for cores and memory, for no GPU, and takes the weights from the image', () => {
    const { nodes, server, model, warnings } = servingPlanOf(serving(name, { instanceType: 'standard_d4s_v5' }));
    expect(nodes).toMatchObject({
      instanceType: 'Standard_D4s_v5',
      count: 1,
      gpus: 0,
      hasNvme: false,
      pricePerHour: 0.192,
    });
    expect(server).toMatchObject({
      runtime: 'cpu',
      image: { origin: 'own', reference: 'kaito/stand-in-model:0.1.0' },
      replicas: 1,
      gpusPerPod: 0,
      cpu: { cores: 1, memoryGiB: 1 },
      contextLength: 2048,
      command: [
        '/nodejs/bin/node',
        '/app/main.mjs',
        '--port=5000',
        '--served-model-name=smollm2-135m-instruct',
        '--context-length=2048',
      ],
      port: 5000,
      healthPath: '/health',
      env: {},
    });
    expect(server).not.toHaveProperty('memory');
    expect(model).toMatchObject({ id: name, servedName: name, weights: 'image' });
    expect(warnings).toEqual([expect.stringMatching(/small model on CPUs/)]);
  });

  it('takes the cheapest size without GPUs, on demand and as spot, and compares no other', () => {
    const { nodes, candidates } = servingPlanOf(serving(name));
    expect(nodes).toMatchObject({ instanceType: 'Standard_B2ms', pricePerHour: 0.0832 });
    expect(candidates.map(({ instanceType }) => instanceType)).toEqual(azureCpuSkus.map(sku => sku.name));
    expect(candidates[0]?.reason).toBe('the cheapest that fits');
    // Burstable machines are not sold as spot.
    const spot = servingPlanOf(serving(name, { capacityType: 'spot' }));
    expect(spot.nodes).toMatchObject({ instanceType: 'Standard_D2s_v5', capacityType: 'spot' });
    expect(servingPlanOf(serving(name, { count: 3 }))).toMatchObject({ nodes: { count: 3 }, server: { replicas: 3 } });
  });

  it.each(azureGpuSkus.map(sku => sku.name))('refuses %s, whose GPUs would be paid for and idle', instanceType => {
    const problems = problemsOf(serving(name, { instanceType }));
    expect(problems).toEqual([expect.objectContaining({ code: 'GpuUnused', field: 'resource.instanceType' })]);
    expect(problems[0]?.message).toMatch(/runs on CPUs; use e\.g\. Standard_B2ms, Standard_D2s_v5/);
  });

  it.each(azureCpuSkus.map(sku => sku.name))('%s is refused for a model that needs GPUs', instanceType => {
    for (const preset of ['phi-4', 'phi-2']) {
      const [problem] = problemsOf(serving(preset, { instanceType }));
      expect(problem).toMatchObject({ code: 'GpuRequired', field: 'resource.instanceType' });
      expect(problem?.message).toMatch(/it has no GPU, and .* needs one; use e\.g\. Standard_N/);
    }
    const tuning = { preset: { name: 'phi-4' }, method: 'lora', input: {}, output: {} };
    const workspace = { metadata: { name: 'a' }, resource: { labelSelector: {}, instanceType }, tuning };
    expect(problemsOf(workspace).map(({ code }) => code)).toContain('GpuRequired');
  });

  it('is never picked for GPUs, which are never picked for it', () => {
    const { candidates } = servingPlanOf(serving('phi-4'));
    expect(candidates.filter(({ instanceType }) => !instanceType.startsWith('Standard_N'))).toEqual([]);
    expect(problemsOf(serving(name), { skus: azureGpuSkus })).toEqual([
      expect.objectContaining({ message: expect.stringMatching(/no known size does$/) }),
    ]);
  });

  it('says of an unknown size which are meant', () => {
    const [problem] = problemsOf(serving(name, { instanceType: 'Standard_D2s_v9' }));
    expect(problem).toMatchObject({ code: 'InstanceTypeUnknown' });
    expect(problem?.message).toMatch(/not a known size without GPUs; the nearest are Standard_D2s_v5/);
    const elsewhere = problemsOf(serving(name, { instanceType: 'm5.large' }), { skus: gpuSkusOf('aws') });
    expect(elsewhere[0]?.message).toMatch(/"m5\.large" is not a known size, and no known size does$/);
  });

  it('runs on nodes that users bring, with GPUs or without', () => {
    const plain = servingPlanOf(serving(name), brought(cpuNode('a', '1900m', '5386Mi')));
    expect(plain).toMatchObject({ nodes: { instanceType: '', gpus: 0 }, server: { gpusPerPod: 0 } });
    const gpu = broughtNode('g', 'NVIDIA-T4', { allocatable: { 'nvidia.com/gpu': '1', cpu: '4', memory: '16Gi' } });
    expect(servingPlanOf(serving(name), brought(gpu)).server.runtime).toBe('cpu');
    const both = brought(cpuNode('small', '1', '512Mi'), cpuNode('large', '2', '4Gi'));
    expect(servingPlanOf(serving(name), both).server.runtime).toBe('cpu');
  });

  it.each([
    ['no node', [], 'NodesMissing', /matches no node/],
    ['a small one', [cpuNode('a', '1', '8Gi')], 'MachineTooSmall', /1 vCPU and 8 GiB.*needs more than 1 vCPU/],
    ['one that says nothing', [cpuNode('a', '', 'much')], 'MachineTooSmall', /0 vCPU and 0 GiB/],
  ] as const)('refuses brought nodes: %s', (_, nodes, code, message) => {
    expect(problemsOf(serving(name), brought(...nodes))).toEqual([
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    ]);
  });

  it('refuses what only servers on GPUs have, all at once', () => {
    const workspace = serving(name, { partition: { mode: 'mig', profile: '1g.10gb' } });
    const adapters = [{ source: { name: 'one', image: 'registry.example.com/one:1' } }];
    const asked = annotated(
      { ...workspace, inference: { ...workspace.inference, adapters, config: 'my-config' } },
      { 'kaito.sh/runtime': 'vllm' },
    );
    const codes = problemsOf(asked).map(({ code, field }) => `${code} ${field}`);
    expect(codes).toEqual([
      'RuntimeNotSupported metadata.annotations[kaito.sh/runtime]',
      'AdapterInvalid inference.adapters',
      'PartitionNotSupported resource.partition',
      'FieldNotSupported inference.config',
    ]);
    const tuning = { preset: { name }, method: 'lora', input: {}, output: {} };
    const tuned = { metadata: { name: 'a' }, resource: { labelSelector: {} }, tuning };
    expect(problemsOf(tuned).map(({ code }) => code)).toContain('ModelNotTunable');
  });

  it('takes an image of the user in place of ours', () => {
    const preset = { name, accessMode: 'private' as const, presetOptions: { image: 'my.azurecr.io/stand-in:1' } };
    const { server } = servingPlanOf({ ...serving(name), inference: { preset } });
    expect(server.image).toEqual({ origin: 'user', reference: 'my.azurecr.io/stand-in:1' });
  });

  it('leaves the model of Hugging Face to servers on GPUs', () => {
    expect(() => modelOf('HuggingFaceTB/SmolLM2-135M-Instruct')).toThrow(/not in the catalogue/);
  });
});
