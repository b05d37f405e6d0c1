import { workspaces, type Workspace, type WorkspaceStatus } from '@kaito/crds';
import type { Deployment, Node, Pod } from '@kaito/kube';
import { aGpuNode, aMachine, aPod, aWorkspace, override, type Overrides } from '@kaito/testing';
import { machineKind, nodeClaimKind } from '../../claims/claim-kind.ts';
import { readClaim, type Claim } from '../../claims/claim.ts';
import { renderDeployment } from '../../render/deployment.ts';
import { renderService } from '../../render/service.ts';
import { derivedNames } from './claims.ts';
import { statusEvents } from './events.ts';
import type { StepFailure } from './failure.ts';
import { nodeFacts } from './nodes.ts';
import type { Observed } from './observe.ts';
import { decide, type Decision } from './plan.ts';
import { deletingStatus, workspaceStatus, type StatusInput } from './status.ts';

const now = Date.UTC(2026, 10, 22, 12);
const workspace = aWorkspace({ metadata: { uid: 'uid-1', generation: 2 } });
const [claimName = ''] = derivedNames(workspace, 1);

const readyClaim = claimOf({ conditions: [condition('Ready', 'True', 'Ready')] });
const readyNode = aGpuNode(claimName, { status: { conditions: [{ type: 'Ready', status: 'True' }] } });

/** What there is of a workspace just after it was created, with the given differences. */
function observed(change: Partial<Observed> = {}): Observed {
  const nothing = { workspace, claims: [], nodes: [], pods: [], deployment: undefined, service: undefined };
  return { ...nothing, ...change };
}

function condition(type: string, status: 'True' | 'False', reason: string, message = '') {
  return { type, status, reason, message, lastTransitionTime: '2026-01-01T00:00:00Z' };
}

function claimOf(status: NonNullable<Parameters<typeof aMachine>[0]>['status']): Claim {
  return readClaim(machineKind, aMachine({ metadata: { name: claimName }, status }));
}

/** Everything in place and serving. */
function serving(change: Partial<Observed> = {}): Observed {
  const { plan } = decide(observed());
  if (!plan) throw new Error('the example must be plannable');
  const deployment = override(renderDeployment(workspace, plan, 'registry'), {
    metadata: { generation: 1 },
    status: { observedGeneration: 1, availableReplicas: 1 },
  });
  const service = renderService(workspace, plan);
  return observed({ claims: [readyClaim], nodes: [nodeFacts(readyNode)], service, deployment, ...change });
}

function statusOf(input: Observed, change: Partial<StatusInput> = {}): WorkspaceStatus {
  return workspaceStatus({ observed: input, decision: decide(input), claimKind: machineKind, ...change }, now);
}

/** Each condition as "Status Reason". */
function verdicts({ conditions = [] }: WorkspaceStatus): Record<string, string> {
  return Object.fromEntries(conditions.map(({ type, status, reason }) => [type, `${status} ${reason}`]));
}

function messageOf({ conditions = [] }: WorkspaceStatus, type: string): string {
  return conditions.find(one => one.type === type)?.message ?? '';
}

