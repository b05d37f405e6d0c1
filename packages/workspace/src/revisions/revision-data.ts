import type { Workspace } from '@kaito/crds';
import { canonicalDigest } from '@kaito/kube';
import type { ObservedConfig } from '../observed.ts';
import { fieldImpacts } from './impact.ts';

/** What of a workspace decides how it is run: its sections, the annotations and labels that are read, and the content of its ConfigMap. */
export interface RevisionData {
  readonly resource?: Workspace['resource'];
  readonly inference?: Workspace['inference'];
  readonly tuning?: Workspace['tuning'];
  readonly metadata?: {
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
  };
  /** SHA-256 of the ConfigMap's content. */
  readonly config?: { readonly data: string };
}

const readKeys = (kind: 'annotations' | 'labels'): readonly string[] => {
  const prefix = `metadata.${kind}.`;
  return Object.keys(fieldImpacts)
    .filter(path => path.startsWith(prefix))
    .map(path => path.slice(prefix.length));
};
const readAnnotations = readKeys('annotations');
const readLabels = readKeys('labels');

/** Reads what counts from a workspace and its ConfigMap. */
export function revisionData(
  { resource, inference, tuning, metadata }: Workspace,
  config: ObservedConfig,
): RevisionData {
  const kept = {
    annotations: pick(metadata.annotations, readAnnotations),
    labels: pick(metadata.labels, readLabels),
  };
  return {
    ...(resource && { resource }),
    ...(inference && { inference }),
    ...(tuning && { tuning }),
    ...((kept.annotations ?? kept.labels) && {
      metadata: {
        ...(kept.annotations && { annotations: kept.annotations }),
        ...(kept.labels && { labels: kept.labels }),
      },
    }),
    ...(config.state === 'read' && { config: { data: config.hash } }),
  };
}

/** The workspace as it was at a revision: what decides how it is run is of then, all else is of now. */
export function workspaceAt(
  workspace: Workspace,
  { resource, inference, tuning, metadata: kept }: RevisionData,
): Workspace {
  const { resource: _, inference: __, tuning: ___, metadata, ...rest } = workspace;
  return {
    ...rest,
    metadata: {
      ...metadata,
      annotations: { ...without(metadata.annotations, readAnnotations), ...kept?.annotations },
      labels: { ...without(metadata.labels, readLabels), ...kept?.labels },
    },
    ...(resource && { resource }),
    ...(inference && { inference }),
    ...(tuning && { tuning }),
  };
}

/** SHA-256 of the data, in hexadecimal digits; equal data give equal digests, in whatever order their keys stand. */
export function revisionHash(data: RevisionData): string {
  return canonicalDigest(data);
}

function pick(
  from: Readonly<Record<string, string>> | undefined,
  keys: readonly string[],
): Readonly<Record<string, string>> | undefined {
  const found = keys.flatMap(key => {
    const value = from?.[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}

function without(
  from: Readonly<Record<string, string>> = {},
  keys: readonly string[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(from).filter(([key]) => !keys.includes(key)));
}
