import type { Workspace, WorkspaceChange } from '@kaito/crds';
import type { RolloutDecision } from '../../revisions/rollout.ts';
import { changesBetween, type EditCircumstances } from '../../revisions/changes.ts';
import type { RevisionStep } from '../../revisions/revision.ts';
import type { RevisionData } from '../../revisions/revision-data.ts';
import { timestamp } from '../../status/timestamp.ts';

/** What an edit is told with. */
export interface ChangeContext extends EditCircumstances {
  readonly rollout: RolloutDecision | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * The last edit as status shows it: what changed from one revision to the next, what each change takes, and how far it is. Undefined
 * for the first revision, which is no edit.
 */
export function lastChange(
  { status }: Workspace,
  { number, before }: RevisionStep,
  data: RevisionData,
  { rollout, now, ...circumstances }: ChangeContext,
): WorkspaceChange | undefined {
  if (before === undefined) return undefined;
  const changes = changesBetween(before, data, circumstances);
  // The same data under the hash of another program: KAITO's last revision.
  if (changes.length === 0) return undefined;
  const shown = status?.lastChange;
  const at = shown?.revision === number ? shown.at : timestamp(now);
  const fields = changes.flatMap(({ field, impact }) =>
    impact === 'refused' ? [] : [{ field, impact: impact === 'nextNode' ? ('none' as const) : impact }],
  );
  const message =
    rollout && !rollout.go && rollout.kind === 'rollout' ? `held back: ${rollout.message}` : howItRolls(rollout);
  return { revision: number, at, fields, ...(message && { message }) };
}

function howItRolls(rollout: RolloutDecision | undefined): string | undefined {
  if (!rollout?.go) return undefined;
  if (rollout.kind === 'inPlace')
    return 'pods are replaced on their nodes: each goes before its successor comes, for lack of room for both';
  if (rollout.kind === 'live') return 'the servers that run load and unload adapters: see status.adapters';
  if (rollout.kind === 'onNewNodes') return 'pods move to the new nodes';
  return undefined;
}
