import { Type } from 'typebox';
import { dateTime, text } from '../schema/fields.ts';

/** What stands in the way, and whose move it is. */
export const diagnosisStatus = Type.Object(
  {
    cause: text('The cause, as one word for programs.', { minLength: 1 }),
    message: text('The cause, for people.'),
    evidence: Type.Optional(text('The words of whoever reported it, as they came.')),
    mover: Type.Enum(['user', 'azure', 'cluster', 'kaito', 'huggingface'], { description: 'Who has to act.' }),
    nextStep: text('What to do next.'),
    since: dateTime('Since when.'),
    retryAt: Type.Optional(dateTime('When Kaito tries again by itself; left out when it waits for a change.')),
  },
  { description: 'What stands in the way, whose move it is and what to do; left out when nothing does.' },
);
