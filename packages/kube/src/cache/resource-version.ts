const DECIMAL = /^(?:0|[1-9]\d*)$/;

/**
 * Compares two resource versions: negative when `a` is older, 0 when equal, positive when newer, and undefined when
 * they cannot be compared. Versions of one kind are decimal integers of any size that only grow (Kubernetes API
 * concepts, "Resource versions": comparable since 1.35, and in practice since etcd 3).
 */
export function compareVersions(a: string | undefined, b: string | undefined): number | undefined {
  if (a === undefined || b === undefined || !DECIMAL.test(a) || !DECIMAL.test(b)) return undefined;
  if (a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
