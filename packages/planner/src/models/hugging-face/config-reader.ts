import { ConfigError, shown } from './config-error.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Where the network's own configuration stands in models that see or hear as well. */
const nestedFields = ['text_config', 'llm_config'];

/**
 * Reads fields of a `config.json` or `params.json` that nobody has checked. Fields of a nested text model count where the top has none;
 * `null` counts as absent, because NaN and Infinity, which Python writes, come out as null.
 */
export class ConfigReader {
  readonly #file: string;
  readonly #fields: Fields;

  /** @throws ConfigError when the file does not hold an object */
  constructor(file: string, content: unknown) {
    if (!isFields(content)) throw new ConfigError(`${file} must hold an object, not ${shown(content)}`);
    this.#file = file;
    const nested = nestedFields.map(name => content[name]).find(isFields);
    this.#fields = { ...present(nested ?? {}), ...present(content) };
  }

  /**
   * The first of `names` that is there, as a whole number from 1 to `most`; undefined when there is none.
   * @throws ConfigError when it is there and is not such a number
   */
  count(names: readonly string[], most: number): number | undefined {
    const name = this.#first(names);
    if (name === undefined) return undefined;
    const value = this.#fields[name];
    const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
    if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 1 && number <= most) return number;
    throw new ConfigError(`${this.#file} has ${name} ${shown(value)}: it must be a whole number from 1 to ${most}`);
  }

  /** As `count`, but one must be there. */
  neededCount(names: readonly string[], most: number): number {
    const value = this.count(names, most);
    if (value !== undefined) return value;
    throw new ConfigError(`${this.#file} has no ${names.join(', ')}: one of them is needed to size the model`);
  }

  /** The strings of a list; none when it is absent or not a list. */
  strings(name: string): readonly string[] {
    const value = this.#own(name);
    return Array.isArray(value) ? value.filter(item => typeof item === 'string' && item !== '') : [];
  }

  /** Entries of a list, whatever they are; 0 when it is absent or not a list. */
  listLength(name: string): number {
    const value = this.#own(name);
    return Array.isArray(value) ? value.length : 0;
  }

  isTrue(name: string): boolean {
    return this.#own(name) === true;
  }

  /** A nested object; an empty one when it is absent or not an object. */
  object(name: string): Fields {
    const value = this.#own(name);
    return isFields(value) ? value : {};
  }

  #first(names: readonly string[]): string | undefined {
    return names.find(name => this.#own(name) !== undefined);
  }

  #own(name: string): unknown {
    return Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function present(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
}
