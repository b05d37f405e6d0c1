import { containerStatus, endOf, isRunning, notStarted, type ContainerRecord } from './container-record.ts';
import type { PodAddress } from './addresses.ts';
import { placedContainers, type Condition, type PlacedContainer, type PodSpec, type PodStatus } from './pod-parts.ts';

/** What the status of a pod is made from, beside its spec and the status that it has. */
export interface PodFacts {
  readonly records: ReadonlyMap<string, ContainerRecord>;
  readonly address: PodAddress;
  /** No container is started again: the pod is being deleted, or its containers have all done what they were to do. */
  readonly over: boolean;
  /** RFC 3339. */
  readonly now: string;
}

interface Known extends PlacedContainer {
  readonly record: ContainerRecord;
}

/** The status that a kubelet would write (Kubernetes docs, "Pod Lifecycle"). Conditions of others are kept. */
export function podStatus(spec: PodSpec, before: PodStatus | undefined, facts: PodFacts): PodStatus {
  const { address, now } = facts;
  const known = placedContainers(spec).map(placed => ({
    ...placed,
    record: facts.records.get(placed.container.name) ?? notStarted,
  }));
  const phase = podPhase(known, spec.restartPolicy ?? 'Always', facts.over);
  const statusesOf = (main: boolean): PodStatus['containerStatuses'] =>
    known.filter(({ place }) => (place === 'main') === main).map(one => containerStatus(one, one.record));
  const ours = conditions(known, phase, gatesOpen(spec, before));
  return {
    ...before,
    phase,
    startTime: before?.startTime ?? now,
    hostIP: '127.0.0.1',
    hostIPs: [{ ip: '127.0.0.1' }],
    podIP: address.podIp,
    podIPs: [{ ip: address.podIp }],
    conditions: mergeConditions(before?.conditions ?? [], ours, now),
    ...(spec.initContainers && { initContainerStatuses: statusesOf(false) ?? [] }),
    containerStatuses: statusesOf(true) ?? [],
  };
}

type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

function podPhase(known: readonly Known[], restartPolicy: string, over: boolean): Phase {
  const inits = known.filter(({ place }) => place === 'init');
  const mains = known.filter(({ place }) => place === 'main');
  const runs = known.some(({ record }) => isRunning(record));
  const initFailed = inits.some(({ record }) => (endOf(record)?.exitCode ?? 0) !== 0);
  if (initFailed && (restartPolicy === 'Never' || over)) return runs ? 'Pending' : 'Failed';
  if (mains.every(({ record }) => endOf(record) !== undefined) && !runs && (over || restartPolicy !== 'Always'))
    return phaseOfEnded(mains, restartPolicy, over);
  if (over && !runs) return 'Failed'; // Stopped before the containers had started.
  const begun = mains.some(({ record }) => isRunning(record) || endOf(record) || record.lastEnd);
  return begun ? 'Running' : 'Pending';
}

function phaseOfEnded(mains: readonly Known[], restartPolicy: string, over: boolean): Phase {
  if (mains.every(({ record }) => endOf(record)?.exitCode === 0)) return 'Succeeded';
  return restartPolicy === 'Never' || over ? 'Failed' : 'Running';
}

type Verdict = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

function conditions(known: readonly Known[], phase: Phase, gates: boolean): readonly Verdict[] {
  const incomplete = known.filter(
    ({ place, record }) =>
      (place === 'init' && endOf(record)?.exitCode !== 0) || (place === 'sidecar' && !record.started && !endOf(record)),
  );
  const unready = known.filter(({ place, record }) => place !== 'init' && !record.ready);
  const ready = readiness(phase, unready);
  return [
    { type: 'PodReadyToStartContainers', status: 'True' },
    phase === 'Succeeded'
      ? { type: 'Initialized', status: 'True', reason: 'PodCompleted' }
      : verdict('Initialized', 'ContainersNotInitialized', 'containers with incomplete status', incomplete),
    { type: 'ContainersReady', ...ready },
    ready.status === 'True' && !gates
      ? { type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady' }
      : { type: 'Ready', ...ready },
  ];
}

function readiness(phase: Phase, unready: readonly Known[]): Omit<Verdict, 'type'> {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const { type: _, ...rest } = verdict('Ready', 'ContainersNotReady', 'containers with unready status', unready);
  return rest;
}

// oxlint-disable-next-line eslint/max-params -- the four parts of a condition
function verdict(type: string, reason: string, words: string, missing: readonly Known[]): Verdict {
  if (missing.length === 0) return { type, status: 'True' };
  const names = missing.map(({ container }) => container.name).join(' ');
  return { type, status: 'False', reason, message: `${words}: [${names}]` };
}

function gatesOpen({ readinessGates = [] }: PodSpec, before: PodStatus | undefined): boolean {
  const open = (type: string): boolean =>
    before?.conditions?.some(condition => condition.type === type && condition.status === 'True') ?? false;
  return readinessGates.every(({ conditionType }) => open(conditionType));
}

/** Ours in the place of those before; the time moves only with the status. */
function mergeConditions(before: readonly Condition[], ours: readonly Verdict[], now: string): readonly Condition[] {
  const others = before.filter(({ type }) => !ours.some(condition => condition.type === type));
  const merged = ours.map(condition => {
    const old = before.find(({ type }) => type === condition.type);
    const same = old?.status === condition.status ? old.lastTransitionTime : undefined;
    return { ...condition, lastTransitionTime: same ?? now };
  });
  return [...others, ...merged];
}
