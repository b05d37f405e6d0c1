import type { Machine, Workspace, WorkspaceCondition, WorkspaceStatus } from '@kaito/crds';
import type { Node, Pod, Service, StatefulSet } from '@kaito/kube';
import type { InferencePlan } from '@kaito/planner';
// oxlint-disable-next-line eslint/no-restricted-imports -- only tests use this file
import { aGpuNode, aMachine, aPod, aWorkspace, override, type Overrides } from '@kaito/testing';
import { machineKind } from '../claims/claim-kind.ts';
import { readClaim, type Claim } from '../claims/claim.ts';
import { anObserved } from '../observed.test-data.ts';
import type { Observed } from '../observed.ts';
import { aVllmPlan } from '../render/plans.test-data.ts';
import type { StatusInput } from './status-input.ts';
import { workspaceStatus } from './workspace-status.ts';

/** The moment at which the example workspace was made, and later ones, in seconds after that. */
export const start = Date.UTC(2026, 10, 22, 12);
export const at = (seconds: number): string => new Date(start + seconds * 1000).toISOString().replace('.000Z', 'Z');

export const workspace: Workspace = aWorkspace({ metadata: { uid: 'uid-1', generation: 2, creationTimestamp: at(0) } });

/** Serving Phi-4 with vLLM on one GPU. */
export const plan: InferencePlan = aVllmPlan({
  nodes: { instanceType: 'Standard_NC6s_v3', pricePerHour: 3.0601 },
  candidates: [
    { instanceType: 'Standard_NC6s_v3', capacityType: 'on-demand', verdict: 'chosen', reason: 'as the workspace asks' },
  ],
  warnings: ['the weights are not pinned'],
  server: {
    memory: {
      gpuGiB: 80,
      utilization: 0.84,
      weightsGiB: 27.86,
      overheadGiB: 3.7,
      kvCacheGiB: 35.6,
      kvCacheTokens: 186_000.7,
    },
  },
});

export function condition(type: string, status: 'True' | 'False', reason = type, message = ''): WorkspaceCondition {
  return { type, status, reason, message, lastTransitionTime: at(0) };
}

type PodStatus = NonNullable<Pod['status']>;
type ContainerStatus = NonNullable<PodStatus['containerStatuses']>[number];

/** A claim of the workspace, made after a second. */
export function claimOf(status: NonNullable<Machine['status']> = {}): Claim {
  return readClaim(machineKind, aMachine({ metadata: { name: 'ws1', creationTimestamp: at(1) }, status }));
}

/** A claim that was refused, or waits, in the provisioner's words. */
export function waitingClaim(reason: string, message: string): Claim {
  return claimOf({ conditions: [condition('MachineLaunched', 'False', reason, message)] });
}

export const readyClaim: Claim = { ...waitingClaim('x', ''), obstacle: undefined, ready: true };

/** The node of the claim, which joined after 285 seconds and was Ready after 400. */
export function nodeOf(overrides: Overrides<Node> = {}): Node {
  const status = { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: at(400) }] };
  return override(aGpuNode('ws1', { metadata: { creationTimestamp: at(285) }, status }), overrides);
}

/** The pod of the workspace: placed after 412 seconds, started after 520, ready after 900, unless it is said to be otherwise. */
export function podOf(status: Overrides<NonNullable<Pod['status']>> = {}): Pod {
  const times = { PodScheduled: 412, Initialized: 413, ContainersReady: 900, Ready: 900 };
  const conditions = Object.entries(times).map(([type, seconds]) => ({
    type,
    status: 'True',
    lastTransitionTime: at(seconds),
  }));
  const main = {
    name: 'main',
    image: '',
    imageID: '',
    ready: true,
    restartCount: 0,
    state: { running: { startedAt: at(520) } },
  };
  const metadata = { name: 'a-workspace-0', uid: 'pod-1', creationTimestamp: at(410) };
  const healthy = aPod({ metadata, status: { phase: 'Running', conditions, containerStatuses: [main] } });
  return override(healthy, { status });
}

/** The only container of the pod waits or has ended. */
export function troubledPod(
  container: Pick<ContainerStatus, 'state' | 'lastState'>,
  phase: 'Pending' | 'Running' = 'Pending',
): Pod {
  const status = { name: 'main', image: '', imageID: '', ready: false, restartCount: 3, ...container };
  const placed = { type: 'PodScheduled', status: 'True', lastTransitionTime: at(412) };
  return podOf({ phase, conditions: [placed], containerStatuses: [status] });
}

export const statefulSet: StatefulSet = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'a-workspace', generation: 1 },
  spec: { replicas: 1, selector: {}, serviceName: 'a-workspace-headless', template: {} },
  status: { observedGeneration: 1, replicas: 1, readyReplicas: 1, updatedReplicas: 1 },
};

/** The same while no pod is ready. */
export const starting: StatefulSet = override(statefulSet, { status: { readyReplicas: 0 } });

const service: Service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a-workspace' } };

/** What there is of the workspace just after it was made, with the given differences. */
export function observed(change: Partial<Observed> = {}): Observed {
  return anObserved({ workspace, ...change });
}

/** Everything in place, with the given differences. */
export function serving(change: Partial<Observed> = {}): Observed {
  return observed({
    claims: [readyClaim],
    nodes: [{ node: nodeOf(), tie: 'claimed' }],
    pods: [podOf()],
    statefulSet,
    service,
    ...change,
  });
}

/** What the status of such a workspace is computed from; claims are ready when all that are observed are. */
export function inputOf(of: Observed, change: Partial<StatusInput> = {}): StatusInput {
  const ok = of.claims.length > 0 && of.claims.every(({ ready }) => ready);
  const told = of.claims.find(({ obstacle }) => obstacle !== undefined)?.obstacle;
  return {
    observed: of,
    result: { ok: true, plan },
    provisioning: { name: 'machine', mode: 'auto', condition: 'MachineReady' },
    claims: ok
      ? { ok, reason: 'MachinesReady', message: '1 of 1 claims are ready' }
      : { ok, reason: told?.reason ?? 'MachineNotReady', message: `claim ws1: ${told?.message ?? 'waiting'}` },
    ...change,
  };
}

/** The status after so many seconds. */
export function statusOf(of: Observed, change: Partial<StatusInput> = {}, seconds = 1000): WorkspaceStatus {
  return workspaceStatus(inputOf(of, change), start + seconds * 1000);
}

/** Each condition as "Status Reason". */
export function verdicts({ conditions = [] }: WorkspaceStatus): Record<string, string> {
  return Object.fromEntries(conditions.map(({ type, status, reason }) => [type, `${status} ${reason}`]));
}

export function messageOf({ conditions = [] }: WorkspaceStatus, type: string): string {
  return conditions.find(one => one.type === type)?.message ?? '';
}
