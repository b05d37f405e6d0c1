import type { OptionSpec, OptionTable } from '@kaito/kube';
import type { ChartValue, Schema } from './chart-value.ts';

/**
 * The value `config` of a chart: settings of its controller by their keys, as its configuration file has them.
 * @param own keys that the chart sets itself by values of other names
 */
export function configValue(table: OptionTable, own: readonly string[], page: string): ChartValue {
  const entries = Object.entries(table).filter(([key, { secret }]) => !own.includes(key) && !secret);
  const properties = Object.fromEntries(entries.map(([key, spec]) => [key, optionSchema(spec)]));
  return {
    description: `Further settings of the controller, by the keys of ${page}. They make the file that it reads at its start.`,
    schema: { type: 'object', additionalProperties: false, properties },
    default: {},
  };
}

function optionSchema(spec: OptionSpec): Schema {
  const { description } = spec;
  if (spec.type === 'boolean') return { description, type: 'boolean' };
  if (spec.type === 'duration')
    return { description, type: 'string', pattern: '^(0|([0-9]+(\\.[0-9]+)?(ms|s|m|h))+)$' };
  if (spec.type === 'integer') {
    const { min: minimum, max: maximum } = spec;
    return {
      description,
      type: 'integer',
      ...(minimum !== undefined && { minimum }),
      ...(maximum !== undefined && { maximum }),
    };
  }
  return spec.type === 'string' ? { description, type: 'string' } : { description, type: 'string', enum: spec.type };
}
