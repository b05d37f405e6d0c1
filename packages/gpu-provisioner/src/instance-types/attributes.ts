import { labels } from '@kaito/crds';
import { gpuModelOf, gpuVendorOf } from './gpu-models.ts';
import type { InstanceType } from './instance-type.ts';
import { parseSizeName } from './size-name.ts';
import type { SizeName } from './size-name.ts';

/** A property of a type as a label would carry it: its value; that such machines have none; or that it is not known. */
export type Attribute = { readonly value: string } | 'absent' | 'unknown';

/** Where Karpenter's Azure provider keeps its labels of sizes. */
export const AZURE_DOMAIN = 'karpenter.azure.com/';

/** The labels of GPUs: how many, `0` for none; which model and whose, not there for none. */
export const GPU_COUNT = `${AZURE_DOMAIN}sku-gpu-count`;
export const GPU_NAME = `${AZURE_DOMAIN}sku-gpu-name`;
export const GPU_MANUFACTURER = `${AZURE_DOMAIN}sku-gpu-manufacturer`;

type Reader = (type: InstanceType) => Attribute;

const vcpus: Reader = type => numeric(type.vcpus);
const memoryMiB: Reader = type => numeric(Math.trunc(type.memoryGiB * 1024));

/**
 * The labels by which a claim may choose among types. Names and units are those of Karpenter's Azure provider
 * (Azure/karpenter-provider-azure, pkg/apis/v1beta1/labels.go; AKS docs, node auto-provisioning, SKU selectors).
 */
const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  [`${AZURE_DOMAIN}sku-family`, named(name => name.family)],
  [`${AZURE_DOMAIN}sku-series`, named(name => name.series)],
  [`${AZURE_DOMAIN}sku-version`, named(name => name.version)],
  [`${AZURE_DOMAIN}sku-cpu`, vcpus],
  [`${AZURE_DOMAIN}sku-memory`, memoryMiB],
  ['kubernetes.azure.com/sku-cpu', vcpus],
  ['kubernetes.azure.com/sku-memory', memoryMiB],
  [GPU_COUNT, type => (type.gpus === undefined ? 'unknown' : { value: String(type.gpus) })],
  [GPU_NAME, ofGpus(gpuModelOf)],
  [GPU_MANUFACTURER, ofGpus(gpuVendorOf)],
]);

/** The labels that describe a type. */
export const sizeAttributes: readonly string[] = [...readers.keys()];

/** What the type has for a label: one of `sizeAttributes`, or the architecture. Of other labels nothing is known. */
export function attributeOf(type: InstanceType, key: string): Attribute {
  if (key === labels.arch) return type.architecture === undefined ? 'unknown' : { value: type.architecture };
  return readers.get(key)?.(type) ?? 'unknown';
}

function numeric(value: number): Attribute {
  return value > 0 ? { value: String(value) } : 'unknown';
}

function named(read: (name: SizeName) => string): Reader {
  return type => {
    const name = parseSizeName(type.name);
    return name ? { value: read(name) } : 'unknown';
  };
}

function ofGpus(read: (type: InstanceType) => string | undefined): Reader {
  return type => {
    if (type.gpus === 0) return 'absent';
    const value = read(type);
    return value === undefined ? 'unknown' : { value };
  };
}