describe('status of a workspace', () => {
  it('waits for everything at first', () => {
    const status = statusOf(observed());
    expect(status).toMatchObject({ state: 'Pending', targetNodeCount: 1, workerNodes: [] });
    expect(verdicts(status)).toEqual({
      MachineReady: 'False MachineNotReady',
      NodesReady: 'False NodeNotReady',
      ResourceReady: 'False MachineNotReady',
      InferenceReady: 'False WorkspaceInferenceStatusPending',
      WorkspaceReady: 'False workspacePending',
      WorkspaceSucceeded: 'False workspacePending',
    });
  });

  it('is Ready once the model is served', () => {
    const status = statusOf(serving());
    expect(status).toMatchObject({ state: 'Ready', targetNodeCount: 1, workerNodes: [readyNode.metadata.name] });
    expect(verdicts(status)).toEqual({
      MachineReady: 'True MachinesReady',
      NodesReady: 'True NodesReady',
      ResourceReady: 'True workspaceResourceStatusSuccess',
      InferenceReady: 'True WorkspaceInferenceStatusSuccess',
      WorkspaceReady: 'True workspaceReady',
      WorkspaceSucceeded: 'True workspaceSucceeded',
    });
  });

  it('shows the refusal of a quota with its numbers, all the way up', () => {
    const refusal =
      'Insufficient vcpu quota requested 6, remaining 4 for family standardNCSv3Family for region eastus.';
    const claim = claimOf({ conditions: [condition('MachineLaunched', 'False', 'LaunchFailed', refusal)] });
    const status = statusOf(observed({ claims: [claim] }));
    expect(verdicts(status)).toMatchObject({ MachineReady: 'False LaunchFailed', ResourceReady: 'False LaunchFailed' });
    for (const type of ['MachineReady', 'ResourceReady', 'WorkspaceReady']) {
      expect(messageOf(status, type)).toContain(refusal);
    }
  });

  it('tells a node that is not there from one whose GPUs cannot be used', () => {
    const withoutGpu = aGpuNode(claimName, {
      status: { conditions: [{ type: 'Ready', status: 'True' }], allocatable: { 'nvidia.com/gpu': '0' } },
    });
    const status = statusOf(observed({ claims: [readyClaim], nodes: [nodeFacts(withoutGpu)] }));
    expect(verdicts(status)).toMatchObject({
      NodesReady: 'False NodePluginsNotReady',
      ResourceReady: 'False NodePluginsNotReady',
    });
    expect(messageOf(status, 'NodesReady')).toContain(withoutGpu.metadata.name);
    expect(status.workerNodes).toEqual([withoutGpu.metadata.name]);
  });

  it('says which taint keeps the pods away', () => {
    const taints = [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }];
    const tainted = nodeFacts(override(readyNode, { spec: { taints } } satisfies Overrides<Node>));
    const status = statusOf(observed({ claims: [readyClaim], nodes: [tainted] }));
    expect(verdicts(status)).toMatchObject({ ResourceReady: 'True workspaceResourceStatusSuccess' });
    expect(messageOf(status, 'InferenceReady')).toContain('node.kubernetes.io/not-ready:NoSchedule');
  });

  it('shows the trouble of a pod until the Deployment is available', () => {
    const waiting = { waiting: { reason: 'ImagePullBackOff', message: 'manifest unknown' } };
    const container = { name: 'a-workspace', image: '', imageID: '', ready: false, restartCount: 0, state: waiting };
    const pods: readonly Pod[] = [aPod({ status: { containerStatuses: [container] } })];
    const starting = serving({ pods, deployment: unavailable() });
    expect(verdicts(statusOf(starting))).toMatchObject({
      InferenceReady: 'False ImagePullError',
      WorkspaceReady: 'False workspacePending',
    });
    expect(messageOf(statusOf(starting), 'InferenceReady')).toContain('manifest unknown');
    expect(verdicts(statusOf(serving({ pods })))).toMatchObject({
      InferenceReady: 'True WorkspaceInferenceStatusSuccess',
    });
  });

  it('does not trust the status of a Deployment for an older spec', () => {
    const deployment = override(serving().deployment ?? unavailable(), { metadata: { generation: 2 } });
    expect(verdicts(statusOf(serving({ deployment })))).toMatchObject({
      InferenceReady: 'False WorkspaceInferenceStatusPending',
    });
  });

  it.each<[StepFailure['step'], string]>([
    ['claims', 'MachineReady'],
    ['service', 'InferenceReady'],
    ['workload', 'InferenceReady'],
  ])('shows a failure of the step %s on %s', (step, type) => {
    const failure: StepFailure = { step, reason: 'Forbidden', message: 'not allowed', error: new Error('not allowed') };
    const status = statusOf(observed(), { failure });
    expect(verdicts(status)[type]).toBe('False Forbidden');
    expect(messageOf(status, type)).toBe('not allowed');
  });

  it('stays Ready through a failure that serving does not feel', () => {
    const failure: StepFailure = {
      step: 'workload',
      reason: 'WorkloadFailed',
      message: 'timeout',
      error: new Error('timeout'),
    };
    expect(statusOf(serving(), { failure }).state).toBe('Ready');
  });

  it('is NotReady, not Pending, once it was Ready', () => {
    const lost = serving({ deployment: unavailable(), workspace: { ...workspace, status: { state: 'Ready' } } });
    expect(statusOf(lost).state).toBe('NotReady');
    expect(statusOf({ ...lost, workspace: { ...workspace, status: { state: 'NotReady' } } }).state).toBe('NotReady');
  });

  it('gives all that is wrong as the reason why nothing is created', () => {
    const bad = aWorkspace({
      ...workspace,
      inference: { preset: { name: 'phi-3' } },
      resource: { instanceType: 'Standard_X' },
    });
    const status = statusOf(observed({ workspace: bad }));
    expect(status.state).toBe('Pending');
    expect(status.targetNodeCount).toBeUndefined();
    for (const type of ['ResourceReady', 'InferenceReady', 'WorkspaceReady', 'WorkspaceSucceeded']) {
      expect(verdicts(status)[type]).toBe('False PresetUnknown');
      expect(messageOf(status, type)).toMatch(/"phi-3" is not a model.*; .*"Standard_X" is not a known GPU size/);
    }
  });

  it('forgets what it said about claims of the other kind', () => {
    const status = statusOf(observed(), { claimKind: nodeClaimKind });
    const before = { ...workspace, status };
    expect(verdicts(status)).toHaveProperty('NodeClaimReady');
    expect(verdicts(statusOf(observed({ workspace: before })))).not.toHaveProperty('NodeClaimReady');
  });

  it('keeps the time of a condition until its status changes, and what it does not know', () => {
    const performance = { metrics: {} };
    const status = { ...statusOf(observed()), performance };
    const later = workspaceStatus(
      {
        observed: serving({ workspace: { ...workspace, status } }),
        decision: decide(observed()),
        claimKind: machineKind,
      },
      now + 60_000,
    );
    expect(later.performance).toEqual(performance);
    const ready = later.conditions?.find(({ type }) => type === 'WorkspaceReady');
    expect(ready).toMatchObject({ lastTransitionTime: '2026-11-22T12:01:00Z', observedGeneration: 2 });
    const same = workspaceStatus(
      {
        observed: observed({ workspace: { ...workspace, status } }),
        decision: decide(observed()),
        claimKind: machineKind,
      },
      now + 60_000,
    );
    expect(same).toEqual(status);
  });

  it('cuts a message that nobody could read', () => {
    const claim = claimOf({ conditions: [condition('MachineLaunched', 'False', 'LaunchFailed', 'x'.repeat(40_000))] });
    expect(messageOf(statusOf(observed({ claims: [claim] })), 'ResourceReady')).toHaveLength(2048);
  });

  it('says what a deletion waits for and leaves the rest as it was', () => {
    const status = statusOf(serving());
    const deleting = deletingStatus(observed({ workspace: { ...workspace, status } }), 'waiting for ws1', now);
    expect(verdicts(deleting)).toEqual({ ...verdicts(status), WorkspaceDeleting: 'True workspaceDeleted' });
    expect(deleting.state).toBe('Ready');
  });
});

