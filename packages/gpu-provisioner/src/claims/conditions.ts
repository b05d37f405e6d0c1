import { setCondition } from '@kaito/kube';
import type { Condition, StatedCondition } from '@kaito/kube';
import type { Claim, Phase, Progress, ReportedCondition, Step } from './claim.ts';

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

function completed(condition: ReportedCondition): Condition {
  const status = condition.status === 'True' || condition.status === 'False' ? condition.status : 'Unknown';
  return { reason: '', message: '', lastTransitionTime: '', ...condition, status };
}
