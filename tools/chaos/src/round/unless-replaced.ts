import { isConflict, isInvalid, isNotFound } from '@kaito/kube';

/**
 * What a request under a uid came to; undefined when the object is gone or another one has its name by now. The API server calls
 * another uid a conflict in a deletion, and invalid in a patch.
 * @throws every other failure
 */
export async function unlessReplaced<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (isNotFound(error) || isConflict(error) || isOfAnother(error)) return undefined;
    throw error;
  }
}

function isOfAnother(error: unknown): boolean {
  return isInvalid(error) && error.causes.some(({ field }) => field === 'metadata.uid');
}
