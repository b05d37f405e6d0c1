/** A VM size without GPUs, as far as planning needs it. */
export interface CpuSku {
  /** The cloud's own spelling, which is also the value of the node label `node.kubernetes.io/instance-type`. */
  readonly name: string;
  readonly otherNames?: undefined;
  readonly gpuCount: 0;
  readonly vcpus: number;
  /** Memory of the machine, in GiB. */
  readonly memoryGiB: number;
  /** NVMe disks hold weights that are downloaded, which no server on CPUs does. */
  readonly nvme: false;
}

/** Azure sizes for models that need no GPU. Cores and memory: Azure's pages of the Bsv1 and Dsv5 series. */
export const azureCpuSkus: readonly CpuSku[] = [
  sku('Standard_B2ms', 2, 8),
  sku('Standard_D2s_v5', 2, 8),
  sku('Standard_D4s_v5', 4, 16),
  sku('Standard_D8s_v5', 8, 32),
];

function sku(name: string, vcpus: number, memoryGiB: number): CpuSku {
  return { name, gpuCount: 0, vcpus, memoryGiB, nvme: false };
}
