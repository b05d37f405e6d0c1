import type { StartupPhase, WorkspaceChange, WorkspaceStartup } from '@kaito/crds';
import type { Plan } from '@kaito/planner';
import type { Observed } from '../../observed.ts';
import type { Diagnosed } from '../diagnosis-status.ts';
import { momentOf, timestamp } from '../timestamp.ts';
import { expectedSeconds } from './expectations.ts';
import { phaseEnds, type PhaseEnd } from './moments.ts';
import { phaseNames, type PhaseName } from './phases.ts';

/** What the history of a start is made of. */
export interface StartupInput {
  readonly observed: Observed;
  readonly plan: Plan | undefined;
  readonly isBrought: boolean;
  /** The last edit of the workspace. */
  readonly lastChange: WorkspaceChange | undefined;
  /** When the plan was made, and when the workspace became ready, RFC 3339; undefined while it is not so. */
  readonly plannedAt: string | undefined;
  readonly readyAt: string | undefined;
  readonly cause: Diagnosed | undefined;
}

/**
 * How far the start is. A start begins with the workspace, and anew with each edit that takes new pods; once it has come to its end it
 * stays as the history of this revision. All times are those of the objects themselves, so that nothing moves while nothing happens: an
 * estimate that lies in the past says that a phase takes longer than usual.
 * @param now milliseconds since the epoch; counts only for a workspace that does not say when it was made
 */
export function startupStatus(input: StartupInput, now: number): WorkspaceStartup {
  const before = input.observed.workspace.status?.startup;
  const startedAt = beginning(input, before) ?? timestamp(now);
  const known = before?.startedAt === startedAt ? before : undefined;
  if (known?.readyAt) return known;
  const phases = phasesOf(input, momentOf(startedAt) ?? now, known?.phases ?? []);
  return { startedAt, ...endOf(phases, input.readyAt !== undefined), phases };
}

function endOf(
  phases: readonly StartupPhase[],
  isReady: boolean,
): Pick<WorkspaceStartup, 'readyAt' | 'estimatedReadyAt'> {
  const readyAt = isReady ? phases.at(-1)?.finishedAt : undefined;
  if (readyAt) return { readyAt };
  const estimate = estimatedReadyAt(phases);
  return estimate === undefined ? {} : { estimatedReadyAt: timestamp(estimate) };
}

function beginning({ observed, lastChange }: StartupInput, before: WorkspaceStartup | undefined): string | undefined {
  const takesPods = lastChange?.fields.some(({ impact }) => impact === 'podRestart' || impact === 'newNodes');
  if (lastChange && takesPods) return lastChange.at;
  return before?.startedAt ?? observed.workspace.metadata.creationTimestamp;
}

/** When each phase was over. A workspace that is ready has all of them behind it, whatever is still to be seen of them. */
function endsOf(input: StartupInput, startedAt: number): Readonly<Record<PhaseName, PhaseEnd>> {
  const { observed, plan, plannedAt, readyAt } = input;
  const nothing = { Claimed: undefined, NodeJoined: undefined, GpusReady: undefined } as const;
  const between = plan
    ? phaseEnds(observed, plan, startedAt)
    : { ...nothing, PodScheduled: undefined, ImagesPulled: undefined, ModelLoaded: undefined };
  return { Planned: plan && momentOf(plannedAt), ...between, Ready: momentOf(readyAt) };
}

function phasesOf(input: StartupInput, startedAt: number, known: readonly StartupPhase[]): readonly StartupPhase[] {
  const { plan, isBrought, readyAt, cause } = input;
  const ends = endsOf(input, startedAt);
  const phases: StartupPhase[] = [];
  let began = startedAt;
  let isOpen = false;
  for (const name of phaseNames) {
    const expected = { name, expectedSeconds: expectedSeconds(name, plan, isBrought) };
    const end = ends[name] ?? (readyAt ? began : undefined);
    if (isOpen) phases.push({ ...expected, state: 'Pending' });
    else if (end === 'skipped') phases.push({ name, expectedSeconds: 0, state: 'Skipped' });
    else if (end === undefined) {
      phases.push(openPhase(expected, began, cause));
      isOpen = true;
    } else {
      const done = donePhase(expected, { began, end: Math.max(began, end) }, known);
      phases.push(done);
      began = momentOf(done.finishedAt) ?? began;
    }
  }
  return phases;
}

/** Enough for a sentence with its numbers. */
const maxMessage = 512;

type Expected = Pick<StartupPhase, 'name' | 'expectedSeconds'>;

function openPhase(expected: Expected, began: number, cause: Diagnosed | undefined): StartupPhase {
  const state = cause && !cause.finding.waiting ? 'Failed' : 'Running';
  const message = cause?.finding.message;
  return {
    ...expected,
    state,
    startedAt: timestamp(began),
    ...(message && { message: message.slice(0, maxMessage).toWellFormed() }),
  };
}

/** A phase that was over stays as it was told: a container that is restarted later is not pulled later. */
function donePhase(
  expected: Expected,
  { began, end }: { readonly began: number; readonly end: number },
  known: readonly StartupPhase[],
): StartupPhase {
  const told = known.find(({ name, state }) => name === expected.name && state === 'Done');
  return told ?? { ...expected, state: 'Done', startedAt: timestamp(began), finishedAt: timestamp(end) };
}

/** The usual end of the phase that runs, and of all after it; undefined while something is broken. */
function estimatedReadyAt(phases: readonly StartupPhase[]): number | undefined {
  const running = phases.find(({ state }) => state === 'Running');
  const since = momentOf(running?.startedAt);
  if (!running || since === undefined) return undefined;
  const left = phases.filter(({ state }) => state === 'Running' || state === 'Pending');
  return left.reduce((at, phase) => at + phase.expectedSeconds * 1000, since);
}
