import type { Pod, StatefulSet } from '@kaito/kube';
import type { PlanResult } from '@kaito/planner';
import type { Observed } from '../observed.ts';
import { override, type Overrides } from '@kaito/testing';
import {
  claimOf,
  messageOf,
  nodeOf,
  observed,
  plan,
  podOf,
  readyClaim,
  serving,
  start,
  starting,
  statefulSet,
  statusOf,
  troubledPod,
  verdicts,
  waitingClaim,
  workspace,
} from './status.test-data.ts';
import { templateDigestAnnotation } from '../workload/template-digest.ts';
import { deletingStatus } from './workspace-status.ts';

const refused: PlanResult = {
  ok: false,
  problems: [
    { code: 'PresetUnknown', field: 'inference.preset.name', message: '"phi" is not a model' },
    { code: 'InstanceTypeUnknown', field: 'resource.instanceType', message: '"Standard_X" is not a size' },
  ],
};
const digested = (digest: string) => ({ metadata: { annotations: { [templateDigestAnnotation]: digest } } });
const podsOf = (digest: string, count: number): readonly Pod[] =>
  Array.from({ length: count }, (_, ordinal) =>
    override(podOf(), { metadata: { name: `a-workspace-${ordinal}`, ...digested(digest).metadata } }),
  );
const pending: PlanResult = { ok: false, pending: true, problems: [] };

