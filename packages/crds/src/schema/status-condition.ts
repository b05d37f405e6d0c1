import { Type, type TOptional, type TString, type TInteger } from 'typebox';
import { dateTime, text } from './fields.ts';

/** Constraints of meta/v1 Condition (Kubernetes API) on its type and its message. */
const TYPE_PATTERN =
  '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$';

export const conditionType: TString = text('What the condition is about.', { maxLength: 316, pattern: TYPE_PATTERN });

export const conditionStatus = Type.Enum(['True', 'False', 'Unknown'], { description: 'Whether it holds.' });

export const conditionMessage: TString = text('Why the status is what it is, for people; may be empty.', {
  maxLength: 32768,
});

export const conditionTime: TString = dateTime('When the status last changed.');

export const conditionGeneration: TOptional<TInteger> = Type.Optional(
  Type.Integer({
    description:
      'The generation of the object that was looked at; a lower one than metadata.generation is out of date.',
    format: 'int64',
    minimum: 0,
  }),
);
