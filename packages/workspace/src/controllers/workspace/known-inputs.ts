import type { Workspace } from '@kaito/crds';
import type { ControllerRevision } from '@kaito/kube';
import type { Model, ModelLookup } from '@kaito/planner';
import type { Observed, ObservedConfig } from '../../observed.ts';
import { revisionData, revisionHash } from '../../revisions/revision-data.ts';
import { storedModel, type KeptFacts, type StoredRevision } from '../../revisions/revision.ts';

/** What the model was when the workspace was planned last stands in while nobody can say what it is. */
export function knownModel(
  { workspace, model }: Observed,
  revisions: readonly ControllerRevision[],
): ModelLookup | undefined {
  if (!model || model.state === 'known') return model;
  const stored = storedModel(workspace, revisions);
  return stored ? { state: 'known', model: stored } : model;
}

/**
 * The configuration that counts. One whose ConfigMap was taken away stays what it was for as long as nothing else is edited: nobody
 * takes a file away to have the server run without it.
 */
export function knownConfig({ workspace, config }: Observed, newest: StoredRevision | undefined): ObservedConfig {
  if (config.state !== 'missing' && config.state !== 'empty') return config;
  const kept = newest?.data.config && configOf(newest, config.name);
  return kept && isSameButForConfig(workspace, newest) ? kept : config;
}

/** The configuration of a revision; undefined when its text was not kept. */
export function configOf({ data, facts }: StoredRevision, name: string | undefined): ObservedConfig | undefined {
  if (!name || !data.config) return { state: 'none' };
  return facts.configText === undefined
    ? undefined
    : { state: 'read', name, text: facts.configText, hash: data.config.data };
}

/** What to keep with a revision. The catalogue comes with the controller, so that only a model that is not in it is worth keeping. */
export function factsToKeep({ model, config }: Pick<Observed, 'model' | 'config'>): KeptFacts {
  return { model: modelToKeep(model), configText: config.state === 'read' ? config.text : undefined };
}

function modelToKeep(lookup: ModelLookup | undefined): Model | undefined {
  return lookup?.state === 'known' && !lookup.model.catalogued ? lookup.model : undefined;
}

function isSameButForConfig(workspace: Workspace, { data }: StoredRevision): boolean {
  const { config: _, ...rest } = data;
  return revisionHash(revisionData(workspace, { state: 'none' })) === revisionHash(rest);
}