describe('conditions', () => {
  it('wait for everything at first', () => {
    const status = statusOf(observed());
    expect(status).toMatchObject({ state: 'Pending', targetNodeCount: 1, workerNodes: [] });
    expect(verdicts(status)).toEqual({
      Planned: 'True Planned',
      MachineReady: 'False MachineNotReady',
      NodesReady: 'False NodeNotReady',
      ResourceReady: 'False MachineNotReady',
      InferenceReady: 'False WorkspaceInferenceStatusPending',
      WorkspaceReady: 'False workspacePending',
      WorkspaceSucceeded: 'False workspacePending',
    });
  });

  it('are all True once the model is served', () => {
    const status = statusOf(serving());
    expect(status).toMatchObject({ state: 'Ready', workerNodes: [nodeOf().metadata.name] });
    expect(status.diagnosis).toBeUndefined();
    expect(verdicts(status)).toEqual({
      Planned: 'True Planned',
      MachineReady: 'True MachinesReady',
      NodesReady: 'True NodesReady',
      ResourceReady: 'True workspaceResourceStatusSuccess',
      InferenceReady: 'True WorkspaceInferenceStatusSuccess',
      WorkspaceReady: 'True workspaceReady',
      WorkspaceSucceeded: 'True workspaceSucceeded',
    });
  });

  it.each<[string, Overrides<StatefulSet>]>([
    ['is for an older spec', { metadata: { generation: 2 } }],
    ['still has pods of the old template', { status: { updatedReplicas: 0 } }],
    ['has too few pods', { spec: { replicas: 2 } }],
  ])('do not trust a StatefulSet whose status %s', (_, change) => {
    const status = statusOf(serving({ statefulSet: override(statefulSet, change) }));
    expect(verdicts(status)).toMatchObject({ InferenceReady: 'False WorkspaceInferenceStatusPending' });
  });

  it.each([
    ['a pod fewer', 1, 2],
    ['the same pods', 2, 2],
  ])('stay True while the StatefulSet has yet to take note of %s', (_, replicas, pods) => {
    const change = { metadata: { generation: 2 }, spec: { replicas, template: digested('a') } };
    const seen = serving({ statefulSet: override(statefulSet, change), pods: podsOf('a', pods) });
    expect(statusOf(seen).state).toBe('Ready');
  });

  it.each([
    ['a pod more', 'a', 3],
    ['another template', 'b', 2],
  ])('do not stay True while the StatefulSet has yet to take note of %s', (_, digest, replicas) => {
    const change = { metadata: { generation: 2 }, spec: { replicas, template: digested(digest) } };
    const seen = serving({ statefulSet: override(statefulSet, change), pods: podsOf('a', 2) });
    expect(statusOf(seen).state).toBe('Pending');
  });

  it('are not True before clients can reach the pods', () => {
    expect(statusOf(serving({ service: undefined })).state).toBe('Pending');
  });

  it('show the refusal of a quota with its numbers, all the way up', () => {
    const words = 'Insufficient vcpu quota requested 6, remaining 4 for family standardNCSv3Family for region eastus.';
    const status = statusOf(observed({ claims: [waitingClaim('SubscriptionQuotaReached', words)] }));
    expect(verdicts(status)).toMatchObject({
      MachineReady: 'False SubscriptionQuotaReached',
      ResourceReady: 'False SubscriptionQuotaReached',
    });
    for (const type of ['MachineReady', 'ResourceReady', 'WorkspaceReady']) {
      expect(messageOf(status, type)).toContain(words);
    }
  });

  it('tell a node that is not there from one whose GPUs cannot be used', () => {
    const node = nodeOf({ status: { allocatable: { 'nvidia.com/gpu': '0' } } });
    const status = statusOf(observed({ claims: [readyClaim], nodes: [{ node, tie: 'claimed' }] }));
    expect(verdicts(status)).toMatchObject({
      NodesReady: 'False NodePluginsNotReady',
      ResourceReady: 'False NodePluginsNotReady',
    });
    expect(messageOf(status, 'NodesReady')).toContain(node.metadata.name);
  });

  it('tell of nodes that run short, without turning for it', () => {
    const short = { type: 'DiskPressure', status: 'True' };
    const ready = { type: 'Ready', status: 'True' };
    const node = nodeOf({ status: { conditions: [ready, short] } });
    const status = statusOf(serving({ nodes: [{ node, tie: 'claimed' }] }));
    expect(verdicts(status)['NodesReady']).toBe('True NodesReady');
    expect(messageOf(status, 'NodesReady')).toContain(`${node.metadata.name} has DiskPressure`);
  });

  it('do not count nodes that nobody has reserved', () => {
    const status = statusOf(serving({ nodes: [{ node: nodeOf(), tie: 'free' }] }));
    expect(status.workerNodes).toEqual([]);
    expect(verdicts(status)['NodesReady']).toBe('False NodeNotReady');
  });

  it('have none about claims where users bring the nodes', () => {
    const provisioning = { name: 'byo', mode: 'brought', condition: undefined } as const;
    const missing = statusOf(observed(), { provisioning, claims: undefined });
    expect(verdicts(missing)).not.toHaveProperty('MachineReady');
    expect(verdicts(missing)['ResourceReady']).toBe('False workspaceResourceStatusNotReady');
    const nodes = [{ node: nodeOf(), tie: 'brought' }] as const;
    expect(statusOf(serving({ claims: [], nodes }), { provisioning, claims: undefined }).state).toBe('Ready');
  });

  it('forget what was said about claims of another kind', () => {
    const before = { ...workspace, status: statusOf(serving()) };
    const provisioning = { name: 'nodeclaim', mode: 'auto', condition: 'NodeClaimReady' } as const;
    const status = statusOf(serving({ workspace: before }), { provisioning });
    expect(verdicts(status)).not.toHaveProperty('MachineReady');
    expect(verdicts(status)).toHaveProperty('NodeClaimReady');
  });

  it('show the trouble of a pod until all is ready', () => {
    const pods = [troubledPod({ state: { waiting: { reason: 'ImagePullBackOff', message: 'manifest unknown' } } })];
    const status = statusOf(serving({ pods, statefulSet: starting }));
    expect(verdicts(status)).toMatchObject({ InferenceReady: 'False ImagePullError' });
    expect(messageOf(status, 'InferenceReady')).toContain('manifest unknown');
    expect(statusOf(serving({ pods })).state).toBe('Ready');
  });

  it.each([
    ['claims', 'MachineReady'],
    ['services', 'InferenceReady'],
    ['workload', 'InferenceReady'],
  ])('show a failure of the step %s on %s', (step, type) => {
    const status = statusOf(observed(), { failure: { step, reason: 'Forbidden', message: 'not allowed' } });
    expect(verdicts(status)[type]).toBe('False Forbidden');
    expect(messageOf(status, type)).toBe('not allowed');
  });

  it('stay True through a failure that serving does not feel', () => {
    const failure = { step: 'workload', reason: 'WorkloadFailed', message: 'timeout' };
    expect(statusOf(serving(), { failure }).state).toBe('Ready');
  });

  it('cut a message that nobody could read, but not what to do', () => {
    const status = statusOf(observed({ claims: [waitingClaim('SubscriptionQuotaReached', 'x'.repeat(40_000))] }));
    for (const { message } of status.conditions ?? []) expect(message.length).toBeLessThanOrEqual(2048);
    expect(messageOf(status, 'WorkspaceReady')).toContain('ask for more quota');
  });
});

