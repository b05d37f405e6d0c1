/** Operators of a requirement (Kubernetes API, NodeSelectorOperator). */
export const requirementOperators = ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'] as const;
export type RequirementOperator = (typeof requirementOperators)[number];

/** Effects of a taint (Kubernetes API, TaintEffect). */
export const taintEffects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] as const;
export type TaintEffect = (typeof taintEffects)[number];

/** A requirement of either claim kind. The schema of Machine does not restrict the operator, so it may be any string. */
export interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
  readonly minValues?: number;
}

/** A taint of either claim kind. The schema of Machine does not restrict the effect, so it may be any string. */
export interface Taint {
  readonly key: string;
  readonly effect: string;
  readonly value?: string;
  readonly timeAdded?: string;
}

/**
 * The values that all `In` requirements for a key leave over, in the order of the first of them.
 * @returns undefined when no `In` requirement names the key: anything goes.
 */
export function allowedValues(
  requirements: readonly Requirement[] | undefined,
  key: string,
): readonly string[] | undefined {
  const lists = (requirements ?? [])
    .filter(requirement => requirement.key === key && requirement.operator === 'In')
    .map(requirement => requirement.values ?? []);
  const [first, ...rest] = lists;
  return first?.filter(value => rest.every(list => list.includes(value)));
}
