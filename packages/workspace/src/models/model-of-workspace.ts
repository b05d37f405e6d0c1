import type { Workspace } from '@kaito/crds';
import { keyOf } from '@kaito/kube';
import type { ModelLookup } from '@kaito/planner';
import type { ModelDirectory } from './model-directory.ts';

/** The name of the model that a workspace asks for, in lower case, as listeners of the directory get it; undefined for a template. */
export function modelNameOf(workspace: Workspace): string | undefined {
  return presetOf(workspace)?.name.toLowerCase();
}

/**
 * What is known about the model of a workspace, with the token that it names; undefined for a template. Where a plan is in force, its
 * commit stays: neither a repository that moves on nor a newer catalogue may restart pods.
 */
export function modelOfWorkspace(
  directory: Pick<ModelDirectory, 'lookup'>,
  workspace: Workspace,
): ModelLookup | undefined {
  const preset = presetOf(workspace);
  if (!preset) return undefined;
  const lookup = directory.lookup(preset.name, secretKeyOf(workspace, preset.presetOptions?.modelAccessSecret));
  const { model: served, revision } = workspace.status?.plan ?? {};
  if (lookup.state !== 'known' || revision === undefined || served !== lookup.model.id) return lookup;
  return { state: 'known', model: { ...lookup.model, revision } };
}

function presetOf({ inference, tuning }: Workspace): NonNullable<Workspace['inference']>['preset'] {
  return inference?.preset ?? tuning?.preset;
}

function secretKeyOf({ metadata: { namespace } }: Workspace, name: string | undefined): string | undefined {
  return name === undefined || name === '' ? undefined : keyOf({ metadata: { name, namespace } });
}
