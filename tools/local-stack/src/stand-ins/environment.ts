/** Names of variables that stand-ins read, beside what their container has. */
export const standInVariables = {
  /** The uid of the pod. */
  pod: 'KAITO_STAND_IN_POD',
  /** The address that servers of the pod listen on. */
  address: 'KAITO_STAND_IN_ADDRESS',
  /** JSON of the paths of the container, `{ inside, outside }`: paths that stand in files were not rewritten for this machine. */
  paths: 'KAITO_STAND_IN_PATHS',
} as const;

/** Prints a line, as the program would that is stood in for. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The address that servers of this pod listen on. */
export function ownAddress(env: NodeJS.ProcessEnv = process.env): string {
  return env[standInVariables.address] ?? '127.0.0.1';
}

interface MappedPath {
  readonly inside: string;
  readonly outside: string;
}

/** The path on this machine of a path in the container that stands in a file or is a default of a program. */
export function machinePath(path: string, env: NodeJS.ProcessEnv = process.env): string {
  const paths: readonly MappedPath[] = JSON.parse(env[standInVariables.paths] ?? '[]');
  const isAt = (place: string): boolean => path === place || path.startsWith(`${place}/`);
  if (paths.some(({ outside }) => isAt(outside))) return path; // Commands and variables were rewritten before.
  const found = paths.find(({ inside }) => isAt(inside)); // The longest comes first.
  return found ? `${found.outside}${path.slice(found.inside.length)}` : path;
}
