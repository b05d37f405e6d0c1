import { azureGpuSkus } from './azure-gpu-skus.ts';
import { findSku } from './sku.ts';

describe('azureGpuSkus', () => {
  it('names each size once, whatever the case', () => {
    const names = azureGpuSkus
      .flatMap(({ name, otherNames = [] }) => [name, ...otherNames])
      .map(name => name.toLowerCase());
    expect(new Set(names).size).toBe(names.length);
  });

  it.each([
    ['Standard_NC6s_v3', { gpuCount: 1, gpuMemoryGiB: 16, gpuModel: 'NVIDIA V100', computeCapability: '7.0' }],
    ['Standard_NC64as_T4_v3', { gpuCount: 4, gpuMemoryGiB: 64, gpuModel: 'NVIDIA T4', computeCapability: '7.5' }],
    ['Standard_NV72ads_A10_v5', { gpuCount: 2, gpuMemoryGiB: 48, gpuModel: 'NVIDIA A10', computeCapability: '8.6' }],
    ['Standard_NC24ads_A100_v4', { gpuCount: 1, gpuMemoryGiB: 80, gpuModel: 'NVIDIA A100', computeCapability: '8.0' }],
    ['Standard_ND96asr_v4', { gpuCount: 8, gpuMemoryGiB: 320, gpuModel: 'NVIDIA A100', computeCapability: '8.0' }],
    [
      'Standard_ND96amsr_A100_v4',
      { gpuCount: 8, gpuMemoryGiB: 640, gpuModel: 'NVIDIA A100', computeCapability: '8.0' },
    ],
    [
      'Standard_NC80adis_H100_v5',
      { gpuCount: 2, gpuMemoryGiB: 188, gpuModel: 'NVIDIA H100', computeCapability: '9.0' },
    ],
    [
      'Standard_ND96isr_H200_v5',
      { gpuCount: 8, gpuMemoryGiB: 1128, gpuModel: 'NVIDIA H200', computeCapability: '9.0' },
    ],
  ])('knows %s', (name, facts) => {
    expect(findSku(azureGpuSkus, name.toUpperCase())).toMatchObject({ name, vendor: 'nvidia', ...facts });
  });

  it.each([
    ['Standard_ND96asr_A100_v4', 'Standard_ND96asr_v4'],
    ['Standard_ND96amsr_v4', 'Standard_ND96amsr_A100_v4'],
  ])('knows %s as %s', (other, name) => {
    expect(findSku(azureGpuSkus, other)?.name).toBe(name);
  });

  it('says which sizes have NVMe disks', () => {
    const without = ['Standard_NV36ads_A10_v5', 'Standard_ND96asr_v4', 'Standard_NCC40ads_H100_v5', 'Standard_NC6s_v3'];
    const having = ['Standard_NC24ads_A100_v4', 'Standard_ND96amsr_A100_v4', 'Standard_ND96isr_H200_v5'];
    expect([...without, ...having].filter(name => findSku(azureGpuSkus, name)?.nvme)).toEqual(having);
  });

  it('says of every NVIDIA size what CUDA it has, and of no other', () => {
    for (const { vendor, computeCapability } of azureGpuSkus) {
      expect(computeCapability !== undefined).toBe(vendor === 'nvidia');
    }
  });

  it('does not know what is not there', () => {
    expect(findSku(azureGpuSkus, 'Standard_D4s_v5')).toBeUndefined();
  });
});
