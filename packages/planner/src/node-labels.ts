import { reservedSelectorLabels, selectableLabels, type Workspace } from '@kaito/crds';
import type { Problem } from './problem.ts';

const field = 'resource.labelSelector';

/** Domains whose labels a node gets from the platform. A pool that was told to set one is refused by AKS, or its nodes never join. */
const platformDomain = /(^|\.)(kubernetes\.io|k8s\.io|kubernetes\.azure\.com|karpenter\.sh)$/;

// Kubernetes documentation, "Labels and Selectors": syntax and character set.
const namePart = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const domainPart = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const maxDomainPart = 253;

interface SelectorExpression {
  readonly operator: string;
  readonly values?: readonly string[];
}

interface FlatSelector {
  readonly labels: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
}

/**
 * The labels that the nodes of a workspace must carry: matchLabels and every expression `key In [one value]`, without reserved keys, in
 * order of their keys.
 */
export function nodeLabels(workspace: Workspace): Readonly<Record<string, string>> {
  const kept = Object.entries(selectableLabels(flatten(workspace).labels));
  return Object.fromEntries(kept.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The selector must be a set of labels that new nodes can be given.
 *
 * @param brought the nodes are there already, so that the platform's own labels may be asked for
 */
export function checkNodeLabels(workspace: Workspace, brought = false): readonly Problem[] {
  const { labels, problems } = flatten(workspace);
  const keys = Object.keys(labels);
  if (keys.length > 0 && keys.every(key => reservedSelectorLabels.includes(key))) {
    const only = `${field} has only keys that Kaito sets itself (${keys.join(', ')}): add a label of your own, or use {}`;
    return [...problems, invalid(only)];
  }
  return [...problems, ...Object.entries(labels).flatMap(([key, value]) => checkLabel(key, value, brought))];
}

function flatten({ resource }: Workspace): FlatSelector {
  const selector = resource?.labelSelector;
  const labels = new Map(Object.entries(selector?.matchLabels ?? {}));
  const problems: Problem[] = [];
  for (const expression of selector?.matchExpressions ?? []) {
    const { key } = expression;
    const value = onlyValue(expression);
    const other = labels.get(key) ?? value;
    if (value === undefined) {
      const message = `${field}.matchExpressions with key "${key}" must be operator In with one value: new nodes get exactly these labels`;
      problems.push(invalid(message));
    } else if (other === value) {
      labels.set(key, value);
    } else {
      problems.push(invalid(`${field} wants "${key}" to be both "${other}" and "${value}": keep one`));
    }
  }
  return { labels: Object.fromEntries(labels), problems };
}

/** The value of an expression that says no more than a label would. */
function onlyValue({ operator, values = [] }: SelectorExpression): string | undefined {
  return operator === 'In' && values.length === 1 ? values[0] : undefined;
}

function checkLabel(key: string, value: string, brought: boolean): readonly Problem[] {
  if (reservedSelectorLabels.includes(key)) return [];
  const [name = '', domain, ...rest] = key.split('/').toReversed();
  if (!brought && domain !== undefined && platformDomain.test(domain)) {
    return [invalid(`${field} key "${key}" is set by the platform: use a key of your own`)];
  }
  if (rest.length > 0 || !namePart.test(name) || (domain !== undefined && !isDomain(domain))) {
    return [invalid(`${field} key "${key}" is not a label key: use e.g. "apps" or "example.com/apps"`)];
  }
  if (value !== '' && !namePart.test(value)) {
    return [
      invalid(`${field} value "${value}" is not a label value: use at most 63 letters, digits, "-", "_" and "."`),
    ];
  }
  return [];
}

function isDomain(text: string): boolean {
  return text.length <= maxDomainPart && domainPart.test(text);
}

function invalid(message: string): Problem {
  return { code: 'LabelSelectorInvalid', field, message };
}
