import type { ProblemCode } from '../../problem.ts';

/** A file of a model that does not say what is needed. Thrown while reading and turned into a Problem at the edge; never leaves it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code: ProblemCode;

  /** @param what what is wrong, where, and what to do: a clause that follows the model's name */
  constructor(what: string, code: ProblemCode = 'ModelFilesInvalid') {
    super(what);
    this.code = code;
  }
}

/** A value from outside in a message: short, on one line, and never an object's inside. */
export function shown(value: unknown): string {
  if (value === null || typeof value === 'undefined' || typeof value === 'boolean') return String(value);
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value !== 'string') return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}
