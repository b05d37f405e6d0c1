import { Type, type TSchema } from 'typebox';
import { orElse, rules } from '../schema/cel.ts';
import { objectName, opaque, text } from '../schema/fields.ts';
import { adapterSource } from './data.ts';
import { preset, presetV1alpha1 } from './preset.ts';

/** A pod template as the user wrote it; the API server does not check its inside. */
export type PodTemplate = Readonly<Record<string, unknown>>;

/** The most adapters of one workspace (KAITO). */
export const maxAdapters = 10;

const adapter = Type.Object(
  {
    source: Type.Optional(adapterSource),
    strength: Type.Optional(
      text('How much of the adapter is added to the model, from "0" to "1".', {
        maxLength: 64,
        ...rules([
          "self.matches('^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?$') && double(self) >= 0.0 && double(self) <= 1.0",
          'strength must be a number from 0 to 1 in quotes, such as "0.5"',
        ]),
      }),
    ),
  },
  rules(['has(self.source)', 'an adapter needs a source: set source.name and source.image or source.volumeSource']),
);

const sourceName = (variable: string) => orElse(`${variable}.source.name`, "''");

const adapters = Type.Array(adapter, {
  description: 'Fine-tuned adapters (LoRA) that are served on top of the model.',
  maxItems: maxAdapters,
  ...rules([
    `self.all(a, self.exists_one(b, ${sourceName('b')} == ${sourceName('a')}))`,
    'two adapters have the same source.name; give each its own',
  ]),
});

const inferenceOf = <P extends TSchema>(model: P) =>
  Type.Object(
    {
      preset: Type.Optional(model),
      template: Type.Optional(opaque<PodTemplate>('A pod template of your own, instead of a preset.')),
      config: Type.Optional(
        objectName(
          'A ConfigMap, in the namespace of the workspace, whose key inference_config.yaml holds settings of the runtime.',
        ),
      ),
      adapters: Type.Optional(adapters),
    },
    {
      description: 'Serve a model.',
      ...rules(
        [
          'has(self.preset) || has(self.template)',
          'inference needs a model: set inference.preset (a model that Kaito knows) or inference.template (a pod template of your own)',
        ],
        [
          '!(has(self.preset) && has(self.template))',
          'inference takes one model: set either inference.preset or inference.template, not both',
        ],
        [
          `has(self.preset) || !has(self.template) || (${orElse('self.config', "''")} == '' && (!has(self.adapters) || self.adapters.size() == 0))`,
          'config and adapters go with a preset: with a template, mount and load them in the template',
        ],
        [
          'has(self.preset) == has(oldSelf.preset)',
          'inference cannot switch between preset and template; make a new workspace',
        ],
      ),
    },
  );

export const inference = inferenceOf(preset);
export const inferenceV1alpha1 = inferenceOf(presetV1alpha1);
