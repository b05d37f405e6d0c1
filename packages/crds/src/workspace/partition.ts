import { Type } from 'typebox';
import { orElse, rules } from '../schema/cel.ts';
import { text } from '../schema/fields.ts';

const profile = orElse('self.profile', "''");

/** A part of a node. */
export const partition = Type.Object(
  {
    mode: Type.Enum(['mig', 'accelerator'], {
      description:
        'Mode mig takes one slice of a GPU (NVIDIA Multi-Instance GPU), accelerator some whole GPUs of a node.',
    }),
    profile: Type.Optional(
      text('The size of the slice, such as 1g.10gb; with mode mig.', {
        maxLength: 32,
        ...rules([
          "self == '' || self.matches('^[1-9][0-9]*g[.][1-9][0-9]*gb$')",
          'profile must be the size of a MIG slice, such as 1g.10gb',
        ]),
      }),
    ),
    count: Type.Optional(Type.Integer({ description: 'How many whole GPUs; with mode accelerator.', minimum: 1 })),
  },
  {
    description: 'Run on a part of a node. Only on nodes that you bring yourself.',
    ...rules(
      [
        `self.mode != 'mig' || (${profile} != '' && !has(self.count))`,
        'mode mig takes one slice: set partition.profile, such as 1g.10gb, and leave partition.count out',
      ],
      [
        `self.mode != 'accelerator' || (has(self.count) && ${profile} == '')`,
        'mode accelerator takes whole GPUs: set partition.count, and leave partition.profile out',
      ],
    ),
  },
);
