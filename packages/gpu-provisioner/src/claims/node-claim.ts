import { labels, nodeClaimConditions, nodeClaimReasons, nodeClaims } from '@kaito/crds';
import type { Condition, StatedCondition } from '@kaito/kube';
import { viewClaim } from './claim.ts';
import type { Dialect, EndPhase, Phase } from './claim.ts';
import { conditionsOf, endConditionsOf } from './conditions.ts';
import type { Wording } from './conditions.ts';
import { parseDuration } from './duration.ts';
import { awaiting, NODE_CLASS } from './wording.ts';

const types: Readonly<Record<Phase, string>> = {
  launched: nodeClaimConditions.launched,
  registered: nodeClaimConditions.registered,
  initialized: nodeClaimConditions.initialized,
};

const endTypes: Readonly<Record<EndPhase, string>> = {
  drained: nodeClaimConditions.drained,
  volumesDetached: nodeClaimConditions.volumesDetached,
  instanceTerminating: nodeClaimConditions.instanceTerminating,
};

/** NodeClaim, karpenter.sh/v1: what is missing is Unknown, and conditions observe the generation (Karpenter v1). */
export const nodeClaimDialect: Dialect = {
  kind: 'NodeClaim',
  resource: nodeClaims,
  conditionTypes: types,
  poolLabels: { [labels.nodePool]: 'kaito' },
  // The node class alone decides: KAITO's labels also stand on claims that other provisioners serve.
  isOurs: ({ spec }) => {
    const ref = spec?.nodeClassRef;
    return ref?.group === NODE_CLASS.group && ref.kind === NODE_CLASS.kind;
  },
  view: object => {
    const { spec } = object;
    return viewClaim('NodeClaim', object, {
      nodeClass: spec?.nodeClassRef?.name ?? NODE_CLASS.defaultName,
      gracePeriodMs: parseDuration(spec?.terminationGracePeriod),
    });
  },
  conditions: (claim, progress, now) => conditionsOf(claim, progress, wording, now),
  endConditions: (claim, ending, now) => endConditionsOf(claim, ending, endTypes, now),
};

const wording: Wording = {
  types,
  observesGeneration: true,
  state(phase, step) {
    const type = types[phase];
    if (step.state === 'done') return { type, status: 'True', reason: type, message: '' };
    if (step.state === 'unstarted') return { type, status: 'Unknown', ...awaiting };
    const { reason, message } = step;
    return { type, status: step.state === 'failed' ? 'False' : 'Unknown', reason, message };
  },
  root: summary,
};

function summary(ofPhases: readonly Condition[]): StatedCondition {
  const type = nodeClaimConditions.ready;
  const missing = ofPhases.filter(({ status }) => status !== 'True');
  if (missing.length === 0) return { type, status: 'True', reason: type, message: '' };
  const message = missing.map(condition => `${condition.type}=${condition.status}`).join(', ');
  return missing.some(({ status }) => status === 'False')
    ? { type, status: 'False', reason: nodeClaimReasons.unhealthyDependents, message }
    : { type, status: 'Unknown', reason: nodeClaimReasons.reconcilingDependents, message };
}
