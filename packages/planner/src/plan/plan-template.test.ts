import type { Workspace } from '@kaito/crds';
import { planOf, problemsOf, serving } from './plan-inputs.test-data.ts';

const template = { spec: { containers: [{ name: 'server', resources: { limits: { 'nvidia.com/gpu': '2' } } }] } };

function templated(
  resource: Partial<NonNullable<Workspace['resource']>>,
  pod: Record<string, unknown> = template,
): Workspace {
  return { ...serving('', resource), inference: { template: pod } };
}

describe('plan of a template', () => {
  it('is nodes of the size that is named', () => {
    expect(
      planOf(templated({ instanceType: 'standard_nc24ads_a100_v4', count: 2, capacityType: 'spot' })),
    ).toMatchObject({
      job: 'template',
      replicas: 2,
      nodes: {
        instanceType: 'Standard_NC24ads_A100_v4',
        capacityType: 'spot',
        count: 2,
        diskGiB: 1024,
        gpus: 1,
        hasNvme: true,
        pricePerHour: 0.8889,
      },
    });
  });

  it.each([
    ['Standard_NV18ads_A10_v5', 2],
    ['Standard_D96s_v5', 2],
  ])('takes %s, whose GPUs only the template knows', (instanceType, gpus) => {
    const plan = planOf(templated({ instanceType }));
    expect(plan.nodes.gpus).toBe(gpus);
    expect(plan.warnings).toEqual([expect.stringMatching(/not in the table/)]);
  });

  it.each([{}, { spec: 1 }, { spec: { containers: [null, { resources: { limits: { 'nvidia.com/gpu': 'x' } } }] } }])(
    'counts no GPU in %j',
    pod => {
      expect(planOf(templated({ instanceType: 'Standard_D8s_v5' }, pod)).nodes.gpus).toBe(0);
    },
  );

  it('knows sizes without GPUs, and refuses them where the template asks for some', () => {
    const onCpus = planOf(templated({ instanceType: 'standard_d8s_v5' }, { spec: {} }));
    expect(onCpus).toMatchObject({ nodes: { instanceType: 'Standard_D8s_v5', gpus: 0, pricePerHour: 0.384 } });
    expect(onCpus.warnings).toEqual([]);
    const problems = problemsOf(templated({ instanceType: 'Standard_D8s_v5' }));
    expect(problems).toEqual([
      expect.objectContaining({ code: 'GpuRequired', message: expect.stringMatching(/no GPU.*asks for 2/) }),
    ]);
  });

  it('runs on nodes that users bring', () => {
    const plan = planOf(templated({}), { provisioning: { mode: 'brought', nodes: [] } });
    expect(plan).toMatchObject({ job: 'template', nodes: { instanceType: '', gpus: 2 }, warnings: [] });
  });

  it.each([
    ['', 'InstanceTypeRequired', /name a size/],
    ['Standard_B2s', 'InstanceTypeUnknown', /"Standard_B2s" is not a known size/],
  ])('refuses the size "%s"', (instanceType, code, message) => {
    const problems = problemsOf(templated({ instanceType }));
    expect(problems).toEqual([expect.objectContaining({ code, message: expect.stringMatching(message) })]);
  });
});
