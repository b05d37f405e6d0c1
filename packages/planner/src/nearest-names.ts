/** Edits (insert, delete, replace) that turn one text into the other: Levenshtein's distance, row by row. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
}

/**
 * The `limit` names that a typing mistake would most likely have come from, nearest first and alphabetical among equals.
 * Case does not count. Only the first 100 characters of `name` are looked at, so that hostile input stays cheap.
 */
export function nearestNames(name: string, names: readonly string[], limit = 3): readonly string[] {
  const wanted = name.slice(0, 100).toLowerCase();
  return names
    .map(candidate => ({ candidate, distance: editDistance(wanted, candidate.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}
