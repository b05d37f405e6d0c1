import { isGroup, type Chart, type ChartValues, type Schema } from './chart-value.ts';

/** The JSON schema by which helm judges the values of a chart: a key that it does not know is refused. */
export function valuesSchema({ name, values }: Chart): Schema {
  const { properties, ...rest } = objectSchema(values);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $comment: `Made by npm run generate from tools/codegen/charts; edit the values there.`,
    title: `Values of the chart ${name}`,
    ...rest,
    // What helm itself may put beside the values of a chart that another one depends on.
    properties: { global: { type: 'object', description: 'Values of a parent chart; not read.' }, ...properties },
  };
}

function objectSchema(values: ChartValues): Schema & { readonly properties: Readonly<Record<string, Schema>> } {
  const entries = Object.entries(values).map(([key, value]): [string, Schema] => [
    key,
    isGroup(value)
      ? { description: value.description, ...objectSchema(value.values) }
      : { description: value.description, ...value.schema, default: value.default },
  ]);
  return { type: 'object', additionalProperties: false, properties: Object.fromEntries(entries) };
}
