import { catalogue } from '../models/catalogue.ts';
import { findModel } from '../models/find-model.ts';
import { plan } from '../plan/make-plan.ts';
import { clouds, gpuSkusOf, type Cloud } from './clouds.ts';
import { gpuGiB } from './gpu-sku.ts';
import { findSku } from './sku.ts';

describe('gpuSkusOf', () => {
  it.each(clouds)('names each size of %s once, with CUDA where it is from NVIDIA', cloud => {
    const skus = gpuSkusOf(cloud);
    expect(new Set(skus.map(({ name }) => name.toLowerCase())).size).toBe(skus.length);
    for (const { vendor, computeCapability } of skus) {
      expect(computeCapability !== undefined).toBe(vendor === 'nvidia');
    }
  });

  it.each<[Cloud, string, number, number]>([
    ['aws', 'p4d.24xlarge', 8, 40],
    ['aws', 'p5en.48xlarge', 8, 141],
    ['aws', 'g6.48xlarge', 8, 24],
    ['aws', 'g5.12xlarge', 4, 24],
    ['aws', 'inf2.24xlarge', 6, 32],
    ['arc', 'Standard_NC8_A2', 1, 16],
    ['arc', 'Standard_NC16_A16', 2, 16],
  ])('knows of %s that %s has %d GPUs of %d GiB', (cloud, name, count, memory) => {
    const sku = findSku(gpuSkusOf(cloud), name);
    expect(sku && [sku.gpuCount, gpuGiB(sku)]).toEqual([count, memory]);
  });
});

/** Plans phi-4-mini on a size that is named, or picked when it is empty. */
function planOn(cloud: Cloud, instanceType: string): ReturnType<typeof plan> {
  const model = findModel(catalogue, 'phi-4-mini-instruct');
  return plan({
    workspace: {
      apiVersion: 'kaito.sh/v1beta1',
      kind: 'Workspace',
      metadata: { name: 'a', namespace: 'default' },
      resource: { instanceType, labelSelector: {} },
      inference: { preset: { name: 'phi-4-mini-instruct' } },
    },
    ...(model && { model: { state: 'known', model } }),
    skus: gpuSkusOf(cloud),
    provisioning: { mode: 'auto' },
  });
}

describe('a plan on another cloud', () => {
  it.each<[Cloud, string]>([
    ['aws', 'g5.xlarge'],
    ['arc', 'Standard_NC4_A16'],
  ])('on %s takes the sizes of that cloud, named or picked', (cloud, name) => {
    expect(planOn(cloud, name)).toMatchObject({ ok: true, plan: { nodes: { instanceType: name, count: 1 } } });
    const picked = planOn(cloud, '');
    const chosen = picked.ok ? picked.plan.nodes.instanceType : '';
    expect(findSku(gpuSkusOf(cloud), chosen)?.gpuCount).toBe(1);
  });

  it('does not serve on accelerators that are no GPUs', () => {
    const problems = [{ code: 'GpuVendorNotSupported' }];
    expect(planOn('aws', 'inf2.xlarge')).toMatchObject({ ok: false, problems });
  });
});