describe('a workspace that moves to another size', () => {
  const size = 'Standard_NC24ads_A100_v4';
  const moved = { ...plan, nodes: { ...plan.nodes, instanceType: size } };
  const rollout = {
    go: false,
    kind: 'rollout',
    reason: 'NodesNotSchedulable',
    message: '0 of 1 nodes can take pods',
  } as const;
  const quota = { ...waitingClaim('SubscriptionQuotaReached', 'no quota left'), instanceType: size };
  const change = {
    result: { ok: true, plan: moved },
    rollout,
    claims: { ok: false, reason: 'SubscriptionQuotaReached', message: 'no quota left' },
  } as const;
  const name = nodeOf().metadata.name;
  const onNode = (): Pod => override(podOf(), { spec: { nodeName: name } });

  it('is ready for as long as its old nodes serve, and says what is to come', () => {
    const status = statusOf(serving({ claims: [readyClaim, quota], pods: [onNode()] }), change);
    expect(verdicts(status)).toMatchObject({
      MachineReady: 'False SubscriptionQuotaReached',
      NodesReady: 'False NodeNotReady',
      ResourceReady: 'True workspaceResourceStatusSuccess',
      InferenceReady: 'True WorkspaceInferenceStatusSuccess',
      WorkspaceReady: 'True workspaceReady',
    });
    const told = messageOf(status, 'ResourceReady');
    expect(told).toMatch(
      /^served from \S+ until the move to 1 × Standard_NC24ads_A100_v4 \(on-demand\): no quota left$/,
    );
    expect(status.diagnosis).toMatchObject({ evidence: 'no quota left' });
    expect(status.startup).not.toHaveProperty('readyAt');
  });

  it.each<[string, Partial<Observed>]>([
    ['no pod serves', { statefulSet: starting }],
    ['an old node is not ready', { nodes: [{ node: nodeOf({ status: { conditions: [] } }), tie: 'claimed' }] }],
    ['an old node is gone', { nodes: [] }],
  ])('is not ready when %s', (_, seen) => {
    const status = statusOf(serving({ claims: [readyClaim, quota], pods: [onNode()], ...seen }), change);
    expect(verdicts(status)).toMatchObject({ ResourceReady: 'False SubscriptionQuotaReached' });
  });

  it('is not said to move when it wants more nodes of the same size', () => {
    const two = { ...plan, nodes: { ...plan.nodes, count: 2 } };
    const status = statusOf(serving({ pods: [onNode()] }), { result: { ok: true, plan: two } });
    expect(verdicts(status)).toMatchObject({ ResourceReady: 'False NodeNotReady' });
  });
});

describe('what a workspace that serves has lost', () => {
  it('is told, with what to do', () => {
    const status = statusOf(serving({ config: { state: 'missing', name: 'settings' } }));
    expect(status.state).toBe('Ready');
    expect(messageOf(status, 'InferenceReady')).toContain('the ConfigMap "settings", which is not in namespace');
    expect(status.diagnosis).toMatchObject({ cause: 'ConfigMapMissing', mover: 'user' });
  });
});

describe('a workspace that cannot be planned', () => {
  it('gets all that is wrong as the reason why nothing is created', () => {
    const status = statusOf(observed(), { result: refused });
    expect(status.state).toBe('Pending');
    expect(status).not.toHaveProperty('targetNodeCount');
    for (const type of ['Planned', 'ResourceReady', 'InferenceReady', 'WorkspaceReady', 'WorkspaceSucceeded']) {
      expect(verdicts(status)[type]).toBe('False PresetUnknown');
      expect(messageOf(status, type)).toMatch(/"phi" is not a model; "Standard_X" is not a size/);
    }
  });

  it('is said to serve what it served before a change that was refused', () => {
    const status = statusOf(serving(), { result: refused });
    expect(verdicts(status)).toMatchObject({
      InferenceReady: 'True WorkspaceInferenceStatusSuccess',
      WorkspaceReady: 'False PresetUnknown',
    });
  });

  it('tells of the last good revision as ever, while that is looked after', () => {
    const healthy = statusOf(serving(), { result: refused, kept: plan });
    expect(healthy).toMatchObject({ targetNodeCount: 1, plan: { instanceType: plan.nodes.instanceType } });
    expect(verdicts(healthy)).toEqual({
      Planned: 'False PresetUnknown',
      MachineReady: 'True MachinesReady',
      NodesReady: 'True NodesReady',
      ResourceReady: 'True workspaceResourceStatusSuccess',
      InferenceReady: 'True WorkspaceInferenceStatusSuccess',
      WorkspaceReady: 'False PresetUnknown',
      WorkspaceSucceeded: 'False PresetUnknown',
    });
    expect(messageOf(healthy, 'InferenceReady')).toContain('the change is refused: "phi" is not a model');
    const broken = statusOf(observed({ claims: [waitingClaim('LaunchFailed', 'no')] }), {
      result: refused,
      kept: plan,
    });
    expect(verdicts(broken)).toMatchObject({
      ResourceReady: 'False LaunchFailed',
      WorkspaceReady: 'False PresetUnknown',
    });
  });

  it('stays refused while the controller, restarted, looks the model up again, unless it was edited', () => {
    const problems = [{ code: 'ModelGated', field: 'inference.preset.name', message: 'it is gated' }] as const;
    const before = { ...workspace, status: statusOf(observed(), { result: { ok: false, problems } }) };
    const again = (generation: number) => {
      const known = { ...before, metadata: { ...before.metadata, generation } };
      return statusOf(observed({ workspace: known }), { result: pending }, 2000);
    };
    expect(again(2)).toEqual(before.status);
    expect(verdicts(again(3))).toMatchObject({ Planned: 'False ModelLookupPending' });
  });

  it('says that its model is being looked up', () => {
    const status = statusOf(observed(), { result: pending });
    expect(verdicts(status)['Planned']).toBe('False ModelLookupPending');
    expect(status.diagnosis).toMatchObject({ cause: 'LookingUpModel', mover: 'huggingface' });
  });

  it('does not look broken while the controller, restarted, looks the model up again', () => {
    const before = { ...workspace, status: statusOf(serving()) };
    expect(statusOf(serving({ workspace: before }), { result: pending })).toEqual(before.status);
  });
});

