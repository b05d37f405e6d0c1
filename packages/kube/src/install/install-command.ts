import { parseArgs } from 'node:util';
import { systemClock } from '../clock/clock.ts';
import { connect } from '../client/connect.ts';
import type { CustomResourceDefinition } from './install-decision.ts';
import { installDefinitions, INSTALL_FIELD_MANAGER } from './install-definitions.ts';

/** The word by which a controller's program is asked to install definitions instead of running. */
export const INSTALL_COMMAND = 'install-crds';

export interface InstallRequest {
  readonly definitions: readonly CustomResourceDefinition[];
  readonly release: string;
  readonly force: boolean;
}

/**
 * Reads the command line after the command: `--release=1.2.3 [--force] <name of a definition>…`.
 * @throws Error that says what is missing or not known
 */
export function readInstallRequest(
  argv: readonly string[],
  known: readonly CustomResourceDefinition[],
): InstallRequest {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { release: { type: 'string' }, force: { type: 'boolean', default: false } },
  });
  const names = known.map(({ metadata }) => metadata.name);
  const unknown = positionals.filter(name => !names.includes(name));
  if (unknown.length > 0) throw new Error(`${unknown.join(', ')}: not known; known are ${names.join(', ')}`);
  if (!values.release) throw new Error('--release is needed: the version that the definitions are of, such as 1.2.3');
  const definitions =
    positionals.length === 0 ? known : known.filter(({ metadata }) => positionals.includes(metadata.name));
  return { definitions, release: values.release, force: values.force };
}

const report = (line: string): void => void process.stdout.write(`${line}\n`);

/**
 * Installs definitions into the cluster of the kubeconfig, or of the pod, and tells of each on standard output.
 * @param argv what follows the command
 * @throws Error that says what is wrong
 */
export async function runInstallCommand(
  argv: readonly string[],
  known: readonly CustomResourceDefinition[],
  signal: AbortSignal,
): Promise<void> {
  const request = readInstallRequest(argv, known);
  const client = connect({ userAgent: INSTALL_FIELD_MANAGER });
  try {
    await installDefinitions(request.definitions, { ...request, client, clock: systemClock, report, signal });
  } finally {
    await client.close();
  }
}
