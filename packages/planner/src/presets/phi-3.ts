import type { Preset } from './preset.ts';

const phi3Mini: Omit<Preset, 'name' | 'image'> = {
  family: 'Phi3',
  runtime: 'transformers',
  launcher: {
    program: 'accelerate launch',
    flags: { num_processes: '1', num_machines: '1', machine_rank: '0', gpu_ids: 'all' },
  },
  server: {
    program: 'inference_api.py',
    // The image carries the weights at a pinned revision together with the model code that this flag allows.
    flags: { torch_dtype: 'auto', pipeline: 'text-generation', trust_remote_code: true },
  },
  port: 5000,
  healthPath: '/healthz',
  probeDelays: { readinessSeconds: 30, livenessSeconds: 600 },
  startTimeoutSeconds: 30 * 60,
  diskGiB: 50,
  gpuCount: 1,
  gpuMemoryGiB: 9,
  source: 'KAITO v0.3.0, presets/models/phi3/model.go and pkg/inference/preset-inferences.go',
};

/** Phi-3-mini in the images of KAITO v0.3, which serve `POST /chat` and run on GPUs below compute capability 8.0. */
export const phi3Presets: readonly Preset[] = ['phi-3-mini-4k-instruct', 'phi-3-mini-128k-instruct'].map(name => ({
  ...phi3Mini,
  name,
  image: { repository: `kaito-${name}`, tag: '0.0.1' },
}));