describe('decide', () => {
  const foreign: Partial<Deployment> = { metadata: { name: 'a-workspace', namespace: 'default' } };

  it('refuses to take over a Service or Deployment of the same name', () => {
    const taken = serving();
    const service = override(taken.service ?? {}, { metadata: { ownerReferences: undefined } });
    const { refusals } = decide({ ...taken, ...(taken.service && { service: { ...taken.service, ...service } }) });
    expect(refusals?.map(({ code, field }) => `${code} ${field}`)).toEqual(['NameTaken metadata.name']);
    expect(decide(observed({ deployment: { ...unavailable(), ...foreign } })).refusals?.[0]?.message).toContain(
      'Deployment "a-workspace"',
    );
  });

  it('takes a child of an earlier workspace of the same name for foreign', () => {
    const earlier = aWorkspace({ metadata: { uid: 'uid-0' } });
    expect(decide(serving({ workspace: earlier })).refusals).toHaveLength(2);
  });
});

describe('events', () => {
  const decision: Decision = decide(observed());
  const eventsOf = (before: Workspace, after: WorkspaceStatus, by = decision): readonly string[] =>
    statusEvents(before, after, by).map(({ type, reason }) => `${type} ${reason}`);

  it('are for becoming ready and for ceasing to be, once each', () => {
    const pending = statusOf(observed());
    const ready = statusOf(serving());
    expect(eventsOf(workspace, pending)).toEqual([]);
    expect(eventsOf({ ...workspace, status: pending }, ready)).toEqual(['Normal WorkspaceReady']);
    expect(eventsOf({ ...workspace, status: ready }, ready)).toEqual([]);
    expect(eventsOf({ ...workspace, status: ready }, pending)).toEqual(['Warning WorkspaceNotReady']);
  });

  it('tell a refusal once', () => {
    const bad = aWorkspace({ ...workspace, inference: { preset: { name: 'gpt' } } });
    const refusal = decide(observed({ workspace: bad }));
    const status = statusOf(observed({ workspace: bad }));
    expect(eventsOf(bad, status, refusal)).toEqual(['Warning PresetUnknown']);
    expect(eventsOf({ ...bad, status }, status, refusal)).toEqual([]);
  });
});

function unavailable(): Deployment {
  const { plan } = decide(observed());
  if (!plan) throw new Error('the example must be plannable');
  return renderDeployment(workspace, plan, workspaces.plural);
}
