import {
  findCondition,
  workspaceConditions as types,
  workspaceReasons as reasons,
  type Workspace,
  type WorkspaceCondition,
  type WorkspaceStatus,
} from '@kaito/crds';
import type { RecordedEvent } from '@kaito/kube';
import { isWaitingCause } from '@kaito/planner';

/** Cause of a diagnosis that is worth telling though nothing is broken. */
const rolloutHeld = 'RolloutHeld';

/**
 * The events that a change of status is worth: a plan, a step down the ladder, a refusal, nodes that are ready, the workspace that became
 * ready or ceased to be, a new revision, and what stands in the way now. Nothing changed, no event: a problem that persists is told once.
 * @param moved why the plan is on another rung of its ladder, when it is
 */
export function statusEvents(before: Workspace, after: WorkspaceStatus, moved?: string): readonly RecordedEvent[] {
  return [
    ...planEvents(before.status, after, moved),
    ...refusalEvents(before, after),
    ...revisionEvents(before.status, after),
    ...turnEvents(before, after),
    ...diagnosisEvents(before.status, after),
  ];
}

function planEvents(
  before: WorkspaceStatus | undefined,
  { plan }: WorkspaceStatus,
  moved: string | undefined,
): readonly RecordedEvent[] {
  const old = before?.plan;
  const size = (one: typeof plan): string =>
    [one?.rung, one?.nodeCount, one?.instanceType, one?.capacityType].join(' ');
  if (!plan || size(old) === size(plan)) return [];
  const { nodeCount, instanceType, capacityType, reason, rung } = plan;
  const message = `${nodeCount} × ${instanceType || 'node'} (${capacityType}): ${reason}`;
  if (!old || rung <= old.rung) return [{ type: 'Normal', reason: types.planned, message }];
  const why = moved ?? `${old.instanceType} (${old.capacityType}) could not be had`;
  const left = `${why}; alternative ${rung} is tried: `;
  return [{ type: 'Warning', reason: 'AlternativeTried', message: `${left}${message}` }];
}

function refusalEvents(before: Workspace, after: WorkspaceStatus): readonly RecordedEvent[] {
  const planned = findCondition({ status: after }, types.planned);
  if (planned?.status !== 'False' || planned.reason === reasons.modelLookupPending) return [];
  if (isSame(findCondition(before, types.planned), planned)) return [];
  return [{ type: 'Warning', reason: planned.reason, message: planned.message }];
}

function revisionEvents(
  before: WorkspaceStatus | undefined,
  { lastChange }: WorkspaceStatus,
): readonly RecordedEvent[] {
  if (!lastChange || lastChange.fields.length === 0 || before?.lastChange?.revision === lastChange.revision) return [];
  const fields = lastChange.fields.map(({ field, impact }) => `${field} (${impact})`).join(', ');
  return [{ type: 'Normal', reason: 'Changed', message: `Revision ${lastChange.revision}: ${fields}` }];
}

/** Which turn of which condition is told how. */
const turns: readonly (readonly [string, 'True' | 'False', Pick<RecordedEvent, 'type' | 'reason'>])[] = [
  [types.resourceReady, 'True', { type: 'Normal', reason: types.resourceReady }],
  [types.ready, 'True', { type: 'Normal', reason: types.ready }],
  [types.ready, 'False', { type: 'Warning', reason: 'WorkspaceNotReady' }],
];

function turnEvents(before: Workspace, after: WorkspaceStatus): readonly RecordedEvent[] {
  return turns.flatMap(([type, status, event]) => {
    const was = findCondition(before, type)?.status === 'True' ? 'True' : 'False';
    const is = findCondition({ status: after }, type);
    return is?.status === status && was !== status ? [{ ...event, message: is.message }] : [];
  });
}

/** What merely takes its time is no event, and a refusal is one already. */
function diagnosisEvents(
  before: WorkspaceStatus | undefined,
  { diagnosis, conditions }: WorkspaceStatus,
): readonly RecordedEvent[] {
  if (!diagnosis || before?.diagnosis?.cause === diagnosis.cause) return [];
  if (isWaitingCause(diagnosis.cause) && diagnosis.cause !== rolloutHeld) return [];
  if (findCondition({ status: { conditions: conditions ?? [] } }, types.planned)?.status === 'False') return [];
  const { cause, message, nextStep, mover } = diagnosis;
  return [{ type: 'Warning', reason: cause, message: `${message}; next step (${mover}): ${nextStep}` }];
}

function isSame(before: WorkspaceCondition | undefined, after: WorkspaceCondition): boolean {
  return before?.status === after.status && before.reason === after.reason && before.message === after.message;
}
