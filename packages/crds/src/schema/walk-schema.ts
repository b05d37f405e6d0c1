import type { JsonSchema } from './json-schema.ts';

/** A schema and where it stands, such as `.spec.taints[].key`; a value of a map is `{}`. */
export interface SchemaAt {
  readonly path: string;
  readonly schema: JsonSchema;
}

/** The schema itself and every schema inside, each with its path. */
export function* walkSchema(schema: JsonSchema, path = ''): Generator<SchemaAt> {
  yield { path, schema };
  for (const [name, property] of Object.entries(schema.properties ?? {}))
    yield* walkSchema(property, `${path}.${name}`);
  if (schema.items) yield* walkSchema(schema.items, `${path}[]`);
  if (schema.additionalProperties) yield* walkSchema(schema.additionalProperties, `${path}{}`);
}
