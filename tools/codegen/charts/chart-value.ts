/** A part of a JSON schema (draft 7, which helm reads). */
export type Schema = Readonly<Record<string, unknown>>;

/** One value of a chart. */
export interface ChartValue {
  /** What it does, for those who set it; the only place where that is written. */
  readonly description: string;
  readonly schema: Schema;
  readonly default: unknown;
}

/** Values under one key. */
export interface ValueGroup {
  readonly description: string;
  readonly values: ChartValues;
}

/** The values of a chart, in the order in which they are shown. */
export type ChartValues = Readonly<Record<string, ChartValue | ValueGroup>>;

/** A chart as far as its values go. */
export interface Chart {
  /** Its name, and that of its folder in `charts`. */
  readonly name: string;
  readonly values: ChartValues;
}

/** @returns whether there are values below it */
export function isGroup(value: ChartValue | ValueGroup): value is ValueGroup {
  return 'values' in value;
}

export function group(description: string, values: ChartValues): ValueGroup {
  return { description, values };
}

/** A text; `schema` narrows it (pattern, maxLength). */
export function text(initial: string, description: string, schema: Schema = {}): ChartValue {
  return { description, schema: { type: 'string', ...schema }, default: initial };
}

/** One of some words. */
export function choice(initial: string, words: readonly string[], description: string): ChartValue {
  return { description, schema: { type: 'string', enum: words }, default: initial };
}

export function flag(initial: boolean, description: string): ChartValue {
  return { description, schema: { type: 'boolean' }, default: initial };
}

/** A whole number from `minimum` on. */
export function count(initial: number, description: string, limits: Schema = { minimum: 0 }): ChartValue {
  return { description, schema: { type: 'integer', ...limits }, default: initial };
}

/** An object of Kubernetes, which the API server judges. */
export function object(initial: object, description: string): ChartValue {
  return { description, schema: { type: 'object' }, default: initial };
}

/** Texts by name, such as labels. */
export function texts(initial: Readonly<Record<string, string>>, description: string): ChartValue {
  return { description, schema: { type: 'object', additionalProperties: { type: 'string' } }, default: initial };
}

/** A list of objects of Kubernetes; `required` are the fields that each has to have. */
export function list(initial: readonly object[], description: string, required: readonly string[] = []): ChartValue {
  const items = { type: 'object', ...(required.length > 0 && { required }) };
  return { description, schema: { type: 'array', items }, default: initial };
}

/** A number of pods or a percentage of them. */
export const podsOrPercent: Schema = {
  anyOf: [
    { type: 'integer', minimum: 0 },
    { type: 'string', pattern: '^(100|[1-9]?[0-9])%$' },
  ],
};

/** Nothing, or a name that Kubernetes takes (RFC 1123 label). */
export const optionalName: Schema = { pattern: '^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$', maxLength: 63 };

/** A port that needs no privileges. */
export const port: Schema = { minimum: 1024, maximum: 65_535 };
