import type { Program } from '../processes/program.ts';
import { waitUntilUp } from '../processes/wait-until-up.ts';
import type { Run } from '../stack/run.ts';

/** Repositories that ask for a password. */
export interface PrivateRepositories {
  /** Those whose name begins with it, such as `private/`. */
  readonly prefix: string;
  readonly user: string;
  readonly password: string;
  /** Only pushes ask for the password. */
  readonly readable?: boolean;
}

/** A registry of OCI images on loopback. */
export interface Registry {
  /** As references name it: `localhost:<port>`, to which clients speak plain HTTP. */
  readonly host: string;
  readonly program: Program;
}

const START_TIMEOUT_MS = 20_000;

/**
 * Starts a registry on a free port, with its blobs in the data folder of the run.
 * @param command path of the program `registry`
 * @throws with the end of its log when it does not start; the signal's reason when that is aborted
 */
export async function startRegistry(
  run: Run,
  command: string,
  { guarded, signal }: { readonly guarded?: PrivateRepositories; readonly signal?: AbortSignal } = {},
): Promise<Registry> {
  const program = await run.start({
    name: 'registry',
    command,
    args: ['-blobs', `${run.dataDir}/registry`, ...guardArguments(guarded)],
  });
  const find = (): Promise<string | undefined> => Promise.resolve(/^127\.0\.0\.1:(\d+)$/m.exec(program.logs())?.[1]);
  const port = await waitUntilUp([program], find, { timeoutMs: START_TIMEOUT_MS, signal });
  return { host: `localhost:${port}`, program };
}

function guardArguments(guarded: PrivateRepositories | undefined): readonly string[] {
  if (!guarded) return [];
  const { prefix, user, password, readable } = guarded;
  return ['-private', prefix, '-user', user, '-password', password, ...(readable ? ['-readable'] : [])];
}

/** The content of a Docker configuration file with one account. */
export function dockerConfig(host: string, account: { readonly user: string; readonly password: string }): string {
  const auth = Buffer.from(`${account.user}:${account.password}`).toString('base64');
  return JSON.stringify({ auths: { [host]: { auth } } });
}
