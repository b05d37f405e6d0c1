import { Type } from 'typebox';
import { dateTime, text } from '../schema/fields.ts';

const phase = Type.Object({
  name: text('What is done in this phase.', { minLength: 1 }),
  state: Type.Enum(['Pending', 'Running', 'Done', 'Failed', 'Skipped'], { description: 'How far the phase is.' }),
  startedAt: Type.Optional(dateTime('When it began.')),
  finishedAt: Type.Optional(dateTime('When it ended.')),
  expectedSeconds: Type.Integer({ description: 'How long it usually takes, in seconds.', format: 'int32', minimum: 0 }),
  message: Type.Optional(text('What it waits for.')),
});

/** The way from the wish to the answer, phase by phase. */
export const startupStatus = Type.Object(
  {
    startedAt: dateTime('When the start began.'),
    readyAt: Type.Optional(dateTime('When the workspace became ready.')),
    estimatedReadyAt: Type.Optional(dateTime('When it should be ready, from what such starts usually take.')),
    phases: Type.Array(phase, {
      description: 'The phases in their order.',
      // One controller writes them, all at once. As a map, each field of each phase would stand in managedFields as well.
      'x-kubernetes-list-type': 'atomic',
    }),
  },
  { description: 'How far the start is, what each phase takes, and when it should be ready.' },
);
