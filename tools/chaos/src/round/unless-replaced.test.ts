import { ApiError } from '@kaito/kube';
import { unlessReplaced } from './unless-replaced.ts';

const error = (code: number, reason: 'NotFound' | 'Conflict' | 'Invalid' | 'InternalError', field?: string): ApiError =>
  new ApiError({ code, reason, message: reason, ...(field !== undefined && { causes: [{ field }] }) });

test.each([
  ['gone', error(404, 'NotFound')],
  ['another one, in a deletion', error(409, 'Conflict')],
  ['another one, in a patch', error(422, 'Invalid', 'metadata.uid')],
])('an object that is %s is no failure', async (_, thrown) => {
  await expect(unlessReplaced(Promise.reject(thrown))).resolves.toBeUndefined();
});

test.each([
  ['an invalid edit', error(422, 'Invalid', 'spec.adapters')],
  ['a server that fails', error(500, 'InternalError')],
])('%s is', async (_, thrown) => {
  await expect(unlessReplaced(Promise.reject(thrown))).rejects.toBe(thrown);
});
