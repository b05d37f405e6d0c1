import { Type } from 'typebox';
import { orElse, rules, unchanged } from '../schema/cel.ts';
import { strings, text } from '../schema/fields.ts';

const name = text('The model: a name of the catalogue, or <organisation>/<repository> on Hugging Face.', {
  minLength: 1,
});
const image = Type.Optional(text('The image of a private model.'));
const imagePullSecrets = Type.Optional(strings('Secrets, in the namespace of the workspace, to pull that image with.'));

const accessMode = Type.Optional(
  Type.Enum(['public', 'private'], {
    description: 'Whether the image of the model comes from a public registry or is named in presetOptions.',
    default: 'public',
  }),
);

const description = 'A model, with the settings that Kaito knows for it.';
const optionsDescription = { description: 'Where the model comes from.' };

// Field by field, because an empty presetOptions means the same as none: clients that were written in Go always send one.
const sameImage = [
  'self.name == oldSelf.name',
  unchanged('accessMode', "''"),
  unchanged('presetOptions.image', "''"),
  unchanged('presetOptions.imagePullSecrets', '[]'),
];
const immutable = 'preset cannot be changed; make a new workspace';

export const preset = Type.Object(
  {
    name,
    accessMode,
    presetOptions: Type.Optional(
      Type.Object(
        {
          image,
          imagePullSecrets,
          modelAccessSecret: Type.Optional(
            text('A Secret, in the namespace of the workspace, whose key HF_TOKEN holds a Hugging Face token.'),
          ),
        },
        optionsDescription,
      ),
    ),
  },
  {
    description,
    ...rules([[...sameImage, unchanged('presetOptions.modelAccessSecret', "''")].join(' && '), immutable]),
  },
);

export const presetV1alpha1 = Type.Object(
  { name, accessMode, presetOptions: Type.Optional(Type.Object({ image, imagePullSecrets }, optionsDescription)) },
  {
    description,
    ...rules(
      [sameImage.join(' && '), immutable],
      [
        `${orElse('self.accessMode', "'public'")} != 'private' || ${orElse('self.presetOptions.image', "''")} != ''`,
        'a private model needs its image: set presetOptions.image, or accessMode: public',
      ],
    ),
  },
);
