import type { AdapterSpec, Workspace } from '@kaito/crds';
import type { PlannedAdapter, Runtime } from './plan.ts';

/** What KAITO takes for an adapter that says nothing. */
const fullStrength = '1.0';

/** The adapters of a workspace, in the order in which they are written. */
export function plannedAdapters({ inference }: Workspace, runtime: Runtime): readonly PlannedAdapter[] {
  return (inference?.adapters ?? []).map(adapter => plannedAdapter(adapter, runtime));
}

function plannedAdapter({ source, strength }: AdapterSpec, runtime: Runtime): PlannedAdapter {
  const { name = '', image, volumeSource, imagePullSecrets = [] } = source ?? {};
  return {
    name,
    ...(image ? { image } : volumeSource && { volumeSource }),
    pullSecrets: imagePullSecrets,
    ...(runtime !== 'vllm' && { strength: strength ?? fullStrength }),
  };
}

/** Secrets to pull the server's and the adapters' images with, each once, in an order that does not depend on that of adapters. */
export function pullSecrets({ inference }: Workspace): readonly string[] {
  const ofPreset = inference?.preset?.presetOptions?.imagePullSecrets ?? [];
  const ofAdapters = (inference?.adapters ?? []).flatMap(({ source }) => source?.imagePullSecrets ?? []);
  return [...new Set([...ofPreset, ...ofAdapters])].toSorted();
}
