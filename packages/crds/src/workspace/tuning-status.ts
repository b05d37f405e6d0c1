import { Type } from 'typebox';
import { dateTime, text } from '../schema/fields.ts';
import { lineageStatus } from './lineage-status.ts';

const count = (description: string) => Type.Integer({ description, format: 'int64', minimum: 0 });

const output = Type.Object(
  {
    image: Type.Optional(text('The image that was pushed, by its digest.')),
    digest: text('SHA-256 of the result: of the manifest of the image, or of the files on the volume.'),
    lineage: Type.Optional(lineageStatus),
  },
  { description: 'The result, once it is where it was to go.' },
);

/** How far a training is, and what came out. */
export const tuningStatus = Type.Object(
  {
    of: text('What is trained, as a digest of all that the result depends on.', { minLength: 1 }),
    startedAt: Type.Optional(dateTime('When the trainer first ran.')),
    finishedAt: Type.Optional(dateTime('When the training ended, well or not.')),
    outcome: Type.Optional(
      Type.Enum(['Succeeded', 'Failed'], { description: 'How it ended; absent while it has not.' }),
    ),
    estimatedFinishAt: Type.Optional(dateTime('When the training should end, at its present pace.')),
    pod: Type.Optional(text('The pod that tries it now, or did last.')),
    attempts: Type.Optional(count('How many pods have tried it, those that were evicted included.')),
    progress: Type.Optional(text('How much is done, in percent, such as 45%.')),
    step: Type.Optional(count('Steps that are done.')),
    steps: Type.Optional(count('Steps in all.')),
    epoch: Type.Optional(text('Passes over the data that are done.')),
    loss: Type.Optional(text('The training loss that was last told.')),
    checkpoint: Type.Optional(count('The last step that the training could go on from.')),
    resumedFrom: Type.Optional(count('The step that the present attempt went on from.')),
    output: Type.Optional(output),
  },
  { description: 'How far the training is, and what came out.' },
);
