import { isInvalid } from '@kaito/kube';

/** How server-side apply refuses a field that the kind does not have, or a value of another type; it does so with code 500. */
const notOfItsKind = /failed to create typed patch object/;

/** Whether the API server refuses an object for what is written in it, so that trying again cannot help. */
export function isRefusedObject(error: unknown): error is { readonly message: string } {
  if (isInvalid(error)) return true;
  return typeof error === 'object' && error !== null && 'message' in error && notOfItsKind.test(String(error.message));
}
