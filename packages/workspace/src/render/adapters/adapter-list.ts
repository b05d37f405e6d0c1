import type { Workspace } from '@kaito/crds';
import { apiVersionOf, configMaps, type ConfigMap } from '@kaito/kube';
import type { InferencePlan, PlannedAdapter } from '@kaito/planner';
import { ownerReference } from '../ownership.ts';
import type { RenderInput } from '../render-input.ts';
import { hasAdapterList, imageAdapters } from './live-adapters.ts';

/** Key of the ConfigMap. */
export const adapterListKey = 'adapters';

/** The ConfigMap with the adapters of a workspace whose server loads them while it runs. */
export function adapterListName({ metadata }: Pick<Workspace, 'metadata'>): string {
  return `${metadata.name}-adapters`;
}

/** A line for each adapter from an image: name, tab, image; by name, since their order means nothing. */
export function adapterLines(adapters: readonly PlannedAdapter[]): string {
  return imageAdapters(adapters)
    .map(({ name, image = '' }) => `${name}\t${image}\n`)
    .toSorted((a, b) => (a < b ? -1 : 1))
    .join('');
}

/** The list of adapters; undefined where pods are made anew for a change of them. It is no part of the pods' template. */
export function renderAdapterList({ workspace, plan, settings }: RenderInput<InferencePlan>): ConfigMap | undefined {
  if (!hasAdapterList(plan, settings)) return undefined;
  return {
    apiVersion: apiVersionOf(configMaps),
    kind: configMaps.kind,
    metadata: {
      name: adapterListName(workspace),
      namespace: workspace.metadata.namespace ?? '',
      ownerReferences: [ownerReference(workspace)],
    },
    data: { [adapterListKey]: adapterLines(plan.adapters) },
  };
}
