/**
 * VM sizes that the emulated subscription can buy. Approximate public data: numbers from the size pages of the Azure
 * documentation (learn.microsoft.com/azure/virtual-machines/sizes), families as the usages API names them, zones as
 * often seen in large regions. Not a statement of what Azure offers anywhere today.
 */
export interface VmSize {
  readonly name: string;
  /** As in the usages API, for quota. */
  readonly family: string;
  readonly vcpus: number;
  /** GiB. */
  readonly memoryGb: number;
  readonly gpus: number;
  readonly gpuVendor?: 'nvidia' | 'amd';
  readonly gpuModel?: string;
  readonly arch: 'amd64' | 'arm64';
  /** Temporary disk, GiB; 0: none. */
  readonly tempDiskGb: number;
  /** Cache disk, GiB; 0: none. */
  readonly cacheDiskGb: number;
  readonly zones: readonly string[];
  /** Whether spot machines of this size exist. */
  readonly spot: boolean;
}

type Row = readonly [name: string, vcpus: number, memoryGb: number, gpus: number, tempDiskGb: number];

interface Series {
  readonly family: string;
  readonly gpuVendor?: 'nvidia' | 'amd';
  readonly gpuModel?: string;
  readonly arch?: 'arm64';
  readonly zones: readonly string[];
  readonly sizes: readonly Row[];
}

const ALL = ['1', '2', '3'];

/** Families without spot machines. */
const WITHOUT_SPOT: readonly string[] = ['standardBSFamily', 'standardDSv2Family'];

