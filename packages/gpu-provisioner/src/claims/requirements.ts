import type { Requirement } from '@kaito/crds';

/** What all the terms on one key say together. */
export interface Constraint {
  /** The values that the terms name and all of them admit, in the order of the first `In` term; empty when none names any. */
  readonly listed: readonly string[];
  /** Whether any term speaks about the key. */
  readonly constrained: boolean;
  /** Whether every term lets this value pass. */
  admits(value: string): boolean;
}

/**
 * Reads the terms on `key` (Kubernetes node selector operators, and Karpenter's Gte and Lte). An operator that this
 * version does not know admits nothing: a wish that is not understood must not be ignored, it would cost money.
 */
export function constrain(requirements: readonly Requirement[], key: string): Constraint {
  const terms = requirements.filter(term => term.key === key);
  const admits = (value: string): boolean => terms.every(term => admitsValue(term, value));
  const first = terms.find(({ operator }) => operator === 'In')?.values ?? [];
  return { listed: [...new Set(first)].filter(admits), constrained: terms.length > 0, admits };
}

/** The labels that single-valued `In` terms amount to: one value per key, so the node will carry it. */
export function singleValues(requirements: readonly Requirement[]): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {};
  for (const { key } of requirements) {
    const { listed } = constrain(requirements, key);
    if (listed.length === 1 && listed[0] !== undefined) labels[key] = listed[0];
  }
  return labels;
}

function admitsValue({ operator, values = [] }: Requirement, value: string): boolean {
  switch (operator) {
    case 'In':
      return values.includes(value);
    case 'NotIn':
      return !values.includes(value);
    case 'Exists':
      return true;
    case 'Gt':
      return Number(value) > Number(values[0]);
    case 'Lt':
      return Number(value) < Number(values[0]);
    case 'Gte':
      return Number(value) >= Number(values[0]);
    case 'Lte':
      return Number(value) <= Number(values[0]);
    default: // DoesNotExist, and what a later Kubernetes may add
      return false;
  }
}
