import type { Workspace } from '@kaito/crds';
import { azurePrices, catalogue, plan, skusOf } from '@kaito/planner';
// oxlint-disable-next-line eslint/no-restricted-imports -- only tests use this file
import { aWorkspace, override, type Overrides } from '@kaito/testing';
import { anInput } from './plans.test-data.ts';
import type { RenderInput } from './render-input.ts';

/** A workspace that names nothing but the model; the size is chosen. */
const bare = aWorkspace({ metadata: { uid: '1' }, resource: { instanceType: undefined } });
/** Those who ask for a model that is not open to all have an image of it, or a token. */
const access = {
  accessMode: 'private',
  presetOptions: { image: 'example.azurecr.io/m:1', imagePullSecrets: ['pull'] },
} as const;
const token = { presetOptions: { modelAccessSecret: 'hugging-face' } };

/**
 * What is rendered for each model of the catalogue, planned as the controller does, without those that the edit does not suit.
 * @param edit of a workspace that names nothing but its model
 */
export function catalogueInputs(edit: Overrides<Workspace> = {}): readonly RenderInput[] {
  return catalogue.flatMap(model => {
    const isPrivate = model.presetImage?.tag === '';
    const preset = { name: model.id, ...(isPrivate ? access : token) };
    const workspace = override(override(bare, { inference: { preset } }), edit);
    const result = plan({
      workspace,
      model: { state: 'known', model },
      skus: skusOf('azure'),
      prices: azurePrices,
      provisioning: { mode: 'auto' },
    });
    if (!result.ok || result.plan.job === 'tuning') return [];
    const { config } = workspace.inference ?? {};
    return [anInput(result.plan, { workspace, ...(config !== undefined && { configHash: 'abc' }) })];
  });
}
