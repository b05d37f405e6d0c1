import { nearestNames } from '../nearest-names.ts';
import type { Model } from './model.ts';

// huggingface_hub, utils/_validators.py: letters, digits, "-", "_" and "."; no "--", no ".."; not at either end "-" or "."; 96 at most.
const organisation = /^[A-Za-z0-9](?:[\w.-]{0,94}[A-Za-z0-9_])?$/;
const repository = /^[A-Za-z0-9_](?:[\w.-]{0,94}[A-Za-z0-9_])?$/;

/** The model of that id or short name, whatever the case of the letters. */
export function findModel(models: readonly Model[], name: string): Model | undefined {
  const wanted = name.toLowerCase();
  return models.find(({ id, aliases }) => id.toLowerCase() === wanted || aliases.includes(wanted));
}

/** Whether the text may be the id of a model on Hugging Face: `<organisation>/<repository>`. */
export function isModelId(name: string): boolean {
  const [owner = '', repo = '', ...rest] = name.split('/');
  if (rest.length > 0 || name.includes('--') || name.includes('..') || name.endsWith('.git')) return false;
  return organisation.test(owner) && repository.test(repo);
}

/** Ids and short names that were most likely meant: those that the text begins, then by typing mistakes; ids only where an id was given. */
export function nearestModels(models: readonly Model[], name: string, limit = 3): readonly string[] {
  const ids = models.map(({ id }) => id);
  const names = name.includes('/') ? ids : [...ids, ...models.flatMap(({ aliases }) => aliases)];
  const begun = names.filter(candidate => name !== '' && candidate.toLowerCase().startsWith(name.toLowerCase()));
  return [...new Set([...begun, ...nearestNames(name, names, limit)])].slice(0, limit);
}
