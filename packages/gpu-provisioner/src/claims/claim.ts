import type { Requirement, Taint } from '@kaito/crds';
import type { Condition, KubeObject, Resource } from '@kaito/kube';
import { NODE_CLASS } from './wording.ts';

/** The kinds of claim that the provisioner serves. */
export type ClaimKind = 'Machine' | 'NodeClaim';

/** Names one claim in the work queue: claims of both kinds share it. */
export type ClaimKey = `${ClaimKind}/${string}`;

export type Quantities = Readonly<Record<string, string | number>>;

/** A condition as it may stand on a claim: the older kind does not demand a reason, a message or a time. */
export type ReportedCondition = Pick<Condition, 'type'> & { readonly status: string } & Partial<
    Omit<Condition, 'type' | 'status'>
  >;

/** What the provisioner has reported on a claim so far. */
export interface ClaimStatus {
  readonly nodeName?: string;
  readonly providerID?: string;
  readonly imageID?: string;
  readonly capacity?: Quantities;
  readonly allocatable?: Quantities;
  readonly conditions?: readonly ReportedCondition[];
}

/** The JSON of a claim, of either kind, as far as the engine looks into it. */
export interface ClaimObject extends KubeObject {
  readonly spec?: {
    readonly taints?: readonly Taint[];
    readonly startupTaints?: readonly Taint[];
    readonly requirements?: readonly Requirement[];
    readonly resources?: { readonly requests?: Quantities };
    /** Of a Machine. */
    readonly machineTemplateRef?: { readonly kind?: string; readonly name: string };
    /** Of a NodeClaim. */
    readonly nodeClassRef?: { readonly group: string; readonly kind: string; readonly name: string };
    readonly terminationGracePeriod?: string;
    /** Of a NodeClaim: a duration, or `Never`. */
    readonly expireAfter?: string;
  };
  readonly status?: ClaimStatus;
}

/** Who owns a pool: the claim's kind, name and uid, as the tags on the pool record it. */
export interface Owner {
  readonly kind: ClaimKind;
  readonly name: string;
  readonly uid: string;
  /** When the claim was made and which machine it has tell its pool where there are no tags. Epoch milliseconds. */
  readonly createdAt?: number | undefined;
  readonly status?: Pick<ClaimStatus, 'providerID'> | undefined;
}

/** One claim as the engine sees it, whatever its kind. Times are milliseconds since the Unix epoch. */
export interface Claim extends Owner {
  readonly key: ClaimKey;
  readonly object: ClaimObject;
  readonly generation: number;
  /** The node class, which becomes a label of the node; `default` when the claim names none that a label may say. */
  readonly nodeClass: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly finalizers: readonly string[];
  readonly requirements: readonly Requirement[];
  readonly taints: readonly Taint[];
  readonly startupTaints: readonly Taint[];
  readonly requests: Quantities;
  readonly createdAt: number;
  readonly deletedAt: number | undefined;
  /** How long a drain may take before it is forced; undefined means for ever. */
  readonly gracePeriodMs: number | undefined;
  readonly status: ClaimStatus;
}

/** How far one phase of a claim's life has come. */
export type Step =
  | { readonly state: 'done' }
  /** Not yet, and no decision against it. */
  | { readonly state: 'waiting'; readonly reason: string; readonly message: string }
  /** It cannot go on without a change from outside. */
  | { readonly state: 'failed'; readonly reason: string; readonly message: string }
  /** An earlier phase has to come first. */
  | { readonly state: 'unstarted' }
  /** Nothing was learnt in this pass: what was reported stands. */
  | { readonly state: 'unchanged' };

export type Phase = 'launched' | 'registered' | 'initialized';

export type Progress = Readonly<Record<Phase, Step>>;

/** The stages of a claim's end, in order. */
export type EndPhase = 'drained' | 'volumesDetached' | 'instanceTerminating';

/** How far a claim's end has come; what was not reached yet is `unstarted`. */
export type Ending = Readonly<Record<EndPhase, Step>>;

/** A language that claims are written in: reads a kind into the view, and writes conditions in the kind's own words. */
export interface Dialect {
  readonly kind: ClaimKind;
  readonly resource: Resource<ClaimObject>;
  /** The condition type of each phase. */
  readonly conditionTypes: Readonly<Record<Phase, string>>;
  /** Labels that every pool of this kind gets, under the claim's own. */
  readonly poolLabels: Readonly<Record<string, string>>;
  /** Whether the claim asks for this provisioner. Other claims are never touched. */
  isOurs(object: ClaimObject): boolean;
  view(object: ClaimObject): Claim;
  /** The conditions after this pass; transition times move only where a status changes. `now` in epoch milliseconds. */
  conditions(claim: Claim, progress: Progress, now: number): readonly ReportedCondition[];
  /** The conditions of a claim that is going; undefined for a kind that has none of its end. `now` in epoch milliseconds. */
  endConditions(claim: Claim, ending: Ending, now: number): readonly ReportedCondition[] | undefined;
}

/** The queue key of a claim. */
export function claimKey(kind: ClaimKind, name: string): ClaimKey {
  return `${kind}/${name}`;
}

/**
 * The parts of a key made by `claimKey`.
 * @throws RangeError when it is no such key.
 */
export function parseClaimKey(key: string): { readonly kind: ClaimKind; readonly name: string } {
  const [kind, name, ...rest] = key.split('/');
  if ((kind !== 'Machine' && kind !== 'NodeClaim') || !name || rest.length > 0) {
    throw new RangeError(`"${key}" is not a claim key; expected "Machine/name" or "NodeClaim/name"`);
  }
  return { kind, name };
}

/** The view that both dialects share; a dialect adds what only its kind has. */
export function viewClaim(
  kind: ClaimKind,
  object: ClaimObject,
  own: Pick<Claim, 'nodeClass' | 'gracePeriodMs'>,
): Claim {
  const { metadata, status = {} } = object;
  return {
    kind,
    key: claimKey(kind, metadata.name),
    name: metadata.name,
    uid: metadata.uid ?? '',
    object,
    generation: metadata.generation ?? 0,
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    finalizers: metadata.finalizers ?? [],
    ...wishesOf(object.spec),
    createdAt: timeOf(metadata.creationTimestamp) ?? 0,
    deletedAt: timeOf(metadata.deletionTimestamp),
    status,
    ...own,
    nodeClass: LABEL_VALUE.test(own.nodeClass) ? own.nodeClass : NODE_CLASS.defaultName,
  };
}

/** What a label may say (Kubernetes docs, labels); the name of a node class may be longer, and need not exist. */
const LABEL_VALUE = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

function wishesOf({
  requirements = [],
  taints = [],
  startupTaints = [],
  resources = {},
}: NonNullable<ClaimObject['spec']> = {}): Pick<Claim, 'requirements' | 'taints' | 'startupTaints' | 'requests'> {
  return { requirements, taints, startupTaints, requests: resources.requests ?? {} };
}

/** An RFC 3339 time in epoch milliseconds; undefined when it is absent or not a time. */
export function timeOf(text: string | undefined): number | undefined {
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}