/** Sizes with a part of a GPU are listed with one, as the SKU API rounds them up. */
const SERIES: readonly Series[] = [
  {
    family: 'standardNCSv3Family',
    gpuVendor: 'nvidia',
    gpuModel: 'V100',
    zones: ALL,
    sizes: [
      ['Standard_NC6s_v3', 6, 112, 1, 736],
      ['Standard_NC12s_v3', 12, 224, 2, 1474],
      ['Standard_NC24s_v3', 24, 448, 4, 2948],
      ['Standard_NC24rs_v3', 24, 448, 4, 2948],
    ],
  },
  {
    family: 'Standard NCASv3_T4 Family',
    gpuVendor: 'nvidia',
    gpuModel: 'T4',
    zones: ALL,
    sizes: [
      ['Standard_NC4as_T4_v3', 4, 28, 1, 176],
      ['Standard_NC8as_T4_v3', 8, 56, 1, 352],
      ['Standard_NC16as_T4_v3', 16, 110, 1, 352],
      ['Standard_NC64as_T4_v3', 64, 440, 4, 2816],
    ],
  },
  {
    family: 'StandardNVADSA10v5Family',
    gpuVendor: 'nvidia',
    gpuModel: 'A10',
    zones: ALL,
    sizes: [
      ['Standard_NV6ads_A10_v5', 6, 55, 1, 180],
      ['Standard_NV12ads_A10_v5', 12, 110, 1, 360],
      ['Standard_NV18ads_A10_v5', 18, 220, 1, 720],
      ['Standard_NV36ads_A10_v5', 36, 440, 1, 1440],
      ['Standard_NV36adms_A10_v5', 36, 880, 1, 2880],
      ['Standard_NV72ads_A10_v5', 72, 880, 2, 2880],
    ],
  },
  {
    family: 'StandardNCADSA100v4Family',
    gpuVendor: 'nvidia',
    gpuModel: 'A100',
    zones: ALL,
    sizes: [
      ['Standard_NC24ads_A100_v4', 24, 220, 1, 64],
      ['Standard_NC48ads_A100_v4', 48, 440, 2, 128],
      ['Standard_NC96ads_A100_v4', 96, 880, 4, 256],
    ],
  },
  {
    family: 'Standard NDASv4_A100 Family',
    gpuVendor: 'nvidia',
    gpuModel: 'A100',
    zones: ['1', '2'],
    sizes: [['Standard_ND96asr_v4', 96, 900, 8, 6000]],
  },
  {
    family: 'Standard NDAMSv4_A100Family',
    gpuVendor: 'nvidia',
    gpuModel: 'A100',
    zones: ['1', '2'],
    sizes: [['Standard_ND96amsr_A100_v4', 96, 1900, 8, 6400]],
  },
  {
    family: 'StandardNCadsH100v5Family',
    gpuVendor: 'nvidia',
    gpuModel: 'H100',
    zones: ['2', '3'],
    sizes: [
      ['Standard_NC40ads_H100_v5', 40, 320, 1, 128],
      ['Standard_NC80adis_H100_v5', 80, 640, 2, 256],
    ],
  },
  {
    family: 'StandardNCCads2023Family',
    gpuVendor: 'nvidia',
    gpuModel: 'H100',
    zones: ['2'],
    sizes: [['Standard_NCC40ads_H100_v5', 40, 320, 1, 800]],
  },
  {
    family: 'standardNDSH100v5Family',
    gpuVendor: 'nvidia',
    gpuModel: 'H100',
    zones: ['1'],
    sizes: [['Standard_ND96isr_H100_v5', 96, 1900, 8, 1000]],
  },
  {
    family: 'standardNDISRH200V5Family',
    gpuVendor: 'nvidia',
    gpuModel: 'H200',
    zones: ['1'],
    sizes: [['Standard_ND96isr_H200_v5', 96, 1850, 8, 1000]],
  },
  {
    family: 'standardNGADSV620v1Family',
    gpuVendor: 'amd',
    gpuModel: 'V620',
    zones: [],
    sizes: [
      ['Standard_NG32ads_V620_v1', 32, 64, 1, 1024],
      ['Standard_NG32adms_V620_v1', 32, 176, 1, 1024],
    ],
  },
  // Burstable machines are not sold as spot (Azure docs, Azure Spot Virtual Machines, limitations).
  { family: 'standardBSFamily', zones: ALL, sizes: [['Standard_B2ms', 2, 8, 0, 16]] },
  {
    family: 'standardDSv5Family',
    zones: ALL,
    sizes: [
      ['Standard_D2s_v5', 2, 8, 0, 0],
      ['Standard_D4s_v5', 4, 16, 0, 0],
      ['Standard_D8s_v5', 8, 32, 0, 0],
      ['Standard_D16s_v5', 16, 64, 0, 0],
    ],
  },
  { family: 'standardDDSv5Family', zones: ALL, sizes: [['Standard_D4ds_v5', 4, 16, 0, 150]] },
  { family: 'standardESv5Family', zones: ALL, sizes: [['Standard_E4s_v5', 4, 32, 0, 0]] },
  { family: 'standardDSv2Family', zones: ALL, sizes: [['Standard_DS2_v2', 2, 7, 0, 14]] },
  { family: 'standardDPSv5Family', arch: 'arm64', zones: ALL, sizes: [['Standard_D4ps_v5', 4, 16, 0, 0]] },
];

export const VM_SIZES: readonly VmSize[] = SERIES.flatMap(({ sizes, arch = 'amd64' as const, ...series }) =>
  sizes.map(([name, vcpus, memoryGb, gpus, tempDiskGb]) => ({
    name,
    ...series,
    arch,
    vcpus,
    memoryGb,
    gpus,
    tempDiskGb,
    cacheDiskGb: tempDiskGb > 0 ? vcpus * 12 : 0,
    spot: !WITHOUT_SPOT.includes(series.family),
  })),
);

const BY_NAME = new Map(VM_SIZES.map(size => [size.name.toLowerCase(), size]));

/** The size of that name, whatever its case, as Azure compares them. */
export function findVmSize(name: string): VmSize | undefined {
  return BY_NAME.get(name.toLowerCase());
}

/** Every quota family of the table, once. */
export const FAMILIES: readonly string[] = [...new Set(VM_SIZES.map(size => size.family))];
