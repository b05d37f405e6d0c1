import { Type } from 'typebox';
import { dateTime, text } from '../schema/fields.ts';

const changedField = Type.Object({
  field: text('Path of the field, such as inference.config.'),
  impact: Type.Enum(['inPlace', 'podRestart', 'newNodes', 'none'], {
    description: 'What the change takes: nothing, an update in place, new pods on the same nodes, or new nodes.',
  }),
});

/** The last edit of a workspace and what it set off. */
export const changeStatus = Type.Object(
  {
    revision: Type.Integer({ description: 'The revision that the change made.', format: 'int64', minimum: 0 }),
    at: dateTime('When the change was seen.'),
    fields: Type.Array(changedField, {
      description: 'What changed, and what each change takes.',
      'x-kubernetes-list-type': 'atomic',
    }),
    message: Type.Optional(text('How far the change is, and what holds it back.')),
  },
  { description: 'The last change of the workspace and what it sets off.' },
);
