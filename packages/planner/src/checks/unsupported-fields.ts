import type { Workspace } from '@kaito/crds';
import type { Problem } from '../problem.ts';

interface UnsupportedField {
  readonly field: string;
  readonly given: (workspace: Workspace) => boolean;
  readonly advice: string;
}

/** Fields of the API that this version does not act on. They are refused, because a field that does nothing misleads. */
const unsupportedFields: readonly UnsupportedField[] = [
  {
    field: 'resource.partition',
    given: ({ resource }) => resource?.partition !== undefined,
    advice: 'leave it out to get whole GPUs',
  },
  {
    field: 'resource.preferredNodes',
    given: ({ resource }) => (resource?.preferredNodes ?? []).length > 0,
    advice: 'leave it out; nodes are created for the workspace',
  },
  {
    field: 'inference.config',
    given: ({ inference }) => inference?.config !== undefined && inference.config !== '',
    advice: 'leave it out; the preset runs with its own settings',
  },
];

/** Says which fields are set that this version would have to ignore. */
export function checkUnsupportedFields(workspace: Workspace): readonly Problem[] {
  return unsupportedFields
    .filter(({ given }) => given(workspace))
    .map(({ field, advice }) => ({
      code: 'FieldNotSupported',
      field,
      message: `${field} is not supported by this version: ${advice}`,
    }));
}
