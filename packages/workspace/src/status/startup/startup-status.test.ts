import type { StartupPhase, WorkspaceStatus } from '@kaito/crds';
import type { Pod } from '@kaito/kube';
import { override } from '@kaito/testing';
import {
  at,
  nodeOf,
  observed,
  plan,
  podOf,
  readyClaim,
  serving,
  starting,
  statusOf,
  troubledPod,
  waitingClaim,
  workspace,
} from '../status.test-data.ts';
import { expectedSeconds, measured } from './expectations.ts';
import { phaseNames } from './phases.ts';

const claim = { ...readyClaim, nodeName: nodeOf().metadata.name, createdAt: at(1), initializedAt: at(411) };
const pod = podOf();
const world = { claims: [claim], nodes: [{ node: nodeOf(), tie: 'claimed' as const }] };
const atLoading = serving({
  ...world,
  statefulSet: starting,
  pods: [override(pod, { status: loading(pod) })],
});

function loading({ status }: Pod): Pick<NonNullable<Pod['status']>, 'conditions'> {
  return {
    conditions: (status?.conditions ?? []).filter(({ type }) => type !== 'ContainersReady' && type !== 'Ready'),
  };
}

const seconds = (time: string | undefined): string =>
  time === undefined ? '' : String((Date.parse(time) - Date.parse(at(0))) / 1000);

const words = ({ state, startedAt, finishedAt }: StartupPhase): string =>
  `${state} ${startedAt ? `${seconds(startedAt)}-${seconds(finishedAt)}` : ''}`.trim();

/** A container that crashed, and was started at a time. */
const crash = (startedAt: string) => ({
  state: { waiting: { reason: 'CrashLoopBackOff' } },
  lastState: { terminated: { exitCode: 1, startedAt } },
});

/** Seconds of a whole start, by the size of the weights. */
const total = (weightsGiB: number): number =>
  phaseNames.reduce(
    (sum, phase) => sum + expectedSeconds(phase, { ...plan, model: { ...plan.model, weightsGiB } }, false),
    0,
  );

/** Each phase as "state from-to" in seconds since the workspace was made. */
function told({ startup }: WorkspaceStatus): Record<string, string> {
  return Object.fromEntries((startup?.phases ?? []).map(phase => [phase.name, words(phase)]));
}

