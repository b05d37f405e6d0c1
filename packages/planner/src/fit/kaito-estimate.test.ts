import { catalogue } from '../models/catalogue.ts';
import { findModel } from '../models/find-model.ts';
import { kvBytesPerToken } from '../models/model-needs.ts';
import { azureGpuSkus } from '../skus/azure-gpu-skus.ts';
import { findSku } from '../skus/sku.ts';
import { kaitoEstimate } from './kaito-estimate.ts';

/** Nodes that KAITO v0.12 takes, as website/docs/memory-estimator.md and the estimator's rationale list them. */
const references: readonly (readonly [model: string, size: string, nodes: number])[] = [
  ['phi-3-mini-4k-instruct', 'Standard_NV36ads_A10_v5', 1],
  ['phi-3-mini-4k-instruct', 'Standard_ND96isr_H200_v5', 1],
  ['phi-4', 'Standard_NV36ads_A10_v5', 2],
  ['llama-3.3-70b-instruct', 'Standard_NC24ads_A100_v4', 3],
  ['llama-3.3-70b-instruct', 'Standard_NC48ads_A100_v4', 2],
  ['llama-3.3-70b-instruct', 'Standard_NC96ads_A100_v4', 1],
  ['llama-3.3-70b-instruct', 'Standard_NC40ads_H100_v5', 2],
  ['llama-3.3-70b-instruct', 'Standard_NC80adis_H100_v5', 1],
  ['deepseek-r1-0528', 'Standard_NC96ads_A100_v4', 3],
  ['deepseek-r1-0528', 'Standard_ND96isr_H100_v5', 2],
  ['deepseek-r1-0528', 'Standard_ND96isr_H200_v5', 1],
  ['google/gemma-4-31B-it', 'Standard_NV36ads_A10_v5', 4],
  ['google/gemma-4-31B-it', 'Standard_NC24ads_A100_v4', 1],
  ['google/gemma-4-31B-it', 'Standard_ND96asr_v4', 1],
];

/** The size that KAITO's catalogue has for gpt-oss-120b counts duplicates of the weights. */
const duplicatedWeightsGiB = 121.54;

function nodes(model: string, size: string, weightsGiB?: number): number | undefined {
  const found = findModel(catalogue, model);
  const sku = findSku(azureGpuSkus, size);
  if (!found?.shape || !sku) throw new Error(`${model} or ${size} is not known`);
  const bytes = kvBytesPerToken(found.shape);
  return kaitoEstimate({ ...sku, weightsGiB: weightsGiB ?? found.weightsGiB, kvBytesPerToken: bytes });
}

describe('kaitoEstimate', () => {
  it.each(references)('of %s on %s is what KAITO says', (model, size, expected) => {
    expect(nodes(model, size)).toBe(expected);
  });

  it.each([
    ['Standard_NC24ads_A100_v4', 3],
    ['Standard_NC40ads_H100_v5', 2],
    ['Standard_NC80adis_H100_v5', 1],
  ])('of gpt-oss-120b on %s doubles with duplicated weights', (size, expected) => {
    expect(nodes('gpt-oss-120b', size, duplicatedWeightsGiB)).toBe(expected);
    expect(nodes('gpt-oss-120b', size)).toBeLessThanOrEqual(expected);
  });

  it('has no answer for a GPU that its overhead fills', () => {
    expect(kaitoEstimate({ weightsGiB: 1, kvBytesPerToken: 1, gpuCount: 1, gpuMemoryGiB: 2 })).toBeUndefined();
  });
});
