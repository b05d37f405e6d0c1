import type { WorkspaceDiagnosis } from '@kaito/crds';
import { diagnose, findDiagnosis, lastWords, type Finding } from '@kaito/planner';
import type { PhaseName } from './startup/phases.ts';
import { plannedBy, type StatusInput } from './status-input.ts';
import { adapterSigns, inputSigns, nodeSignsOf, signsOf, type Sign } from './symptoms.ts';
import { momentOf, timestamp } from './timestamp.ts';

/** What stands in the way, and in which phase of the start. */
export interface Diagnosed {
  readonly phase: PhaseName;
  readonly finding: Finding;
  /** When what is told happened, in milliseconds since the epoch. */
  readonly at: number | undefined;
}

/** Longer than a sentence with its numbers is nothing here, unless somebody else's words are in it. */
const maxLength = 1024;

/**
 * The cause: of all that is broken the earliest step, and what merely takes its time only when nothing is. Undefined when the workspace is
 * ready and nothing lies ahead of it.
 */
export function findCause(input: StatusInput, isReady: boolean): Diagnosed | undefined {
  if (isReady) return obstacleAhead(input);
  const found = findingsOf(signsOf(input));
  return found.find(({ finding }) => !finding.waiting) ?? found[0];
}

/** What a workspace that serves is in for: a move that gets stuck, a change that waits, pods that could not be made anew. */
function obstacleAhead(input: StatusInput): Diagnosed | undefined {
  const plan = plannedBy(input);
  const move = plan ? findingsOf(nodeSignsOf(input, plan)).find(({ finding }) => !finding.waiting) : undefined;
  const ahead = [...inputSigns(input.observed), ...adapterSigns(input)];
  return move ?? heldRollout(input) ?? findingsOf(ahead)[0];
}

function findingsOf(signs: readonly Sign[]): readonly Diagnosed[] {
  return signs.map(diagnosed).filter(one => one !== undefined);
}

/**
 * The diagnosis for status. Its times stay for as long as the cause does.
 * @param now milliseconds since the epoch
 */
export function diagnosisStatus(
  { finding, at }: Diagnosed,
  before: WorkspaceDiagnosis | undefined,
  now: number,
): WorkspaceDiagnosis {
  const { cause, message, evidence, mover, nextStep } = finding;
  const isSame = before?.cause === cause;
  const retryAt = nextTry({ finding, at }, isSame ? before : undefined, now);
  return {
    cause,
    message: shorten(message),
    ...(evidence && evidence !== message && { evidence: shorten(evidence) }),
    mover,
    nextStep,
    since: isSame ? before.since : timestamp(now),
    ...(retryAt !== undefined && { retryAt: timestamp(retryAt) }),
  };
}

/** Causes that say no more than that a program ended: its own last words are better evidence. */
const vague: ReadonlySet<string> = new Set(['ServerCrashes', 'ProbeFailed', 'TrainerFailed', 'StepFailed']);

function diagnosed({ phase, symptom, onlyIfKnown, lastWords: log, at }: Sign): Diagnosed | undefined {
  const finding = onlyIfKnown ? findDiagnosis(symptom) : diagnose(symptom);
  if (!finding) return undefined;
  const shown = vague.has(finding.cause) && log ? { ...finding, evidence: lastWords(log) } : finding;
  return { phase, finding: shown, at };
}

function heldRollout({ rollout }: StatusInput): Diagnosed | undefined {
  if (rollout?.go !== false) return undefined;
  const finding = diagnose({ place: 'rollout', code: rollout.reason, text: rollout.message });
  return { phase: 'Ready', finding, at: undefined };
}

/**
 * When it is tried again. Words like "next attempt in 10 min" do not say since when: they count from when they were first seen, and once
 * that time is over from there on again, so that the time on status moves only when an attempt was due.
 */
function nextTry(
  { finding: { retryAfterSeconds, retryAt }, at }: Pick<Diagnosed, 'finding' | 'at'>,
  before: WorkspaceDiagnosis | undefined,
  now: number,
): number | undefined {
  if (retryAt !== undefined) return momentOf(retryAt);
  if (retryAfterSeconds === undefined || retryAfterSeconds <= 0) return undefined;
  const pace = retryAfterSeconds * 1000;
  if (at !== undefined) return at + pace;
  const told = momentOf(before?.retryAt);
  if (told === undefined) return now + pace;
  return told > now ? Math.min(told, now + pace) : told + Math.ceil((now - told + 1) / pace) * pace;
}

function shorten(text: string): string {
  return (text.length <= maxLength ? text : `${text.slice(0, maxLength - 1)}…`).toWellFormed();
}
