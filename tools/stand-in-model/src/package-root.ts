import { fileURLToPath } from 'node:url';

/** The folder of this package, from its sources as from its bundle. */
export const packageRoot = fileURLToPath(new URL('..', import.meta.url));
