import { isRecord } from '../http/json.ts';
import { ServiceError } from '../http/service-error.ts';

/** 400 with the reason, for admin requests. */
export function invalidInput(where: string, reason: string): ServiceError {
  return new ServiceError('nested', 400, { code: 'InvalidInput', message: `${where} ${reason}` });
}

export type Reader<T> = (value: unknown, where: string) => T;

/** Reads an object; a key that `readers` does not name is refused, because a typing error would go unseen. */
export function object<T extends object>(readers: {
  readonly [Key in keyof T]-?: Reader<Exclude<T[Key], undefined>>;
}): Reader<T> {
  return (value, where) => {
    if (!isRecord(value)) throw invalidInput(where, 'must be an object');
    const known = new Map<string, Reader<unknown>>(Object.entries(readers));
    const fields = Object.entries(value).map(([key, field]) => {
      const reader = known.get(key);
      if (!reader) throw invalidInput(where, `has no '${key}'; it knows ${[...known.keys()].join(', ')}`);
      return [key, reader(field, `${where}.${key}`)];
    });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every field has been read by the reader of its type
    return Object.fromEntries(fields) as T;
  };
}

/** As `object`, and these keys must be there. */
export function required<T extends object>(reader: Reader<T>, ...keys: readonly (keyof T & string)[]): Reader<T> {
  return (value, where) => {
    const read = reader(value, where);
    const missing = keys.find(key => read[key] === undefined);
    if (missing !== undefined) throw invalidInput(`${where}.${missing}`, 'is required');
    return read;
  };
}

export function integer(min: number, max = Number.MAX_SAFE_INTEGER): Reader<number> {
  return (value, where) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
    throw invalidInput(where, `must be a whole number from ${min} to ${max}`);
  };
}

export function number(min: number, max = Number.MAX_VALUE): Reader<number> {
  return (value, where) => {
    if (typeof value === 'number' && value >= min && value <= max) return value;
    throw invalidInput(where, `must be a number from ${min} to ${max}`);
  };
}

export const text: Reader<string> = (value, where) => {
  if (typeof value === 'string' && value !== '') return value;
  throw invalidInput(where, 'must be a string that is not empty');
};

export const flag: Reader<boolean> = (value, where) => {
  if (typeof value === 'boolean') return value;
  throw invalidInput(where, 'must be true or false');
};

export function choice<T extends string>(...words: readonly T[]): Reader<T> {
  return (value, where) => {
    const word = words.find(candidate => candidate === value);
    if (word !== undefined) return word;
    throw invalidInput(where, `must be one of ${words.join(', ')}`);
  };
}

export function list<T>(item: Reader<T>): Reader<readonly T[]> {
  return (value, where) => {
    if (!Array.isArray(value)) throw invalidInput(where, 'must be a list');
    return value.map((entry, index) => item(entry, `${where}[${index}]`));
  };
}

export function record<T>(item: Reader<T>): Reader<Readonly<Record<string, T>>> {
  return (value, where) => {
    if (!isRecord(value)) throw invalidInput(where, 'must be an object');
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, item(entry, `${where}.${key}`)]));
  };
}

/** Reads a body. @throws ServiceError 400 when it is not JSON. */
export function json(body: string): unknown {
  try {
    return body.trim() === '' ? {} : (JSON.parse(body) as unknown);
  } catch {
    throw invalidInput('The body', 'is not JSON');
  }
}
