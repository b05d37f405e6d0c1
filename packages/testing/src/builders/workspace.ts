import type { Workspace, WorkspaceV1alpha1 } from '@kaito/crds';
import { override, type Overrides } from './override.ts';

const metadata = { name: 'a-workspace', namespace: 'default' };
const resource = { instanceType: 'Standard_NC6s_v3', labelSelector: { matchLabels: { apps: 'a-workspace' } } };
const inference = { preset: { name: 'phi-3-mini-4k-instruct' } };

/** A Workspace that serves Phi-3 mini on `Standard_NC6s_v3`. */
export function aWorkspace(overrides?: Overrides<Workspace>): Workspace {
  const base: Workspace = { apiVersion: 'kaito.sh/v1beta1', kind: 'Workspace', metadata, resource, inference };
  return override(base, overrides);
}

/** The same in the first version of the API. */
export function aWorkspaceV1alpha1(overrides?: Overrides<WorkspaceV1alpha1>): WorkspaceV1alpha1 {
  const base: WorkspaceV1alpha1 = { apiVersion: 'kaito.sh/v1alpha1', kind: 'Workspace', metadata, resource, inference };
  return override(base, overrides);
}
