type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined | null | ''> };

/** Drops the fields that are undefined, null or empty text: what ARM leaves out and what it sends as nothing are the same to us. */
export function present<T extends object>(fields: T): Present<T> {
  const kept: Present<T> = {};
  for (const key in fields) if (isPresent(fields[key])) kept[key] = fields[key];
  return kept;
}

function isPresent<T>(value: T): value is Exclude<T, undefined | null | ''> {
  return value !== undefined && value !== null && value !== '';
}
