import { VM_SIZES } from '@kaito/emulator';
import { kwokInstanceTypes } from './instance-types.ts';

const types = kwokInstanceTypes(VM_SIZES);
const find = (name: string) => types.find(type => type.name === name);

test('a size keeps its processors, memory and GPUs', () => {
  expect(find('Standard_NC6s_v3')).toMatchObject({
    architecture: 'amd64',
    operatingSystems: ['linux'],
    resources: { cpu: '6', memory: '112Gi', 'nvidia.com/gpu': '1' },
  });
});

test('only sizes with GPUs are there, each once', () => {
  expect(types).toHaveLength(VM_SIZES.filter(({ gpus }) => gpus > 0).length);
  expect(find('Standard_D4s_v5')).toBeUndefined();
});

test('GPUs of AMD are not called NVIDIA', () => {
  const amd = VM_SIZES.find(({ gpuVendor }) => gpuVendor === 'amd')?.name ?? '';
  expect(Object.keys(find(amd)?.resources ?? {})).toContain('amd.com/gpu');
  expect(Object.keys(find(amd)?.resources ?? {})).not.toContain('nvidia.com/gpu');
});

test('each size is offered on demand, and spot for less where there is spot', () => {
  for (const { name, spot } of VM_SIZES.filter(({ gpus }) => gpus > 0)) {
    const byPrice = find(name)?.offerings.toSorted((a, b) => a.Price - b.Price) ?? [];
    const capacityTypes = byPrice.map(({ Requirements }) => Requirements[0]?.values[0]);
    expect(capacityTypes).toEqual(spot ? ['spot', 'on-demand'] : ['on-demand']);
  }
});
