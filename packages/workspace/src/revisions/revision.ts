import { annotations, labels, type Workspace } from '@kaito/crds';
import type { ControllerRevision } from '@kaito/kube';
import type { Model } from '@kaito/planner';
import { isControlledBy, ownerReference } from '../render/ownership.ts';
import { revisionHash, type RevisionData } from './revision-data.ts';

/** Revisions that are kept beside the present one (KAITO). */
export const keptRevisions = 10;
/** Hexadecimal digits of the hash in a name: enough that two revisions of a workspace never meet. */
const nameDigits = 10;
/** Characters of a ConfigMap's text that are kept: settings of a server are a hundredth of it. */
const maxConfigText = 128 * 1024;

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

/** What is kept with a revision so that it can be planned again when its sources are gone. */
export interface KeptFacts {
  /** The model, where it is not in the catalogue: it would have to be looked up again after every restart. */
  readonly model?: Model | undefined;
  /** Text of the ConfigMap, of which the data hold the digest. */
  readonly configText?: string | undefined;
}

/** A revision as it was stored. */
export interface StoredRevision {
  readonly number: number;
  readonly data: RevisionData;
  readonly facts: KeptFacts;
}

/**
 * Finds or numbers the revision of the present data. Numbers only grow: data that come back, by a rollback, are the newest revision
 * again, as the Deployment controller has it.
 * @param facts to keep with a revision that is written
 */
export function nextRevision(
  workspace: Workspace,
  data: RevisionData,
  known: readonly ControllerRevision[],
  facts: KeptFacts = {},
): RevisionStep {
  const own = ownRevisions(workspace, known);
  const newest = own.at(-1);
  const hash = revisionHash(data);
  if (newest && hashOf(newest) === hash) {
    return { number: newest.revision, before: stored(own.at(-2))?.data, prune: tooOld(own) };
  }
  const number = (newest?.revision ?? 0) + 1;
  const same = own.find(revision => hashOf(revision) === hash);
  const write = render(workspace, data, { hash, number, name: same?.metadata.name, facts });
  return { number, before: stored(newest)?.data, write, prune: tooOld([...own.filter(one => one !== same), write]) };
}

interface Rendering {
  readonly hash: string;
  readonly number: number;
  readonly name: string | undefined;
  readonly facts: KeptFacts;
}

function render(
  workspace: Workspace,
  data: RevisionData,
  { hash, number, name, facts }: Rendering,
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
    data: { ...data, ...keepable(facts) },
    revision: number,
  };
}

function hashOf({ metadata }: ControllerRevision): string | undefined {
  return metadata.annotations?.[annotations.workspaceHash];
}

/** A text that is too long is not kept; a ConfigMap may be as large as an object may be at all. */
function keepable({ model, configText }: KeptFacts): KeptFacts {
  const fits = configText !== undefined && configText.length <= maxConfigText;
  return { ...(model && { model }), ...(fits && { configText }) };
}

/** The newest revision of a workspace: the last one that could be planned, since no other is written. Undefined while there is none. */
export function newestRevision(workspace: Workspace, known: readonly ControllerRevision[]): StoredRevision | undefined {
  return stored(ownRevisions(workspace, known).at(-1));
}

/** The facts of the model that a workspace was planned with last. */
export function storedModel(workspace: Workspace, known: readonly ControllerRevision[]): Model | undefined {
  return ownRevisions(workspace, known)
    .map(revision => stored(revision)?.facts.model)
    .findLast(model => model !== undefined);
}

/** Sorted by number, the newest last. */
function ownRevisions(workspace: Workspace, known: readonly ControllerRevision[]): readonly ControllerRevision[] {
  return known.filter(revision => isControlledBy(revision, workspace)).toSorted((a, b) => a.revision - b.revision);
}

function stored(revision: ControllerRevision | undefined): StoredRevision | undefined {
  if (!revision?.data) return undefined;
  // Written by us; whatever else it may hold only shows up in a list of changed fields.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  const { model, configText, ...data } = revision.data as RevisionData & KeptFacts;
  return { number: revision.revision, data, facts: { model, configText } };
}

function tooOld(sorted: readonly ControllerRevision[]): readonly string[] {
  return sorted.slice(0, Math.max(0, sorted.length - 1 - keptRevisions)).map(({ metadata }) => metadata.name);
}
