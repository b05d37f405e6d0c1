import { labels } from '@kaito/crds';
import { anInstanceType } from '../testing/stand-ins.ts';
import { attributeOf, sizeAttributes } from './attributes.ts';
import { unreadInstanceType } from './instance-type.ts';

const key = (name: string) => `karpenter.azure.com/sku-${name}`;
const a100 = anInstanceType('Standard_NC24ads_A100_v4', { vcpus: 24, memoryGiB: 220, gpus: 1 });
const cpuOnly = anInstanceType('Standard_D4s_v5', { vcpus: 4, memoryGiB: 16, gpus: 0 });

test.each([
  ['family', 'N'],
  ['series', 'NCads_v4'],
  ['version', '4'],
  ['cpu', '24'],
  ['memory', '225280'],
  ['gpu-count', '1'],
  ['gpu-name', 'A100'],
  ['gpu-manufacturer', 'nvidia'],
])('%s of an A100 size is %s', (name, value) => {
  expect(attributeOf(a100, key(name))).toEqual({ value });
});

test('the domain of AKS has vCPUs and memory too, and Kubernetes the architecture', () => {
  expect(attributeOf(a100, 'kubernetes.azure.com/sku-cpu')).toEqual({ value: '24' });
  expect(attributeOf(a100, 'kubernetes.azure.com/sku-memory')).toEqual({ value: '225280' });
  expect(attributeOf(a100, labels.arch)).toEqual({ value: 'amd64' });
});

test('a size without GPUs has no GPU name; one whose name tells no model has it from the table', () => {
  expect(attributeOf(cpuOnly, key('gpu-name'))).toBe('absent');
  expect(attributeOf(cpuOnly, key('gpu-manufacturer'))).toBe('absent');
  expect(attributeOf(cpuOnly, key('gpu-count'))).toEqual({ value: '0' });
  expect(attributeOf(anInstanceType('Standard_NC6s_v3'), key('gpu-name'))).toEqual({ value: 'V100' });
  expect(attributeOf(anInstanceType('Standard_ND96isr_MI300X_v5'), key('gpu-manufacturer'))).toEqual({ value: 'amd' });
});

test('an N in the name does not make GPUs', () => {
  const without = anInstanceType('Standard_NX8s_v9', { gpus: 0 });
  expect(attributeOf(without, key('gpu-count'))).toEqual({ value: '0' });
  expect(attributeOf(without, key('gpu-manufacturer'))).toBe('absent');
});

test('of a bare name nothing is known but what the name says', () => {
  const bare = unreadInstanceType('Our_size');
  for (const attribute of [...sizeAttributes, labels.arch]) expect(attributeOf(bare, attribute)).toBe('unknown');
  expect(attributeOf(unreadInstanceType('Standard_NC8as_X9_v9'), key('version'))).toEqual({ value: '9' });
});
