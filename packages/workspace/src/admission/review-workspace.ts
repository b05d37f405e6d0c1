import type { Workspace } from '@kaito/crds';
import type { AdmissionAnswer, AdmissionRequest, StatusCause } from '@kaito/kube';
import type { Problem } from '@kaito/planner';
import type { ReviewFacts } from './facts.ts';
import { findProblems } from './find-problems.ts';
import { findWarnings } from './find-warnings.ts';
import { cut, refusalMessage, shortWarnings } from './words.ts';

/** The part of a review that a verdict depends on. */
export type WorkspaceReview = Pick<
  AdmissionRequest<Workspace>,
  'kind' | 'operation' | 'namespace' | 'object' | 'oldObject'
>;

/** Causes of a refusal that a client can show beside its fields. */
const maxCauses = 20;
const maxCause = 512;

/**
 * Judges a workspace that is being created or changed. Pure. What the schema says is not repeated here: the API server has asked it.
 *
 * A change is judged by what it makes wrong. What was wrong before it stays a warning, so that an old object can still be labelled,
 * repaired step by step, and deleted.
 */
export function reviewWorkspace(review: WorkspaceReview, facts: ReviewFacts): AdmissionAnswer {
  const workspace = judgedWorkspace(review);
  if (!workspace) return { allowed: true };
  const version = review.kind.version;
  const before = review.operation === 'UPDATE' ? placed(review.oldObject, review) : undefined;
  const known = new Set(before ? findProblems(before, facts).map(identity) : []);
  const problems = findProblems(workspace, facts);
  const refused = problems.filter(problem => !known.has(identity(problem)) && refuses(problem, version));
  const tolerated = problems.filter(problem => !refused.includes(problem));
  const warnings = shortWarnings([...tolerated.map(asWarning), ...findWarnings(workspace, facts)]);
  return { ...verdict(refused), ...(warnings.length > 0 && { warnings }) };
}

/** The workspace of a review, in the namespace of its request; undefined when there is nothing to judge. */
export function judgedWorkspace(review: WorkspaceReview): Workspace | undefined {
  const workspace = placed(review.object, review);
  return workspace && judged(workspace, review) ? workspace : undefined;
}

function judged({ metadata }: Workspace, { operation }: WorkspaceReview): boolean {
  // What is on its way out must not be held back: its finalizer is taken off by an update.
  return (operation === 'CREATE' || operation === 'UPDATE') && metadata.deletionTimestamp === undefined;
}

/** The object with the namespace of the request, which the API server need not repeat in the object. */
function placed(object: Workspace | null, { namespace }: WorkspaceReview): Workspace | undefined {
  if (!object) return undefined;
  return namespace === undefined ? object : { ...object, metadata: { ...object.metadata, namespace } };
}

/**
 * Rules that v1alpha1 never had (KAITO, api/v1alpha1): those of annotations, and of installations that make no nodes, where its instance
 * type is filled in and cannot be left out. Breaking them is a warning there. Links are judged alike in both versions, or the older one
 * would be a way around.
 */
function refuses({ code, field }: Problem, version: string): boolean {
  return version !== 'v1alpha1' || !(code === 'InstanceTypeNotAllowed' || field.startsWith('metadata.annotations['));
}

function identity({ code, field, message }: Problem): string {
  return JSON.stringify([code, field, message]);
}

function asWarning({ message }: Problem): string {
  return `will not run: ${message}`;
}

/** The answer that problems come to. */
export function verdict(refused: readonly Problem[]): AdmissionAnswer {
  if (refused.length === 0) return { allowed: true };
  const causes = refused.slice(0, maxCauses).map(asCause);
  return { allowed: false, message: refusalMessage(refused), causes };
}

/** kubectl writes the field before the message itself. */
function asCause({ field, message }: Problem): StatusCause {
  const rest = message.startsWith(`${field} `) ? message.slice(field.length + 1) : message;
  return { reason: 'FieldValueInvalid', field, message: cut(rest, maxCause) };
}