describe('state', () => {
  it('is NotReady, not Pending, once it was Ready', () => {
    const states = ['Ready', 'NotReady', 'Pending'].map(
      state => statusOf(serving({ statefulSet: starting, workspace: { ...workspace, status: { state } } })).state,
    );
    expect(states).toEqual(['NotReady', 'NotReady', 'Pending']);
  });

  it('stays while a workspace is deleted, which says what it waits for', () => {
    const before = { ...workspace, status: statusOf(serving()) };
    const deleting = deletingStatus({ workspace: before }, 'waiting for ws1', start);
    expect(verdicts(deleting)).toEqual({ ...verdicts(before.status), WorkspaceDeleting: 'True workspaceDeleted' });
    expect(deleting.state).toBe('Ready');
  });
});

describe('the plan', () => {
  it('is shown with whole numbers as numbers and all others as strings', () => {
    expect(statusOf(observed(), { ladder: 'abc' }).plan).toEqual({
      rung: 0,
      instanceType: 'Standard_NC6s_v3',
      capacityType: 'on-demand',
      nodeCount: 1,
      gpusPerNode: 1,
      model: 'microsoft/phi-4',
      weightsGiB: '27.31',
      runtime: 'vllm',
      parallelism: { tensor: 1, pipeline: 1, data: 1 },
      contextLength: 16_384,
      kvCacheTokens: 186_000,
      pricePerHour: '3.06',
      reason: 'as the workspace asks',
      candidates: plan.candidates,
      warnings: plan.warnings,
      ladder: 'abc',
      since: '2026-11-22T12:16:40Z',
    });
  });

  it('keeps the time at which its rung began until rung, size or ladder are others', () => {
    const before = { ...workspace, status: statusOf(observed(), { ladder: 'a' }) };
    const since = (change: Parameters<typeof statusOf>[1]): string | undefined =>
      statusOf(observed({ workspace: before }), change, 2000).plan?.since;
    const two = { ...plan, nodes: { ...plan.nodes, count: 2 } };
    expect(since({ ladder: 'a', result: { ok: true, plan: two } })).toBe('2026-11-22T12:16:40Z');
    expect(since({ ladder: 'b' })).toBe('2026-11-22T12:33:20Z');
    expect(since({ ladder: 'a', result: { ok: true, plan: { ...plan, rung: 1 } } })).toBe('2026-11-22T12:33:20Z');
  });

  it('stays to be seen when a change is refused', () => {
    const before = { ...workspace, status: statusOf(observed()) };
    expect(statusOf(observed({ workspace: before }), { result: refused }).plan).toEqual(before.status.plan);
  });
});

describe('nothing moves while the world stands still', () => {
  const crash = {
    state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container=main' } },
    lastState: { terminated: { exitCode: 1, startedAt: '2026-11-22T12:10:00Z', finishedAt: '2026-11-22T12:16:00Z' } },
  };

  it.each([
    ['at first', observed()],
    ['while quota is short', observed({ claims: [waitingClaim('SubscriptionQuotaReached', 'no')] })],
    [
      'while a launch is tried again',
      observed({ claims: [waitingClaim('LaunchFailed', 'no; next attempt in 10 min')] }),
    ],
    ['while a node starts', observed({ claims: [claimOf()] })],
    ['while the server crashes', serving({ statefulSet: starting, pods: [troubledPod(crash)] })],
    ['while it loads', serving({ statefulSet: starting, pods: [podOf({ conditions: [] })] })],
    ['while it serves', serving()],
  ])('%s', (_, world) => {
    const first = statusOf(world);
    const again = statusOf({ ...world, workspace: { ...workspace, status: first } }, {}, 1060);
    expect(again).toEqual(first);
  });

  it('and what it does not know stays', () => {
    const performance = { metrics: {} };
    expect(statusOf(observed({ workspace: { ...workspace, status: { performance } } })).performance).toBe(performance);
  });
});
