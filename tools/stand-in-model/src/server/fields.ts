import { RequestError } from './request-error.ts';

/** A JSON object whose members are read one by one; what is wrong with one is a RequestError that names it. */
export class Fields {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #path: string;
  readonly #status: number;

  /** @param status of the errors: 422 as FastAPI has it, 400 as vLLM does. */
  constructor(value: unknown, status: number, path = '') {
    this.#path = path;
    this.#status = status;
    if (!isObject(value))
      throw new RequestError(status, `${path || 'the body'} is to be a JSON object`, { ...(path && { field: path }) });
    this.#values = value;
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined && this.#values[name] !== null;
  }

  raw(name: string): unknown {
    return this.#values[name];
  }

  string(name: string): string | undefined {
    if (!this.has(name)) return undefined;
    const value = this.#values[name];
    return typeof value === 'string' ? value : this.#fail(name, 'is to be a string');
  }

  boolean(name: string): boolean | undefined {
    if (!this.has(name)) return undefined;
    const value = this.#values[name];
    return typeof value === 'boolean' ? value : this.#fail(name, 'is to be true or false');
  }

  /** A number from `min` to `max`. */
  number(name: string, { min, max }: Range): number | undefined {
    if (!this.has(name)) return undefined;
    const value = this.#values[name];
    if (typeof value !== 'number' || !(value >= min && value <= max))
      return this.#fail(name, `is to be a number from ${min} to ${max}`);
    return value;
  }

  integer(name: string, range: Range): number | undefined {
    const value = this.number(name, range);
    return value === undefined || Number.isInteger(value) ? value : this.#fail(name, 'is to be a whole number');
  }

  object(name: string): Fields | undefined {
    return this.has(name) ? new Fields(this.#values[name], this.#status, this.#at(name)) : undefined;
  }

  /** The objects of a list. */
  objects(name: string): readonly Fields[] | undefined {
    if (!this.has(name)) return undefined;
    const value = this.#values[name];
    if (!Array.isArray(value)) return this.#fail(name, 'is to be a list');
    return value.map((item, index) => new Fields(item, this.#status, `${this.#at(name)}.${index}`));
  }

  /** @throws RequestError about a member. */
  fail(name: string, problem: string): never {
    return this.#fail(name, problem);
  }

  #fail(name: string, problem: string): never {
    throw new RequestError(this.#status, `${this.#at(name)} ${problem}`, { field: this.#at(name) });
  }

  #at(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }
}

interface Range {
  readonly min: number;
  readonly max: number;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
