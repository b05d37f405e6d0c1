import type { Workspace } from '@kaito/crds';
import type { InferencePlan } from '@kaito/planner';
import { tokenKey } from '../models/secret-token.ts';
import { adapterParts } from './adapters/adapter-parts.ts';
import { podIndex } from './copies.ts';
import type { EnvVar } from './pod-parts.ts';
import type { RenderInput } from './render-input.ts';
import { userEnvironment } from './security.ts';
import { cudaHome, weightsPath } from './volumes.ts';

/** The environment of the server, each name once, in an order that does not depend on that of any object's keys. */
export function environment(input: RenderInput<InferencePlan>): readonly EnvVar[] {
  const { workspace, plan, settings } = input;
  const { server, adapters } = plan;
  const variables: readonly EnvVar[] = [
    ...userEnvironment(input),
    ...Object.entries(server.env)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => ({ name, value })),
    ...(server.needsCudaToolkit ? [{ name: 'CUDA_HOME', value: cudaHome }] : []),
    ...cacheFolder(plan),
    ...mirror(plan, settings.weightsMirror),
    ...accessToken(workspace, plan),
    ...(server.podsPerCopy > 1 ? [podIndex] : []),
    ...adapterParts(input).env,
    // The servers that know strengths read that of an adapter from a variable of its name.
    ...adapters.flatMap(({ name, strength }) => (strength === undefined ? [] : [{ name, value: strength }])),
  ];
  return [...new Map(variables.map(variable => [variable.name, variable])).values()];
}

/** The transformers server has no flag for the folder that it downloads to. */
function cacheFolder({ server, model }: InferencePlan): readonly EnvVar[] {
  const needed = server.runtime === 'transformers' && model.weights === 'download';
  return needed ? [{ name: 'HF_HOME', value: weightsPath }] : [];
}

/** huggingface_hub docs, environment variables. */
function mirror({ server, model }: InferencePlan, endpoint: string | undefined): readonly EnvVar[] {
  const downloads = server.runtime !== 'preset-image' && model.weights === 'download';
  return endpoint !== undefined && downloads ? [{ name: 'HF_ENDPOINT', value: endpoint }] : [];
}

/** Without its token a gated model cannot be had, so the pod does not start; for others the token only helps. */
function accessToken({ inference }: Workspace, { model }: InferencePlan): readonly EnvVar[] {
  const name = inference?.preset?.presetOptions?.modelAccessSecret;
  if (!name || model.weights === 'image') return [];
  const secretKeyRef = { name, key: tokenKey, ...(!model.gated && { optional: true }) };
  // The variable is called as the key (huggingface_hub docs, environment variables).
  return [{ name: tokenKey, valueFrom: { secretKeyRef } }];
}
