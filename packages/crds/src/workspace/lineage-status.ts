import { Type } from 'typebox';
import { text } from '../schema/fields.ts';

/** From what an adapter was made. */
export const lineageStatus = Type.Object(
  {
    base: Type.Optional(text('The model that was tuned, and its revision or digest.')),
    data: Type.Optional(text('SHA-256 of the data set.')),
    config: Type.Optional(text('SHA-256 of the settings of the training.')),
    workspace: Type.Optional(text('The workspace that tuned it, as namespace/name.')),
  },
  { description: 'From what the adapter was made, as far as it says so itself.' },
);
