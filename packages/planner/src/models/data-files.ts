import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { fileSchemas } from './catalogue-schema.ts';
import architectures from './data/architectures.json' with { type: 'json' };
import catalogue from './data/catalogue.json' with { type: 'json' };
import cpu from './data/cpu-presets.json' with { type: 'json' };
import images from './data/preset-images.json' with { type: 'json' };
import settings from './data/vllm-settings.json' with { type: 'json' };
import transformers from './data/transformers.json' with { type: 'json' };
import tuning from './data/tuning.json' with { type: 'json' };

/**
 * The content of a data file.
 * @throws Error when it is not what the schema says, with the first place and what is wrong there
 */
export function checked<S extends TSchema>(schema: S, file: string, content: unknown): Static<S> {
  if (Value.Check(schema, content)) return content;
  const [first] = Value.Errors(schema, content);
  throw new Error(`${file} ${first?.instancePath ?? ''} ${first?.message ?? 'is wrong'}: correct the data file`);
}

export const catalogueFile = checked(fileSchemas.catalogue, 'catalogue.json', catalogue);
export const imagesFile = checked(fileSchemas.images, 'preset-images.json', images);
export const cpuFile = checked(fileSchemas.cpu, 'cpu-presets.json', cpu);
export const tuningFile = checked(fileSchemas.tuning, 'tuning.json', tuning);
export const transformersFile = checked(fileSchemas.transformers, 'transformers.json', transformers);
export const architecturesFile = checked(fileSchemas.architectures, 'architectures.json', architectures);
export const settingsFile = checked(fileSchemas.settings, 'vllm-settings.json', settings);
