import type { RecordedEvent } from '@kaito/kube';
import { phases } from '../../claims/conditions.ts';
import type { Claim, ClaimStatus, Phase, ReportedCondition } from '../../claims/claim.ts';

/** A phase that a claim finished in this pass. */
export interface Turn {
  readonly phase: Phase;
  readonly event: RecordedEvent;
}

/** The phases whose condition became True with the status that was just written: a restart repeats none of them. */
export function turnsOf(claim: Claim, after: ClaimStatus, types: Readonly<Record<Phase, string>>): readonly Turn[] {
  const before = claim.status.conditions;
  return phases
    .filter(phase => !isTrue(before, types[phase]) && isTrue(after.conditions, types[phase]))
    .map(phase => ({ phase, event: { type: 'Normal', ...wordings[phase](after) } }));
}

const wordings: Readonly<Record<Phase, (status: ClaimStatus) => { reason: string; message: string }>> = {
  launched: ({ providerID }) => ({ reason: 'Launched', message: `Machine ${providerID ?? ''} is there` }),
  registered: ({ nodeName }) => ({
    reason: 'Registered',
    message: `Node ${nodeName ?? ''} has joined and is taken in`,
  }),
  initialized: ({ nodeName }) => ({ reason: 'Initialized', message: `Node ${nodeName ?? ''} can take pods` }),
};

function isTrue(conditions: readonly ReportedCondition[] | undefined, type: string): boolean {
  return conditions?.some(condition => condition.type === type && condition.status === 'True') ?? false;
}
