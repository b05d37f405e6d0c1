import type { JsonSchema } from './json-schema.ts';

/** Keywords that go into the structural schema as they stand, in this order. */
const KEYWORDS = [
  'description',
  'type',
  'format',
  'default',
  'enum',
  'pattern',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'maxProperties',
  'anyOf',
  'required',
  'x-kubernetes-int-or-string',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
  'x-kubernetes-validations',
];

/** Keywords that hold schemas. */
const NESTED = ['items', 'patternProperties', 'properties'];

/** The one key pattern that typebox writes for `Record(String(), …)`: any key. */
const ANY_KEY = '^.*$';

type Keywords = ReadonlyMap<string, unknown>;

/**
 * Turns a typebox schema into a structural schema of Kubernetes: a map becomes `additionalProperties`, an enum of strings gets
 * its type, and the keywords come out in one fixed order.
 * @param schema what typebox built.
 * @param path where `schema` stands, for messages.
 * @throws TypeError for what a structural schema cannot say (`const`, `anyOf` outside of int-or-string, key patterns, a missing
 *   type), with the path and the keyword.
 */
export function toStructural(schema: object, path = '$'): JsonSchema {
  const keywords = new Map<string, unknown>(Object.entries(schema));
  if (keywords.has('enum') && !keywords.has('type')) keywords.set('type', 'string');
  refuseUnsupported(keywords, path);
  const plain = KEYWORDS.filter(keyword => keywords.has(keyword) && !isEmptyRequired(keyword, keywords));
  return Object.fromEntries([
    ...plain.map(keyword => [keyword, structuredClone(keywords.get(keyword))]),
    ...nested(keywords, path),
  ]);
}

/** An object without required fields has `required: []` in typebox and no such keyword in a structural schema. */
function isEmptyRequired(keyword: string, keywords: Keywords): boolean {
  const value = keywords.get(keyword);
  return keyword === 'required' && Array.isArray(value) && value.length === 0;
}

function nested(keywords: Keywords, path: string): readonly (readonly [string, unknown])[] {
  const items = keywords.get('items');
  const [anyKey] = schemasOf(keywords.get('patternProperties'));
  const fields = schemasOf(keywords.get('properties'));
  const properties = fields.map(([name, field]) => [name, toStructural(field, `${path}.${name}`)] as const);
  return [
    ...(isObject(items) ? [['items', toStructural(items, `${path}[]`)] as const] : []),
    ...(anyKey ? [['additionalProperties', toStructural(anyKey[1], `${path}{}`)] as const] : []),
    ...(properties.length > 0 ? [['properties', Object.fromEntries(properties)] as const] : []),
  ];
}

function schemasOf(value: unknown): readonly (readonly [string, object])[] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, schema]: [string, unknown]) =>
    isObject(schema) ? [[name, schema]] : [],
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function refuseUnsupported(keywords: Keywords, path: string): void {
  const intOrString = keywords.get('x-kubernetes-int-or-string') === true;
  const keyPatterns = schemasOf(keywords.get('patternProperties')).map(([pattern]) => pattern);
  const unsupported = [
    ...[...keywords.keys()].filter(keyword => !KEYWORDS.includes(keyword) && !NESTED.includes(keyword)),
    ...(keywords.has('anyOf') && !intOrString ? ['anyOf'] : []),
    ...(keyPatterns.some(pattern => pattern !== ANY_KEY) ? ['patternProperties'] : []),
  ];
  if (unsupported.length > 0) {
    throw new TypeError(
      `${path}: a structural schema cannot hold ${unsupported.join(', ')}; use Type.Enum for choices and Type.Record(Type.String(), …) for maps`,
    );
  }
  if (!keywords.has('type') && !intOrString) throw new TypeError(`${path}: a structural schema needs a type`);
}
