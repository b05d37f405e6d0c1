import { Type } from 'typebox';
import { orElse, rules, unchanged, type Rule } from '../schema/cel.ts';
import { objectName, objectNames, text } from '../schema/fields.ts';
import { imageReference } from './image-reference.ts';

/** The name becomes a part of commands, paths and links, so that it is bounded to what Hugging Face allows in names of repositories. */
const name = text('The model: a name of the catalogue, or <organisation>/<repository> on Hugging Face.', {
  minLength: 1,
  maxLength: 200,
  ...rules([
    "self.matches('^[A-Za-z0-9_][-A-Za-z0-9_.]*(/[A-Za-z0-9_][-A-Za-z0-9_.]*)?$')",
    'preset.name must be a name of the catalogue, such as phi-4-mini-instruct, or <organisation>/<repository> on Hugging Face',
  ]),
});
const image = Type.Optional(imageReference('The image of a private model.'));
const imagePullSecrets = Type.Optional(
  objectNames('Secrets, in the namespace of the workspace, to pull that image with.'),
);

const accessMode = Type.Optional(
  Type.Enum(['public', 'private'], {
    description: 'Whether the image of the model comes from a public registry or is named in presetOptions.',
    default: 'public',
  }),
);

const description = 'A model, with the settings that Kaito knows for it.';
const optionsDescription = { description: 'Where the model comes from.' };

// Image and secrets may change: the pods are made anew. Another model is another workspace, with clients that ask for it by name.
const immutable: readonly Rule[] = [
  ['self.name == oldSelf.name', 'preset.name cannot be changed; make a new workspace for another model'],
  [unchanged('accessMode', "'public'"), 'preset.accessMode cannot be changed; make a new workspace'],
];

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
            objectName('A Secret, in the namespace of the workspace, whose key HF_TOKEN holds a Hugging Face token.'),
          ),
        },
        optionsDescription,
      ),
    ),
  },
  { description, ...rules(...immutable) },
);

export const presetV1alpha1 = Type.Object(
  { name, accessMode, presetOptions: Type.Optional(Type.Object({ image, imagePullSecrets }, optionsDescription)) },
  {
    description,
    ...rules(...immutable, [
      `${orElse('self.accessMode', "'public'")} != 'private' || ${orElse('self.presetOptions.image', "''")} != ''`,
      'a private model needs its image: set presetOptions.image, or accessMode: public',
    ]),
  },
);
