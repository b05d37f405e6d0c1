import type { CelRule } from './json-schema.ts';

/** A rule in CEL and the message that the user sees when it does not hold. */
export type Rule = readonly [rule: string, message: string];

/** CEL rules as the keyword of a schema. `self` is the value; a rule that names `oldSelf` holds for updates only. */
export function rules(...entries: readonly Rule[]): { readonly 'x-kubernetes-validations': readonly CelRule[] } {
  return { 'x-kubernetes-validations': entries.map(([rule, message]) => ({ message, rule })) };
}

/**
 * CEL for the value at a path, or `fallback` when a field on the way is missing: `orElse('self.a.b', "''")`.
 * CEL's own optional types are shorter, but the API server cannot estimate the size of what they return and refuses the rule as
 * too costly.
 */
export function orElse(path: string, fallback: string): string {
  const fields = path.split('.');
  const present = fields.slice(1).map((_, index) => `has(${fields.slice(0, index + 2).join('.')})`);
  return `(${present.join(' && ')} ? ${path} : ${fallback})`;
}

/** CEL for: the update leaves the field as it was, where a missing field counts as `fallback`. */
export function unchanged(field: string, fallback: string): string {
  return `${orElse(`self.${field}`, fallback)} == ${orElse(`oldSelf.${field}`, fallback)}`;
}
