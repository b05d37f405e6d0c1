import { availableParallelism, cpus, freemem, loadavg, totalmem } from 'node:os';

/** What `/metrics` of the transformers images answers on a machine without a GPU (KAITO v0.3, text-generation/inference_api.py). */
export function machineMetrics(): unknown {
  const total = totalmem();
  const cores = availableParallelism();
  return {
    gpu_info: null,
    cpu_info: {
      load_percentage: Math.min(100, ((loadavg()[0] ?? 0) / cores) * 100),
      physical_cores: cores,
      total_cores: cpus().length,
      memory: { used: gigabytes(total - freemem()), total: gigabytes(total) },
    },
  };
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(2)} GB`;
}
