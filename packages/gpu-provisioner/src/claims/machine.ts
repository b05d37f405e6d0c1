import { finalizers, labels, machineConditions, machineReasons, machines } from '@kaito/crds';
import type { Condition, StatedCondition } from '@kaito/kube';
import type { ClaimObject, Dialect, Phase } from './claim.ts';
import { viewClaim } from './claim.ts';
import { conditionsOf } from './conditions.ts';
import type { Wording } from './conditions.ts';
import { awaiting, NODE_CLASS } from './wording.ts';

const types: Readonly<Record<Phase, string>> = {
  launched: machineConditions.launched,
  registered: machineConditions.registered,
  initialized: machineConditions.initialized,
};

/** Machine, karpenter.sh/v1alpha5: what is missing is False, and conditions have Knative's shape (Karpenter v0.29). */
export const machineDialect: Dialect = {
  kind: 'Machine',
  resource: machines,
  conditionTypes: types,
  poolLabels: { [labels.provisionerName]: 'default' },
  // Its label may be taken away while the machine runs: what we took on is ours to take down.
  isOurs: object =>
    hasKaitoLabel(object) || object.spec?.machineTemplateRef?.kind === NODE_CLASS.kind || wasTakenOn(object),
  view: object => viewClaim('Machine', object, { nodeClass: nodeClassOf(object), gracePeriodMs: undefined }),
  conditions: (claim, progress, now) => conditionsOf(claim, progress, wording, now),
  endConditions: () => undefined,
};

const wording: Wording = {
  types,
  observesGeneration: false,
  state(phase, step) {
    const type = types[phase];
    if (step.state === 'done') return { type, status: 'True', reason: '', message: '' };
    if (step.state !== 'unstarted') return { type, status: 'False', reason: step.reason, message: step.message };
    if (phase === 'launched') return { type, status: 'False', ...awaiting };
    return { type, status: 'False', reason: machineReasons.notLaunched, message: 'the machine is not launched yet' };
  },
  root: ofPhases =>
    firstMissing(ofPhases) ?? { type: machineConditions.ready, status: 'True', reason: '', message: '' },
};

/** Ready says what the first phase that is missing says. */
function firstMissing(ofPhases: readonly Condition[]): StatedCondition | undefined {
  const missing = ofPhases.find(({ status }) => status !== 'True');
  return (
    missing && { type: machineConditions.ready, status: 'False', reason: missing.reason, message: missing.message }
  );
}

function hasKaitoLabel({ metadata }: ClaimObject): boolean {
  const own = metadata.labels ?? {};
  return labels.workspace in own || labels.ragEngine in own;
}

/** Our finalizer is also that of other provisioners; with it we write the node class, and the Go gpu-provisioner its time. */
function wasTakenOn({ metadata }: ClaimObject): boolean {
  const own = metadata.labels ?? {};
  const marked = labels.kaitoNodeClass in own || labels.creationTimestamp in own;
  return marked && (metadata.finalizers ?? []).includes(finalizers.termination);
}

function nodeClassOf({ spec }: ClaimObject): string {
  const template = spec?.machineTemplateRef;
  return template?.kind === NODE_CLASS.kind ? template.name : NODE_CLASS.defaultName;
}