describe('the start of a workspace', () => {
  it('is told by the times that claims, nodes and pods carry', () => {
    const status = statusOf(serving(world), {}, 902);
    expect(told(status)).toEqual({
      // The plan is first seen in this pass, so what follows it cannot be told better than that it is over.
      Planned: 'Done 0-902',
      Claimed: 'Done 902-902',
      NodeJoined: 'Done 902-902',
      GpusReady: 'Done 902-902',
      PodScheduled: 'Done 902-902',
      ImagesPulled: 'Done 902-902',
      ModelLoaded: 'Done 902-902',
      Ready: 'Done 902-902',
    });
  });

  it('shows each phase with its own time, and an estimate that does not move with the clock', () => {
    const first = statusOf(observed(), {}, 1);
    expect(told(first)).toMatchObject({ Planned: 'Done 0-1', Claimed: 'Running 1-', NodeJoined: 'Pending' });
    const known = { ...workspace, status: first };
    const asked = statusOf(
      observed({ workspace: known, claims: [waitingClaim('AwaitingReconciliation', 'x')] }),
      {},
      2,
    );
    expect(told(asked)).toMatchObject({ Claimed: 'Done 1-1', NodeJoined: 'Running 1-', GpusReady: 'Pending' });
    const loads = statusOf({ ...atLoading, workspace: { ...workspace, status: asked } }, {}, 600);
    expect(told(loads)).toEqual({
      Planned: 'Done 0-1',
      Claimed: 'Done 1-1',
      NodeJoined: 'Done 1-285',
      GpusReady: 'Done 285-411',
      PodScheduled: 'Done 411-412',
      ImagesPulled: 'Done 412-520',
      ModelLoaded: 'Running 520-',
      Ready: 'Pending',
    });
    const left = expectedSeconds('ModelLoaded', plan, false) + 1;
    expect(loads.startup?.estimatedReadyAt).toBe(at(520 + left));
    const later = statusOf({ ...atLoading, workspace: { ...workspace, status: loads } }, {}, 5000);
    expect(later.startup).toEqual(loads.startup);
    const ready = statusOf(serving({ ...world, workspace: { ...workspace, status: later } }), {}, 905);
    expect(told(ready)).toMatchObject({ ModelLoaded: 'Done 520-900', Ready: 'Done 900-905' });
    expect(ready.startup).toMatchObject({ startedAt: at(0), readyAt: at(905) });
    expect(ready.startup).not.toHaveProperty('estimatedReadyAt');
  });

  it('stays as history when a pod restarts', () => {
    const before = { ...workspace, status: statusOf(serving(world), {}, 905) };
    const restarted = statusOf({ ...atLoading, workspace: before }, {}, 2000);
    expect(restarted.state).toBe('NotReady');
    expect(restarted.startup).toEqual(before.status.startup);
  });

  it.each([
    ['podRestart', true],
    ['newNodes', true],
    ['inPlace', false],
    ['none', false],
  ] as const)('begins anew after a change with the impact %s: %s', (impact, anew) => {
    const before = { ...workspace, status: statusOf(serving(world), {}, 905) };
    const lastChange = { revision: 2, at: at(5000), fields: [{ field: 'inference.config', impact }] };
    const status = statusOf({ ...atLoading, workspace: before }, { revision: { number: 2, lastChange } }, 5001);
    expect(status).toMatchObject({ revision: 2, lastChange });
    expect(status.startup?.startedAt).toBe(anew ? at(5000) : at(0));
    // The pod that still runs is from before the change, and proves nothing.
    expect(told(status)['PodScheduled']).toBe(anew ? 'Running 5000-' : told(before.status)['PodScheduled']);
  });

  it('has failed in the phase that is broken, with the cause and no estimate', () => {
    const status = statusOf(observed({ claims: [waitingClaim('SubscriptionQuotaReached', 'no quota')] }));
    const broken = status.startup?.phases.find(({ state }) => state === 'Failed');
    expect(broken).toMatchObject({ name: 'NodeJoined', message: status.diagnosis?.message });
    expect(status.startup).not.toHaveProperty('estimatedReadyAt');
  });

  it('keeps the first start of a container that crashes', () => {
    const first = statusOf(serving({ ...world, statefulSet: starting, pods: [troubledPod(crash(at(520)))] }), {}, 1);
    const again = serving({
      ...world,
      statefulSet: starting,
      workspace: { ...workspace, status: first },
      pods: [troubledPod(crash(at(900)))],
    });
    expect(told(statusOf(again, {}, 901))['ImagesPulled']).toBe('Done 412-520');
  });

  it('has no GPUs to wait for where a model runs on CPUs', () => {
    const onCpus = { ...plan, nodes: { ...plan.nodes, gpus: 0 }, server: { ...plan.server, gpusPerPod: 0 } };
    const node = override(nodeOf(), { status: { allocatable: {} } });
    const status = statusOf(serving({ claims: [claim], nodes: [{ node, tie: 'claimed' }] }), {
      result: { ok: true, plan: onCpus },
    });
    expect(told(status)).toMatchObject({ NodeJoined: expect.stringMatching(/^Done/), GpusReady: 'Skipped' });
    expect(expectedSeconds('GpusReady', onCpus, false)).toBe(0);
  });

  it('skips what there is not: claims of nodes that are there, a model of a template', () => {
    const provisioning = { name: 'byo', mode: 'brought', condition: undefined } as const;
    const template = { ...plan, job: 'template', replicas: 1 } as const;
    const nodes = [{ node: nodeOf(), tie: 'brought' }] as const;
    const status = statusOf(serving({ claims: [], nodes }), {
      provisioning,
      claims: undefined,
      result: { ok: true, plan: template },
    });
    expect(told(status)).toMatchObject({
      Claimed: 'Skipped',
      ModelLoaded: 'Skipped',
      Ready: expect.stringMatching(/^Done/),
    });
  });
});

describe('what a start usually takes', () => {
  it('is less for the small server on CPUs', () => {
    const onCpus = { ...plan, server: { ...plan.server, runtime: 'cpu' } } as const;
    for (const phase of ['ImagesPulled', 'ModelLoaded'] as const) {
      expect(expectedSeconds(phase, onCpus, false)).toBeLessThan(expectedSeconds(phase, plan, false) / 5);
    }
  });

  it('is what was measured, for the model that was measured, but for the benchmark', () => {
    expect(Math.abs(total(measured.weightsGiB) - (966 - 92))).toBeLessThanOrEqual(2);
  });

  it('grows with the weights', () => {
    expect(total(2 * measured.weightsGiB) - total(measured.weightsGiB)).toBe(measured.weights);
  });

  it('counts the weights into the image where they are in it', () => {
    const model = { ...plan.model, weights: 'image' } as const;
    expect(expectedSeconds('ImagesPulled', { ...plan, model }, false)).toBeGreaterThan(
      expectedSeconds('ImagesPulled', plan, false),
    );
  });

  it('has no nodes to wait for where users bring them', () => {
    expect(expectedSeconds('NodeJoined', plan, true)).toBe(0);
  });
});
