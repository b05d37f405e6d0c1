import { cpuSkus, gpuSkus } from '@kaito/planner';
import { LOCATION_ZONES } from './instance-type.ts';
import type { InstanceType } from './instance-type.ts';

type Size = readonly [name: string, vcpus: number, memoryGiB: number];

/**
 * Usage counter of the family, and the sizes that count on it. vCPUs and memory: Azure docs, sizes of virtual machines,
 * GPU accelerated and general purpose. Counters: the names in Compute usages, whose case varies.
 */
const FAMILIES: readonly (readonly [family: string, sizes: readonly Size[]])[] = [
  [
    'standardNCSv3Family',
    [
      ['Standard_NC6s_v3', 6, 112],
      ['Standard_NC12s_v3', 12, 224],
      ['Standard_NC24s_v3', 24, 448],
      ['Standard_NC24rs_v3', 24, 448],
    ],
  ],
  [
    'Standard NCASv3_T4 Family',
    [
      ['Standard_NC4as_T4_v3', 4, 28],
      ['Standard_NC8as_T4_v3', 8, 56],
      ['Standard_NC16as_T4_v3', 16, 110],
      ['Standard_NC64as_T4_v3', 64, 440],
    ],
  ],
  [
    'StandardNVADSA10v5Family',
    [
      ['Standard_NV36ads_A10_v5', 36, 440],
      ['Standard_NV72ads_A10_v5', 72, 880],
    ],
  ],
  [
    'StandardNCADSA100v4Family',
    [
      ['Standard_NC24ads_A100_v4', 24, 220],
      ['Standard_NC48ads_A100_v4', 48, 440],
      ['Standard_NC96ads_A100_v4', 96, 880],
    ],
  ],
  ['Standard NDASv4_A100 Family', [['Standard_ND96asr_v4', 96, 900]]],
  ['Standard NDAMSv4_A100Family', [['Standard_ND96amsr_A100_v4', 96, 1900]]],
  [
    'StandardNCadsH100v5Family',
    [
      ['Standard_NC40ads_H100_v5', 40, 320],
      ['Standard_NC80adis_H100_v5', 80, 640],
    ],
  ],
  ['StandardNCCads2023Family', [['Standard_NCC40ads_H100_v5', 40, 320]]],
  ['standardNDSH100v5Family', [['Standard_ND96isr_H100_v5', 96, 1900]]],
  ['standardNDISRH200V5Family', [['Standard_ND96isr_H200_v5', 96, 1850]]],
  ['standardBSFamily', [['Standard_B2ms', 2, 8]]],
  [
    'standardDSv5Family',
    [
      ['Standard_D2s_v5', 2, 8],
      ['Standard_D4s_v5', 4, 16],
      ['Standard_D8s_v5', 8, 32],
    ],
  ],
  [
    'standardNVFamily',
    [
      ['Standard_NV6', 6, 56],
      ['Standard_NV12', 12, 112],
      ['Standard_NV24', 24, 224],
    ],
  ],
  [
    'standardNVSv3Family',
    [
      ['Standard_NV12s_v3', 12, 112],
      ['Standard_NV24s_v3', 24, 224],
      ['Standard_NV48s_v3', 48, 448],
    ],
  ],
  ['standardNVSv4Family', [['Standard_NV32as_v4', 32, 112]]],
  [
    'standardNGADSV620v1Family',
    [
      ['Standard_NG32ads_V620_v1', 32, 64],
      ['Standard_NG32adms_V620_v1', 32, 176],
    ],
  ],
];

const sizes = new Map(
  FAMILIES.flatMap(([family, members]) =>
    members.map(([name, vcpus, memoryGiB]) => [name, { family, vcpus, memoryGiB }] as const),
  ),
);
const UNKNOWN_SIZE = { family: '', vcpus: 0, memoryGiB: 0 };

/**
 * The planner's sizes by their names in lower case, for as long as the list of the location could not be read. What is sold where is not
 * known then: they stand in all zones, as spot too, and Azure has the last word.
 */
export const fallbackInstanceTypes: ReadonlyMap<string, InstanceType> = new Map(
  [...gpuSkus, ...cpuSkus].map(({ name, gpuCount }) => [
    name.toLowerCase(),
    {
      name,
      ...(sizes.get(name) ?? UNKNOWN_SIZE),
      gpus: gpuCount,
      // None of the table has another; of GPU sizes, only those with Grace have, which it lacks.
      architecture: 'amd64',
      zones: LOCATION_ZONES,
      spotCapable: true,
    },
  ]),
);
