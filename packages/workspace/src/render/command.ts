import { shellWord, type PlannedServer } from '@kaito/planner';
import { hasManyLeaders, podIndexVariable } from './copies.ts';

/**
 * The command of all pods of a server. They share one template, so where the first pod of a copy runs something else than the others,
 * a shell chooses by the pod's index and then gives way to the program, which gets the signals.
 */
export function podCommand(server: PlannedServer): readonly string[] {
  const { command, workerCommand, podsPerCopy } = server;
  if (podsPerCopy === 1 || workerCommand === undefined) return command;
  const index = hasManyLeaders(server) ? indexInCopy(server) : `$${podIndexVariable}`;
  const choice = `if [ "${index}" = "0" ]; then exec ${words(command)}; else exec ${words(workerCommand)}; fi`;
  return ['/bin/sh', '-c', choice];
}

/** For a shell: a pod's index in its own copy. */
export function indexInCopy({ podsPerCopy }: Pick<PlannedServer, 'podsPerCopy'>): string {
  return `$((${podIndexVariable} % ${podsPerCopy}))`;
}

/** For a shell: the index of the first pod of a pod's copy. */
export function leaderIndex({ podsPerCopy }: Pick<PlannedServer, 'podsPerCopy'>): string {
  return `$((${podIndexVariable} - ${podIndexVariable} % ${podsPerCopy}))`;
}

function words(command: readonly string[]): string {
  return command.map(shellWord).join(' ');
}
