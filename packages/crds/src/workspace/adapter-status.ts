import { Type } from 'typebox';
import { text } from '../schema/fields.ts';
import { lineageStatus } from './lineage-status.ts';

/** An adapter, as the pods of a workspace have it. */
export const adapterStatus = Type.Object({
  name: text('The name of the adapter.', { minLength: 1 }),
  state: Type.Enum(['Pending', 'Loaded', 'Failed'], { description: 'Whether all pods have it.' }),
  image: Type.Optional(text('The image that it came from.')),
  digest: Type.Optional(text('SHA-256 of the manifest of that image.')),
  message: Type.Optional(text('Why it is not there.')),
  lineage: Type.Optional(lineageStatus),
});
