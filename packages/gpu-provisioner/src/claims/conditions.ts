import { setCondition } from '@kaito/kube';
import type { Condition, StatedCondition } from '@kaito/kube';
import type { Claim, Ending, EndPhase, Phase, Progress, ReportedCondition, Step } from './claim.ts';

/** The phases in the order in which a claim passes through them. */
export const phases: readonly Phase[] = ['launched', 'registered', 'initialized'];

/** How a dialect words its conditions. */
export interface Wording {
  readonly types: Readonly<Record<Phase, string>>;
  /** The condition for a step of a phase; `unchanged` never comes here. */
  state(phase: Phase, step: Exclude<Step, { state: 'unchanged' }>): StatedCondition;
  /** The condition that sums up the phases; `phases` are their conditions in order. */
  root(phaseConditions: readonly Condition[]): StatedCondition;
  /** Whether the kind's conditions carry the generation that they speak about. */
  readonly observesGeneration: boolean;
}

/** All conditions of the claim after a pass: those of the phases, what others put there, and the root last. */
export function conditionsOf(claim: Claim, progress: Progress, wording: Wording, now: number): readonly Condition[] {
  let conditions = (claim.status.conditions ?? []).map(completed);
  const observedGeneration = wording.observesGeneration ? claim.generation : undefined;
  for (const phase of phases) {
    const known = conditions.find(({ type }) => type === wording.types[phase]);
    const step = progress[phase];
    if (step.state === 'unchanged' && known) continue;
    const stated = wording.state(phase, step.state === 'unchanged' ? { state: 'unstarted' } : step);
    // What nobody has looked at yet has been so since the claim was made.
    const since = known || stated.status !== 'Unknown' ? now : claim.createdAt;
    conditions = setCondition(conditions, stated, { now: since, observedGeneration });
  }
  const ofPhases = phases.flatMap(phase => conditions.filter(({ type }) => type === wording.types[phase]));
  return setCondition(conditions, wording.root(ofPhases), { now, observedGeneration });
}

/**
 * All conditions of a claim that is going: what is known of each stage of its end, and the others at the generation that the
 * deletion made (Karpenter's status machinery). Stages that were not reached have no condition.
 */
export function endConditionsOf(
  claim: Claim,
  ending: Ending,
  types: Readonly<Record<EndPhase, string>>,
  now: number,
): readonly Condition[] {
  const observedGeneration = claim.generation;
  const known = (claim.status.conditions ?? []).map(completed);
  let conditions: readonly Condition[] = known.map(condition => ({ ...condition, observedGeneration }));
  for (const phase of endPhases) {
    const step = ending[phase];
    if (step.state === 'unstarted' || step.state === 'unchanged') continue;
    conditions = setCondition(conditions, endCondition(types[phase], step), { now, observedGeneration });
  }
  return conditions;
}

const endPhases: readonly EndPhase[] = ['drained', 'volumesDetached', 'instanceTerminating'];

function endCondition(type: string, step: Exclude<Step, { state: 'unstarted' | 'unchanged' }>): StatedCondition {
  if (step.state === 'done') return { type, status: 'True', reason: type, message: '' };
  const { reason, message } = step;
  return { type, status: step.state === 'failed' ? 'False' : 'Unknown', reason, message };
}

function completed(condition: ReportedCondition): Condition {
  const status = condition.status === 'True' || condition.status === 'False' ? condition.status : 'Unknown';
  return { reason: '', message: '', lastTransitionTime: '', ...condition, status };
}
