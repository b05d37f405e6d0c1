type Labels = Readonly<Record<string, string>>;

/** `key in (a, b)` or `key notin (a, b)`. */
const SET_TERM = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/;
/** `key=value`, `key==value` or `key!=value`. */
const EQUALITY_TERM = /^([^=!\s]+)\s*(!=|==|=)\s*(\S*)$/;
/** Commas that are not inside parentheses. */
const SEPARATOR = /,(?![^(]*\))/;

/**
 * Whether labels match a label selector in its text form (Kubernetes API concepts, "Labels and Selectors").
 * @throws SyntaxError when the selector cannot be read.
 */
export function matchesLabels(selector: string, labels: Labels): boolean {
  return selector
    .split(SEPARATOR)
    .map(term => term.trim())
    .filter(Boolean)
    .every(term => matchesTerm(term, labels));
}

function matchesTerm(term: string, labels: Labels): boolean {
  const set = SET_TERM.exec(term);
  if (set) return matchesSet(labels[set[1] ?? ''], set[2] === 'in', set[3] ?? '');
  const equality = EQUALITY_TERM.exec(term);
  if (equality) {
    const equal = labels[equality[1] ?? ''] === equality[3];
    return equality[2] === '!=' ? !equal : equal;
  }
  const [, not, key = ''] = /^(!?)\s*(\S+)$/.exec(term) ?? [];
  if (!key) throw new SyntaxError(`"${term}" is not a term of a label selector`);
  return Object.hasOwn(labels, key) !== (not === '!');
}

function matchesSet(value: string | undefined, isIn: boolean, list: string): boolean {
  const values = list.split(',').map(item => item.trim());
  return (value !== undefined && values.includes(value)) === isIn;
}
