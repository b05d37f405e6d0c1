import type { WorkspaceStartup } from '@kaito/crds';

/** A phase of a start that is over. */
export interface FinishedPhase {
  readonly phase: string;
  readonly seconds: number;
}

/** The phases that one status says are over and the one before it did not. Those of another start all count. */
export function finishedPhases(
  before: WorkspaceStartup | undefined,
  after: WorkspaceStartup | undefined,
): readonly FinishedPhase[] {
  const known = before?.startedAt === after?.startedAt ? (before?.phases ?? []) : [];
  const wasDone = new Set(known.filter(({ state }) => state === 'Done').map(({ name }) => name));
  return (after?.phases ?? [])
    .filter(({ name, state }) => state === 'Done' && !wasDone.has(name))
    .map(({ name, startedAt = '', finishedAt = '' }) => ({
      phase: name,
      seconds: (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000,
    }))
    .filter(({ seconds }) => seconds >= 0);
}

/** How many seconds the whole start took, when it has come to its end since the status before; undefined otherwise. */
export function finishedStart(
  before: WorkspaceStartup | undefined,
  after: WorkspaceStartup | undefined,
): number | undefined {
  if (!after?.readyAt) return undefined;
  const isKnown = before?.startedAt === after.startedAt && before.readyAt !== undefined;
  return isKnown ? undefined : Math.max(0, (Date.parse(after.readyAt) - Date.parse(after.startedAt)) / 1000);
}
