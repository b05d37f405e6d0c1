import { Type, type TSchema } from 'typebox';
import { orElse, rules } from '../schema/cel.ts';
import { objectName, text } from '../schema/fields.ts';
import { tuningInput, tuningOutput } from './data.ts';
import { preset, presetV1alpha1 } from './preset.ts';

/** The ways to fine-tune (KAITO). Users may write them in any case. */
export const tuningMethods = ['lora', 'qlora'] as const;
export type TuningMethod = (typeof tuningMethods)[number];

/** CEL: the method in lower case. */
const methodOf = (tuning: string) => `${orElse(`${tuning}.method`, "''")}.lowerAscii()`;

const tuningOf = <P extends TSchema>(model: P) =>
  Type.Object(
    {
      preset: Type.Optional(model),
      method: Type.Optional(text('How to fine-tune: lora or qlora.', { maxLength: 64 })),
      config: Type.Optional(
        objectName(
          'A ConfigMap, in the namespace of the workspace, whose key training_config.yaml holds settings of the training. Without it the defaults of the method hold.',
        ),
      ),
      input: tuningInput,
      output: tuningOutput,
    },
    {
      description: 'Fine-tune a model.',
      ...rules(
        ['has(self.preset)', 'tuning needs a model: set tuning.preset.name'],
        [
          `${methodOf('self')} in [${tuningMethods.map(method => `'${method}'`).join(', ')}]`,
          'tuning.method must be lora or qlora',
        ],
        [`${methodOf('self')} == ${methodOf('oldSelf')}`, 'tuning.method cannot be changed; make a new workspace'],
      ),
    },
  );

export const tuning = tuningOf(preset);
export const tuningV1alpha1 = tuningOf(presetV1alpha1);
