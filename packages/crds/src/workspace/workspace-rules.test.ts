import { crds } from '../crds.ts';
import { walkSchema } from '../schema/walk-schema.ts';
import { refusedEdits } from './cases/edits.ts';
import { refused } from './cases/refused.ts';

const workspace = crds.find(({ spec }) => spec.names.kind === 'Workspace')!;
const messages = new Set(
  workspace.spec.versions
    .flatMap(version => [...walkSchema(version.schema.openAPIV3Schema)])
    .flatMap(({ schema }) => schema['x-kubernetes-validations'] ?? [])
    .map(({ message }) => message),
);

test.each([...messages])('the API server is shown something that breaks the rule: %s', message => {
  const tried = [...refused, ...refusedEdits].map(test => test.message);
  expect(tried.filter(part => message.includes(part))).not.toEqual([]);
});
