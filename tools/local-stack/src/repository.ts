import { fileURLToPath } from 'node:url';

/** The root of the repository, which holds the CRDs and the bundled apps that the stack runs. */
export const repositoryRoot = fileURLToPath(new URL('../../..', import.meta.url));

/** The folder of this package, which holds Go modules and assets. */
export const packageRoot = fileURLToPath(new URL('..', import.meta.url));
