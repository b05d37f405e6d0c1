import {
  findCondition,
  workspaceConditions as types,
  type Workspace,
  type WorkspaceCondition,
  type WorkspaceStatus,
} from '@kaito/crds';
import type { RecordedEvent } from '@kaito/kube';
import type { ClaimKind } from '../../claims/claim-kind.ts';
import type { Decision } from './plan.ts';

/** The event for a claim that was created. */
export function claimCreated({ resource }: ClaimKind, name: string): RecordedEvent {
  return {
    type: 'Normal',
    reason: `${resource.kind}Created`,
    message: `Created ${resource.kind} ${name}`,
    dedupe: [name],
  };
}

/** The event for claims that could not be created. */
export function claimCreationFailed({ resource }: ClaimKind, message: string): RecordedEvent {
  return { type: 'Warning', reason: `${resource.kind}CreationFailed`, message };
}

/**
 * The events that a change of status is worth: the workspace became ready, ceased to be, or was refused. Nothing
 * changed, no event: a problem that persists is told once.
 */
export function statusEvents(
  workspace: Workspace,
  after: WorkspaceStatus,
  decision: Decision,
): readonly RecordedEvent[] {
  const now = { status: after };
  const was = (type: string): WorkspaceCondition | undefined => findCondition(workspace, type);
  const ready = findCondition(now, types.ready);
  const resource = findCondition(now, types.resourceReady);
  const events: RecordedEvent[] = [];
  if (decision.refusals && resource && !isSame(was(types.resourceReady), resource)) {
    events.push({ type: 'Warning', reason: resource.reason, message: resource.message });
  }
  if (ready?.status === 'True' && was(types.ready)?.status !== 'True') {
    events.push({ type: 'Normal', reason: types.ready, message: ready.message });
  }
  if (ready?.status === 'False' && was(types.ready)?.status === 'True') {
    events.push({ type: 'Warning', reason: 'WorkspaceNotReady', message: ready.message });
  }
  return events;
}

function isSame(before: WorkspaceCondition | undefined, after: WorkspaceCondition): boolean {
  return before?.status === after.status && before.reason === after.reason && before.message === after.message;
}
