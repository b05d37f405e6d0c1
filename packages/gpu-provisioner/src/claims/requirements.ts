import { labels } from '@kaito/crds';
import type { Requirement } from '@kaito/crds';

/** What all the terms on one key say together. */
export interface Constraint {
  /** The values that an `In` term names and all terms admit, as the first `In` term writes and orders them, each once. */
  readonly listed: readonly string[];
  /** Whether an `In` term names values: then only `listed` can be meant. */
  readonly named: boolean;
  /** Whether any term speaks about the key. */
  readonly constrained: boolean;
  /** Whether every term lets this value pass; `undefined` stands for a machine that does not have the key at all. */
  readonly admits: (value: string | undefined) => boolean;
}

/** Gives the form in which values of a key are compared, where Azure or AKS takes several spellings for one thing. */
export type Spelling = (value: string) => string;

/** Older names of well-known labels; Karpenter reads them as the new ones (Karpenter docs, well-known labels). */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['beta.kubernetes.io/instance-type', labels.instanceType],
  ['beta.kubernetes.io/arch', labels.arch],
  ['beta.kubernetes.io/os', labels.os],
  ['failure-domain.beta.kubernetes.io/zone', labels.zone],
  ['failure-domain.beta.kubernetes.io/region', labels.region],
  ['topology.disk.csi.azure.com/zone', labels.zone],
]);

/**
 * Reads the terms on `key`: Kubernetes' node selector operators, and Karpenter's Gte and Lte. An operator that this
 * version does not know admits nothing: a wish that is not understood must not be ignored, it would cost money.
 * `minValues` is not looked at: it asks that a choice of machines be kept open, and a claim is one machine.
 * @param spelling how values are compared; as they are written when absent
 */
export function constrain(
  requirements: readonly Requirement[],
  key: string,
  spelling: Spelling = value => value,
): Constraint {
  const terms = requirements.filter(term => currentKey(term.key) === currentKey(key));
  const tests = terms.map(term => testOf(term, spelling));
  const admits = (value: string | undefined): boolean => {
    const spelt = value === undefined ? undefined : spelling(value);
    return tests.every(test => test(spelt));
  };
  const first = terms.find(({ operator }) => operator === 'In');
  return {
    listed: distinct(first?.values ?? [], spelling).filter(admits),
    named: first !== undefined,
    constrained: terms.length > 0,
    admits,
  };
}

/** The labels that single-valued `In` terms amount to: one value per key, so the node will carry it. */
export function singleValues(requirements: readonly Requirement[]): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { key } of requirements) {
    const { listed } = constrain(requirements, key);
    if (listed.length === 1 && listed[0] !== undefined) found[key] = listed[0];
  }
  return found;
}

type Test = (value: string | undefined) => boolean;
type TestMaker = (values: readonly string[]) => Test;

/** Where the key is absent, In, Exists and comparisons fail, NotIn and DoesNotExist pass (Kubernetes docs, node affinity). */
const operators: ReadonlyMap<string, TestMaker> = new Map<string, TestMaker>([
  ['In', values => containing(values)],
  ['NotIn', values => not(containing(values))],
  ['Exists', () => isThere],
  ['DoesNotExist', () => not(isThere)],
  ['Gt', values => comparing(values, (value, bound) => value > bound)],
  ['Lt', values => comparing(values, (value, bound) => value < bound)],
  ['Gte', values => comparing(values, (value, bound) => value >= bound)],
  ['Lte', values => comparing(values, (value, bound) => value <= bound)],
]);

function testOf({ operator, values = [] }: Requirement, spelling: Spelling): Test {
  return operators.get(operator)?.(values.map(spelling)) ?? (() => false);
}

function isThere(value: string | undefined): boolean {
  return value !== undefined;
}

function not(test: Test): Test {
  return value => !test(value);
}

function containing(values: readonly string[]): Test {
  const known = new Set(values);
  return value => value !== undefined && known.has(value);
}

/** Only whole numbers compare, with exactly one bound (Kubernetes API, NodeSelectorRequirement). */
function comparing(values: readonly string[], holds: (value: number, bound: number) => boolean): Test {
  const bound = values.length === 1 ? wholeNumber(values[0]) : undefined;
  return text => {
    const value = wholeNumber(text);
    return value !== undefined && bound !== undefined && holds(value, bound);
  };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
}

function distinct(values: readonly string[], spelling: Spelling): readonly string[] {
  const bySpelling = new Map<string, string>();
  for (const value of values) if (!bySpelling.has(spelling(value))) bySpelling.set(spelling(value), value);
  return [...bySpelling.values()];
}

function currentKey(key: string): string {
  return RENAMED.get(key) ?? key;
}
