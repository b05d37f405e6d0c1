import { annotations, type Workspace } from '@kaito/crds';
import type { CpuServer, Model, ModelShape, PresetImage, TransformersSettings, VllmSettings } from '../models/model.ts';
import { computeCapability, type GpuSku } from '../skus/gpu-sku.ts';
import { unfit, type Unfit } from './judgement.ts';

/** CUDA compute capability from which on the base image runs (KAITO v0.12, pkg/sku/azure_sku_handler.go). */
export const leastCapability = 8;
/** From which on DeepGEMM runs, without which some models do not (deepseek-ai/DeepGEMM, requirements). */
const deepGemmCapability = 9;

/** A server on GPUs with all that it needs of the model. */
export type GpuRuntime =
  | { readonly name: 'vllm'; readonly settings: VllmSettings; readonly shape: ModelShape }
  | { readonly name: 'transformers'; readonly settings: TransformersSettings; readonly shape: ModelShape }
  | { readonly name: 'preset-image'; readonly image: PresetImage };

/** A server with all that it needs of the model. */
export type ChosenRuntime = GpuRuntime | { readonly name: 'cpu'; readonly server: CpuServer };

/** Whether a server's image holds the weights. */
export function holdsWeights({ name }: ChosenRuntime): boolean {
  return name === 'preset-image' || name === 'cpu';
}

/** The image that a private preset names, in place of ours. */
export function privateImage({ inference }: Workspace): string | undefined {
  const { accessMode, presetOptions } = inference?.preset ?? {};
  return accessMode === 'private' && presetOptions?.image ? presetOptions.image : undefined;
}

/**
 * The server that runs a model on these GPUs: the one that was asked for, else vLLM, else the image of KAITO v0.3. A private image of
 * such a preset is of that kind.
 */
export function runtimeOn(workspace: Workspace, model: Model, sku: GpuSku): GpuRuntime | Unfit {
  const asked = workspace.metadata.annotations?.[annotations.runtime];
  const [vllm, old] = [vllmOn(model, sku), oldImage(model)];
  if (asked === 'transformers') {
    const transformers = transformersOn(model, sku);
    return 'fits' in transformers ? (old ?? transformers) : transformers;
  }
  if (asked === 'vllm' || !old) return vllm;
  return privateImage(workspace) !== undefined || 'fits' in vllm ? old : vllm;
}

function vllmOn({ id, vllm, shape }: Model, sku: GpuSku): GpuRuntime | Unfit {
  if (!vllm || !shape) return unfit('RuntimeNotSupported', `vLLM does not serve ${id}`);
  const least = vllm.env?.['VLLM_USE_DEEP_GEMM'] === '1' ? deepGemmCapability : leastCapability;
  return computeCapability(sku) < least
    ? tooOld(sku, `vLLM with ${id}`, least)
    : { name: 'vllm', settings: vllm, shape };
}

function transformersOn({ id, transformers, shape }: Model, sku: GpuSku): GpuRuntime | Unfit {
  if (!transformers || !shape) {
    return unfit('RuntimeNotSupported', `the transformers server is not known to serve ${id}: use vllm`);
  }
  return computeCapability(sku) < leastCapability
    ? tooOld(sku, 'the transformers server', leastCapability)
    : { name: 'transformers', settings: transformers, shape };
}

function oldImage({ presetImage }: Model): GpuRuntime | undefined {
  return presetImage && { name: 'preset-image', image: presetImage };
}

function tooOld({ computeCapability: has }: GpuSku, server: string, least: number): Unfit {
  const reason = `${server} needs CUDA compute capability ${least}.0 and these GPUs have ${has ?? 'none'}`;
  return unfit('RuntimeNotSupported', reason);
}
