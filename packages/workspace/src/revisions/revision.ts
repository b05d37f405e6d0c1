import { annotations, labels, type Workspace } from '@kaito/crds';
import type { ControllerRevision } from '@kaito/kube';
import type { Model } from '@kaito/planner';
import { isControlledBy, ownerReference } from '../render/ownership.ts';
import { revisionHash, type RevisionData } from './revision-data.ts';

/** Revisions that are kept beside the present one (KAITO). */
export const keptRevisions = 10;
/** Hexadecimal digits of the hash in a name: enough that two revisions of a workspace never meet. */
const nameDigits = 10;

/** What is to be done so that the present data are the newest revision. */
export interface RevisionStep {
  /** Number of the present revision. */
  readonly number: number;
  /** The revision before this one, whose data the edit started from; undefined for the first. */
  readonly before: RevisionData | undefined;
  /** To write: a new object, or one of old whose data came back and gets a new number. */
  readonly write?: ControllerRevision;
  /** Names of revisions that are too old to keep. */
  readonly prune: readonly string[];
}

/**
 * Finds or numbers the revision of the present data. Numbers only grow: data that come back, by a rollback, are the newest revision
 * again, as the Deployment controller has it.
 * @param model facts to keep with a revision that is written, see `storedModel`
 */
export function nextRevision(
  workspace: Workspace,
  data: RevisionData,
  known: readonly ControllerRevision[],
  model?: Model,
): RevisionStep {
  const own = known.filter(revision => isControlledBy(revision, workspace)).toSorted((a, b) => a.revision - b.revision);
  const newest = own.at(-1);
  const hash = revisionHash(data);
  if (newest && hashOf(newest) === hash) {
    return { number: newest.revision, before: dataOf(own.at(-2)), prune: tooOld(own) };
  }
  const number = (newest?.revision ?? 0) + 1;
  const same = own.find(revision => hashOf(revision) === hash);
  const write = render(workspace, data, { hash, number, name: same?.metadata.name, model });
  return { number, before: dataOf(newest), write, prune: tooOld([...own.filter(one => one !== same), write]) };
}

interface Rendering {
  readonly hash: string;
  readonly number: number;
  readonly name: string | undefined;
  readonly model: Model | undefined;
}

function render(
  workspace: Workspace,
  data: RevisionData,
  { hash, number, name, model }: Rendering,
): ControllerRevision {
  const { metadata } = workspace;
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: name ?? `${metadata.name}-${hash.slice(0, nameDigits)}`,
      namespace: metadata.namespace ?? '',
      labels: { [labels.revisionOf]: metadata.name },
      annotations: { [annotations.workspaceHash]: hash },
      ownerReferences: [ownerReference(workspace)],
    },
    data: { ...data, ...(model && { model }) },
    revision: number,
  };
}

function hashOf({ metadata }: ControllerRevision): string | undefined {
  return metadata.annotations?.[annotations.workspaceHash];
}

function dataOf(revision: ControllerRevision | undefined): RevisionData | undefined {
  if (!revision?.data) return undefined;
  const { model: _, ...data } = storedData(revision);
  return data;
}

interface StoredData extends RevisionData {
  readonly model?: Model;
}

/** Written by us; whatever else it may hold only shows up in a list of changed fields. */
function storedData({ data }: ControllerRevision): StoredData {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return (data ?? {}) as StoredData;
}

/**
 * The facts of the model that a workspace was planned with last. A model outside of the catalogue has to be looked up again after every
 * restart; a workspace that serves must not wait for that, nor suffer when its repository is gone.
 */
export function storedModel(workspace: Workspace, known: readonly ControllerRevision[]): Model | undefined {
  const own = known.filter(revision => isControlledBy(revision, workspace)).toSorted((a, b) => b.revision - a.revision);
  return own.map(revision => storedData(revision).model).find(model => model !== undefined);
}

function tooOld(sorted: readonly ControllerRevision[]): readonly string[] {
  return sorted.slice(0, Math.max(0, sorted.length - 1 - keptRevisions)).map(({ metadata }) => metadata.name);
}
