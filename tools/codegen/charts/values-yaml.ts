import { stringify } from 'yaml';
import { isGroup, type Chart, type ChartValue, type ChartValues, type ValueGroup } from './chart-value.ts';

const width = 118;

/** The commented `values.yaml` of a chart. */
export function valuesYaml({ name, values }: Chart): string {
  return `# Made by npm run generate from tools/codegen/charts; edit the values there.
# The same as a table: docs/reference/values-${name}.md.

${lines(values, '').join('\n')}
`;
}

function lines(values: ChartValues, indent: string): readonly string[] {
  return Object.entries(values).flatMap(([key, value]) => [...comment(value, indent), ...entry(key, value, indent)]);
}

function comment({ description }: ChartValue | ValueGroup, indent: string): readonly string[] {
  return wrap(description, width - indent.length).map(line => `${indent}# ${line}`);
}

function entry(key: string, value: ChartValue | ValueGroup, indent: string): readonly string[] {
  if (isGroup(value)) return [`${indent}${key}:`, ...lines(value.values, `${indent}  `)];
  const text = stringify({ [key]: value.default }, { lineWidth: 0, singleQuote: true });
  return text
    .trimEnd()
    .split('\n')
    .map(line => `${indent}${line}`);
}

function wrap(words: string, columns: number): readonly string[] {
  return words.split(' ').reduce<readonly string[]>((done, word) => {
    const last = done.at(-1);
    const longer = last === undefined ? word : `${last} ${word}`;
    return last === undefined || longer.length > columns ? [...done, word] : [...done.slice(0, -1), longer];
  }, []);
}
