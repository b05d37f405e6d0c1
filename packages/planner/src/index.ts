export { nearestNames } from './nearest-names.ts';
export { type NodeImageFamily } from './node-image-family.ts';
export { plan, type Plan, type PlanInput, type PlannedAdapter, type PlannedImage, type PlanResult } from './plan.ts';
export { presets } from './presets/catalogue.ts';
export { findPreset, type Flags, type Preset, type ProbeDelays } from './presets/preset.ts';
export { type Problem, type ProblemCode } from './problem.ts';
export { azureGpuSkus as gpuSkus } from './skus/azure-gpu-skus.ts';
export { findGpuSku, type GpuSku } from './skus/gpu-sku.ts';
