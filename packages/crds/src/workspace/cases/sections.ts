/** One manifest for the accept-and-refuse tests. */
export interface WorkspaceCase {
  readonly what: string;
  /** Sections of the workspace. */
  readonly sections: object;
  readonly name?: string;
  /** Only this version has the field or the rule. */
  readonly only?: 'v1alpha1' | 'v1beta1';
}

/** A manifest that is refused, with a part of the message. */
export interface RefusedCase extends WorkspaceCase {
  readonly message: string;
}

/** An edit of a workspace. */
export interface EditCase {
  readonly what: string;
  readonly before: object;
  /** A merge patch; null removes. */
  readonly edit: object;
  readonly only?: 'v1alpha1' | 'v1beta1';
}

/** An edit that is refused, with a part of the message. */
export interface RefusedEditCase extends EditCase {
  readonly message: string;
}

/** Sections of good workspaces. */
export const labelSelector = { matchLabels: { apps: 'phi-3' } };
export const instanceType = 'Standard_NC6s_v3';
export const resource = { instanceType, labelSelector };
export const preset = { name: 'phi-3-mini-4k-instruct' };
export const inference = { preset };
export const template = { spec: { containers: [{ name: 'main', image: 'nginx' }] } };
export const urls: readonly string[] = ['https://example.com/data.parquet'];
export const output = { image: 'example.azurecr.io/out:1', imagePushSecret: 'push' };
export const tuning = { preset, method: 'qlora', input: { urls }, output };

/** A workspace that serves a model, and one that fine-tunes it. */
export const serving = { resource, inference };
export const tuningOne = { resource, tuning };

/** Labels that are Kaito's own. */
export const reserved = { 'kaito.sh/workspace': 'other', 'karpenter.kaito.sh/workspace-name': 'other' };

/** A workspace that serves a model with adapters. */
export function withAdapters(...adapters: readonly object[]): object {
  return { resource, inference: { preset, adapters } };
}

/** An adapter from an image, or from where `source` says. */
export function adapter(source: object, more: object = {}): object {
  return { source: { image: 'example.azurecr.io/a:1', ...source }, ...more };
}

/** So many adapters, each with a name of its own. */
export function numbered(count: number): readonly object[] {
  return Array.from({ length: count }, (_, index) => adapter({ name: `adapter-${index}` }));
}

/** A workspace with another label selector. */
export function withSelector(selector: object): object {
  return { resource: { ...resource, labelSelector: selector }, inference };
}

/** A workspace whose resource section says more. */
export function withResource(fields: object): object {
  return { resource: { ...resource, ...fields }, inference };
}

/** A workspace that runs on a part of a node that its user brings. */
export function withPartition(partition: object): object {
  return { resource: { labelSelector, partition }, inference };
}

/** A workspace that fine-tunes, with some fields changed. */
export function withTuning(fields: object): object {
  return { resource, tuning: { ...tuning, ...fields } };
}
