/** Parts of `T` at any depth. Arrays and whole values are replaced; `undefined` takes a field away. */
export type Overrides<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [Key in keyof T]?: Overrides<T[Key]> | undefined }
    : T;

/** @returns `base` with the parts of `overrides` put over it; neither is changed. */
export function override<T extends object>(base: T, overrides?: Overrides<NoInfer<T>>): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- merging parts of a T into a T gives a T
  return (overrides === undefined ? base : merge(base, overrides)) as T;
}

function merge(base: unknown, over: unknown): unknown {
  if (!isRecord(base) || !isRecord(over)) return over;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    if (value === undefined) delete merged[key];
    else merged[key] = merge(merged[key], value);
  }
  return merged;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
