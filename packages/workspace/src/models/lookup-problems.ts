import { catalogue, nearestModels, type Problem } from '@kaito/planner';
import type { HubError, HubErrorKind } from './hub-error.ts';

const field = 'inference.preset.name';
const secretField = 'inference.preset.presetOptions.modelAccessSecret';

/** What was asked, for the sentences below. */
export interface Asked {
  readonly id: string;
  /** Page of the model, for people. */
  readonly page: string;
  /** `namespace/name` of the Secret whose token was shown; undefined: none was. */
  readonly secretKey?: string | undefined;
}

/** What is wrong and what to do next, for each kind of answer. */
const sentences: Readonly<Record<HubErrorKind, readonly [Problem['code'], (asked: Asked, answer: string) => string]>> =
  {
    gated: ['ModelGated', asked => `it may be had only by those who accept its licence: ${gatedStep(asked)}`],
    denied: [
      'ModelAccessDenied',
      asked => `Hugging Face does not let ${whose(asked.secretKey)} read it: ${deniedStep(asked)}`,
    ],
    notFound: [
      'ModelNotFound',
      ({ id, page, secretKey }) => `there is no such model at ${page}${near(id)}${privateHint(secretKey)}`,
    ],
    unusable: [
      'ModelLookupFailed',
      (_, answer) => `what Hugging Face says about it cannot be used (${answer}); it is asked again`,
    ],
    transient: [
      'ModelLookupFailed',
      (_, answer) => `Hugging Face cannot be asked about it (${answer}); it is asked again`,
    ],
  };

/** Why nothing is known about a model, and what to do next. */
export function problemOf(asked: Asked, { kind, message }: Pick<HubError, 'kind' | 'message'>): Problem {
  const [code, sentence] = sentences[kind];
  return problem(code, asked.id, sentence(asked, message));
}

/** A Secret is named, and has no token in it. */
export function tokenMissing({ id, secretKey = '' }: Asked): Problem {
  return problem('ModelAccessDenied', id, `Secret ${secretKey} has no token: put one under the key HF_TOKEN`);
}

/** A name that is neither in the catalogue nor an id. */
export function nameUnknown(name: string): Problem {
  const message = `it is not a model of the catalogue${near(name)}, and not an id of Hugging Face (<organisation>/<repository>)`;
  return problem('PresetUnknown', name, message);
}

/** No endpoint is configured, so that only the catalogue is known. */
export function lookupOff(id: string): Problem {
  const message = `it is not in the catalogue${near(id)}, and this installation does not ask Hugging Face (HF_ENDPOINT is off)`;
  return problem('ModelLookupFailed', id, message);
}

function problem(code: Problem['code'], id: string, what: string): Problem {
  return { code, field, message: `${field} ${JSON.stringify(id.slice(0, 200))}: ${what}` };
}

function whose(secretKey: string | undefined): string {
  return secretKey === undefined ? 'everybody' : `the token of Secret ${secretKey}`;
}

function gatedStep({ page, secretKey }: Asked): string {
  return secretKey === undefined
    ? `accept it at ${page} and set ${secretField} to a Secret with your token under HF_TOKEN`
    : `accept it at ${page} with the account of the token in Secret ${secretKey}`;
}

function deniedStep({ secretKey }: Asked): string {
  return secretKey === undefined
    ? `set ${secretField} to a Secret with a token under HF_TOKEN`
    : 'put a token there that is valid and may read it';
}

function near(name: string): string {
  return ` (near: ${nearestModels(catalogue, name).join(', ')})`;
}

function privateHint(secretKey: string | undefined): string {
  if (secretKey !== undefined) return `, or the token of Secret ${secretKey} does not show it`;
  return `; if it is private, set ${secretField} to a Secret with a token under HF_TOKEN`;
}
