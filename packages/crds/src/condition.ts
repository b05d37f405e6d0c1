/** The three statuses of a condition (Kubernetes API conventions). */
export type ConditionStatus = 'True' | 'False' | 'Unknown';

/** What the conditions of all kinds have in common, ours and those of Kubernetes. */
export interface ConditionLike {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** Any object that may have conditions: a claim, a workspace, a node, a pod. */
export interface Conditioned<C extends ConditionLike = ConditionLike> {
  readonly status?: { readonly conditions?: readonly C[] };
}

/** The condition of one type, or undefined when the object has none yet. */
export function findCondition<C extends ConditionLike>(object: Conditioned<C>, type: string): C | undefined {
  return object.status?.conditions?.find(condition => condition.type === type);
}

/** Whether the condition is there and True. */
export function isTrue(object: Conditioned, type: string): boolean {
  return findCondition(object, type)?.status === 'True';
}

/** Whether the condition is there and False: a verdict, unlike a missing or Unknown one. */
export function isFalse(object: Conditioned, type: string): boolean {
  return findCondition(object, type)?.status === 'False';
}
