import { parse } from 'yaml';
import { charts } from './chart-files.ts';
import { flag, group, isGroup, text, type ChartValues } from './chart-value.ts';
import { configValue } from './config-schema.ts';
import { valuesReference } from './values-reference.ts';
import { valuesSchema } from './values-schema.ts';
import { valuesYaml } from './values-yaml.ts';

const chart = {
  name: 'a',
  values: { one: group('First | group.', { two: text('x', 'A text.'), three: flag(true, 'A flag.') }) },
};

test('one source gives the values, their schema and their page', () => {
  expect(parse(valuesYaml(chart))).toEqual({ one: { two: 'x', three: true } });
  expect(valuesYaml(chart)).toContain('# First | group.\none:\n  # A text.\n  two: x\n');
  expect(valuesSchema(chart)).toMatchObject({
    additionalProperties: false,
    properties: {
      one: { additionalProperties: false, properties: { two: { type: 'string', description: 'A text.' } } },
    },
  });
  expect(valuesReference(chart)).toContain('| `one.two` | string | `"x"` | A text. |');
});

/** The only pattern in a schema. */
function durationPattern(schema: object): RegExp {
  const [, json = '""'] = /"pattern":("[^"]*")/.exec(JSON.stringify(schema)) ?? [];
  const pattern: string = JSON.parse(json);
  expect(pattern).not.toBe('');
  return new RegExp(pattern);
}

test('settings of a controller become a schema; secrets and what the chart sets itself do not', () => {
  const { schema } = configValue(
    {
      wait: { flag: '--wait', type: 'duration', description: 'How long.' },
      size: { flag: '--size', type: 'integer', min: 1, description: 'How big.' },
      word: { flag: '--word', type: ['a', 'b'], description: 'Which.' },
      token: { flag: '--token', type: 'string', secret: true, description: 'Secret.' },
      port: { flag: '--port', type: 'integer', description: 'Port.' },
    },
    ['port'],
    'page',
  );
  expect(schema['properties']).toEqual({
    wait: { description: 'How long.', type: 'string', pattern: expect.any(String) as unknown },
    size: { description: 'How big.', type: 'integer', minimum: 1 },
    word: { description: 'Which.', type: 'string', enum: ['a', 'b'] },
  });
  const pattern = durationPattern(schema);
  expect(['0', '90s', '1h30m', '1.5h', 'soon', '5'].filter(word => pattern.test(word))).toEqual([
    '0',
    '90s',
    '1h30m',
    '1.5h',
  ]);
});

function descriptions(values: ChartValues): readonly string[] {
  return Object.values(values).flatMap(value => [
    value.description,
    ...(isGroup(value) ? descriptions(value.values) : []),
  ]);
}

test.each(charts.map(({ name, values }) => [name, values] as const))('%s: every value has a sentence', (_, values) => {
  expect(descriptions(values).filter(sentence => !/^[A-Z].*[.)/]$/s.test(sentence))).toEqual([]);
});
