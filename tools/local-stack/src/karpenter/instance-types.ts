import type { VmSize } from '@kaito/emulator';

/** An instance type as Karpenter's kwok provider reads it (kwok/cloudprovider/helpers.go): mixed spelling and all. */
export interface KwokInstanceType {
  readonly name: string;
  readonly architecture: string;
  readonly operatingSystems: readonly string[];
  readonly resources: Readonly<Record<string, string>>;
  readonly offerings: readonly {
    readonly Price: number;
    readonly Available: boolean;
    readonly Requirements: readonly {
      readonly key: string;
      readonly operator: 'In';
      readonly values: readonly string[];
    }[];
  }[];
}

const DISK = '300Gi';
/** Not Azure's prices: Karpenter only has to find spot the cheaper one. */
const PRICES = { 'on-demand': 2, spot: 1 } as const;

/**
 * What Karpenter may make here: the GPU sizes that the emulated Azure sells, with the same processors, memory and GPUs. Every capacity
 * type that a size has is offered in one zone: the provider does not survive a claim that no offering fits.
 */
export function kwokInstanceTypes(sizes: readonly VmSize[]): readonly KwokInstanceType[] {
  return sizes.filter(({ gpus }) => gpus > 0).map(instanceType);
}

function instanceType({ name, arch, vcpus, memoryGb, gpus, gpuVendor, spot }: VmSize): KwokInstanceType {
  const capacityTypes = spot ? (['on-demand', 'spot'] as const) : (['on-demand'] as const);
  return {
    name,
    architecture: arch,
    operatingSystems: ['linux'],
    resources: {
      cpu: String(vcpus),
      memory: `${memoryGb}Gi`,
      'ephemeral-storage': DISK,
      [gpuVendor === 'amd' ? 'amd.com/gpu' : 'nvidia.com/gpu']: String(gpus),
    },
    offerings: capacityTypes.map(capacityType => ({
      Price: PRICES[capacityType] * gpus,
      Available: true,
      Requirements: [
        { key: 'karpenter.sh/capacity-type', operator: 'In', values: [capacityType] },
        { key: 'topology.kubernetes.io/zone', operator: 'In', values: ['zone-1'] },
      ],
    })),
  };
}
