import { code, plain, table } from '../markdown.ts';
import { isGroup, type Chart, type ChartValue, type ChartValues } from './chart-value.ts';

/** The page on the values of a chart, as Markdown. */
export function valuesReference({ name, values }: Chart): string {
  return `<!-- Made by npm run generate from tools/codegen/charts; edit the values there. -->

# Values of the chart ${name}

Set by \`--set\` or in a file given by \`--values\`. A key that is not here, or a value of the wrong type, is refused by helm before anything is
sent to the cluster. Names are those of the chart of KAITO's project where they mean the same.

${table(['key', 'type', 'default', 'meaning'], rows(values, ''))}
`;
}

function rows(values: ChartValues, prefix: string): readonly (readonly string[])[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const path = `${prefix}${key}`;
    if (isGroup(value)) return rows(value.values, `${path}.`);
    return [[code(path), typeOf(value), code(shown(value.default)), plain(value.description)]];
  });
}

function shown(value: unknown): string {
  return value === '' ? '' : JSON.stringify(value);
}

function typeOf({ schema }: ChartValue): string {
  if (Array.isArray(schema['enum'])) {
    return schema['enum'].map(word => code(word === '' ? '""' : String(word))).join(', ');
  }
  return typeof schema['type'] === 'string' ? schema['type'] : 'integer or percentage';
}
