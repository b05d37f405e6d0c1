import { diagnosisRows, type DiagnosisRow, type Place, type ProblemCode, type Symptom } from '@kaito/planner';
import type { Node, Pod } from '@kaito/kube';
import { override, type Overrides } from '@kaito/testing';
import type { Observed } from '../observed.ts';
import {
  at,
  messageOf,
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
} from './status.test-data.ts';
import type { StatusInput } from './status-input.ts';
import { trainingDigest } from '../render/tuning/training-digest.ts';
import { endedJob, stepPod, training, tuned, tuningPlan, tuningResult } from './tuning/training.test-data.ts';

type World = readonly [Observed, Partial<StatusInput>?];

const loading = (change: Partial<Observed>): Observed => serving({ statefulSet: starting, ...change });

const crash = (exitCode = 1) => ({
  state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container=main' } },
  lastState: { terminated: { exitCode, startedAt: at(600), finishedAt: at(700) } },
});

function failedPod(reason: string, message: string): Pod {
  return podOf({ phase: 'Failed', reason, message });
}

function unplacedPod(reason: string, message: string): Pod {
  const conditions = [{ type: 'PodScheduled', status: 'False', reason, message }];
  return podOf({ phase: 'Pending', conditions, containerStatuses: [] });
}

function containerPod(code: string, message: string): Pod {
  if (code === 'OOMKilled') return troubledPod({ state: { terminated: { reason: code, exitCode: 137 } } });
  if (code === 'CrashLoopBackOff') return troubledPod(crash(/137/.test(message) ? 137 : 1));
  const reason = code === 'StartError' ? 'RunContainerError' : code;
  return troubledPod({ state: { waiting: { reason, message } } });
}

const withNode = (change: Overrides<Node>): Observed =>
  observed({ claims: [readyClaim], nodes: [{ node: nodeOf(change), tie: 'claimed' }] });

function nodeWorld(text: string): World {
  const go = { go: false, kind: 'create', reason: 'NodesNotSchedulable', message: '0 of 1' } as const;
  if (/cordoned/.test(text)) return [withNode({ spec: { unschedulable: true } }), { rollout: go }];
  const [, key, effect] = /has taint (\S+):(\w+)/.exec(text) ?? [];
  if (key && effect) return [withNode({ spec: { taints: [{ key, effect }] } }), { rollout: go }];
  const pressure = /has (\w+Pressure)/.exec(text)?.[1];
  if (pressure) {
    const conditions = [
      { type: 'Ready', status: 'True' },
      { type: pressure, status: 'True' },
    ];
    return [loading({ nodes: [{ node: nodeOf({ status: { conditions } }), tie: 'claimed' }], pods: [] })];
  }
  if (/GPUs/.test(text)) return [withNode({ status: { allocatable: { 'nvidia.com/gpu': '0' } } })];
  if (/with the labels/.test(text)) {
    const provisioning = { name: 'byo', mode: 'brought', condition: undefined } as const;
    return [observed(), { provisioning, claims: undefined }];
  }
  const message = text.replace(/^node \S+ is not ready: /, '');
  return [withNode({ status: { conditions: [{ type: 'Ready', status: 'False', message }] } })];
}

function configWorld(text: string): World {
  const name = /"([^"]+)"/.exec(text)?.[1] ?? '';
  if (text.startsWith('Secret')) {
    const preset = { name: 'x', presetOptions: { modelAccessSecret: name } };
    const keys = /has no key/.test(text) ? { keys: ['other'] } : {};
    return [loading({ workspace: { ...workspace, inference: { preset } }, pods: [], secrets: [{ name, ...keys }] })];
  }
  const key = 'inference_config.yaml';
  const config = /has no key/.test(text)
    ? ({ state: 'empty', name, key } as const)
    : ({ state: 'missing', name } as const);
  return [loading({ pods: [], config })];
}

/** A workspace that shows the symptom which a row is for, by the place where it is seen. */
const worlds: Readonly<Record<Place, (example: Omit<Symptom, 'place'> & { readonly code: string }) => World>> = {
  spec: ({ code, text, field = 'resource' }) => [
    observed(),
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the table speaks of more codes than the planner has
    { result: { ok: false, problems: [{ code: code as ProblemCode, field, message: text }] } },
  ],
  claim: ({ code, text }) => [observed({ claims: [waitingClaim(code, text)] })],
  node: ({ text }) => nodeWorld(text),
  config: ({ text }) => configWorld(text),
  api: ({ code, text }) =>
    code === 'FailedCreate'
      ? [loading({ pods: [], warnings: [{ reason: code, message: text }] })]
      : [loading({ pods: [] }), { failure: { step: 'workload', reason: code, message: text } }],
  schedule: ({ code, text }) => [loading({ pods: [unplacedPod(code, text)] })],
  volume: ({ code, text }) => [loading({ pods: [], warnings: [{ reason: code, message: text }] })],
  image: ({ code, text }) => [
    loading({ pods: [troubledPod({ state: { waiting: { reason: code, message: text } } })] }),
  ],
  container: ({ code, text }) => {
    if (code === 'StepFailed') return trainingWorld(code, text);
    return code === 'FailedCreatePodSandBox'
      ? [loading({ pods: [], warnings: [{ reason: code, message: text }] })]
      : [loading({ pods: [containerPod(code, text)] })];
  },
  pod: ({ code, text }) => [loading({ pods: [failedPod(code, text)] })],
  job: ({ code, text }) => trainingWorld(code, text),
  log: ({ code, text }) =>
    code === 'trainer'
      ? [
          training({ pods: [stepPod('trainer', { terminated: { exitCode: 1 } })], logTail: text }),
          { result: tuningResult },
        ]
      : [loading({ pods: [troubledPod(crash())], logTail: text })],
  adapter: ({ text }) => adapterWorld(text),
  rollout: ({ text }) => [
    serving(),
    { rollout: { go: false, kind: 'rollout', reason: 'NodesNotSchedulable', message: text } },
  ],
  progress: ({ code, text }) => progressWorld(code, text),
};

/** A training whose Job failed, or a step of whose pod did. */
function trainingWorld(reason: string, message: string): World {
  const [, step, exitCode] = /^step (\S+) .*?ended with exit code (\d+)/.exec(message) ?? [];
  const said = message.replace(/^step \S+ .*?ended with exit code \d+(?:: )?/, '');
  const pods = step ? [stepPod(step, { terminated: { exitCode: Number(exitCode), message: said } })] : [];
  return [training(step ? { pods } : { pods, job: endedJob('Failed', reason, message) }), { result: tuningResult }];
}

function adapterWorld(text: string): World {
  const [, name = '', message = ''] = /^adapter (\S+): (.*)$/s.exec(text) ?? [];
  const pod = override(podOf({ conditions: [] }), { spec: { initContainers: [{ name: 'adapters' }] } });
  const adapterReports = new Map([[pod.metadata.uid ?? '', [{ name, image: 'i', state: 'Failed', message } as const]]]);
  const adapters = [{ name, image: 'i', pullSecrets: [] }];
  return [loading({ pods: [pod], adapterReports }), { result: { ok: true, plan: { ...plan, adapters } } }];
}

function worldOf({ places: [place = 'claim'], example }: DiagnosisRow): World {
  return worlds[place]({ code: '', ...example });
}

/** A training that ran before, and has lost its pod. */
function interruptedWorld(text: string): World {
  const checkpoint = /step (\d+)/.exec(text)?.[1];
  const output = checkpoint
    ? { volumeSource: { emptyDir: {} } }
    : { image: 'example.com/a:1', imagePushSecret: 'push' };
  const interrupted = {
    ...tuned,
    ...(tuned.tuning && { tuning: { ...tuned.tuning, output } }),
    status: {
      tuning: {
        of: trainingDigest(tuningPlan),
        startedAt: at(500),
        ...(checkpoint && { checkpoint: Number(checkpoint) }),
      },
    },
  };
  return [training({ workspace: interrupted, pods: [] }), { result: tuningResult }];
}

function progressWorld(code: string, text: string): World {
  const pending = { ok: false, pending: true, problems: [] } as const;
  if (code === 'Planning') return [observed(), { result: pending }];
  if (code === 'TrainingInterrupted') return interruptedWorld(text);
  if (code === 'Training') return [training(), { result: tuningResult }];
  if (code === 'Joining' || code === 'Claiming') return [observed()];
  return [loading({ pods: code === 'Pulling' ? [] : [podOf({ conditions: [] })] })];
}

describe('kubectl describe alone explains a workspace that is stuck', () => {
  const cases = diagnosisRows.map(row => [`${row.places[0] ?? ''}: ${row.example.text.slice(0, 80)}`, row] as const);

  it.each(cases)('%s', (_, row) => {
    const [world, change] = worldOf(row);
    const status = statusOf(world, change);
    const { diagnosis } = status;
    expect(diagnosis?.cause).toBe(row.cause === '{code}' ? row.example.code : row.cause);
    expect(diagnosis?.mover).toBe(row.mover);
    expect(diagnosis?.nextStep.length).toBeGreaterThan(10);
    // Whoever reads only conditions finds it too.
    const told = messageOf(status, 'WorkspaceReady');
    for (const words of [diagnosis?.cause, diagnosis?.mover, diagnosis?.nextStep]) expect(told).toContain(words);
  });
});

describe('the diagnosis', () => {
  it('is of the earliest step that is broken', () => {
    const pods = [troubledPod({ state: { waiting: { reason: 'ErrImagePull', message: 'x: not found' } } })];
    const all = loading({
      claims: [waitingClaim('SubscriptionQuotaReached', 'no quota')],
      nodes: [],
      pods,
      config: { state: 'missing', name: 'a-config' },
    });
    expect(statusOf(all).diagnosis?.cause).toBe('QuotaExceeded');
    const withNodes = { ...all, claims: [readyClaim], nodes: serving().nodes };
    expect(statusOf(withNodes).diagnosis?.cause).toBe('ConfigMapMissing');
    expect(statusOf({ ...withNodes, config: { state: 'none' } }).diagnosis?.cause).toBe('ImageNotFound');
  });

  it('prefers what is broken over what takes its time', () => {
    const failure = { step: 'workload', reason: 'Invalid', message: 'spec.x: Required value' };
    expect(statusOf(observed(), { failure }).diagnosis?.cause).toBe('ObjectInvalid');
  });

  it('does not take claims of another size, which are on their way out, for its own', () => {
    const old = { ...waitingClaim('SubscriptionQuotaReached', 'no'), instanceType: 'Standard_NC12s_v3' };
    const claims = { ok: false, reason: 'MachineNotReady', message: 'waiting for ws2' };
    expect(statusOf(observed({ claims: [old] }), { claims }).diagnosis?.cause).toBe('NodeStarting');
  });

  it('shows the last words of a server that nobody understands', () => {
    const logTail = 'Traceback\nValueError: the moon is full, hf_abcdefghijkl';
    const { diagnosis } = statusOf(loading({ pods: [troubledPod(crash())], logTail }));
    expect(diagnosis).toMatchObject({ cause: 'ServerCrashes', mover: 'user' });
    expect(diagnosis?.evidence).toContain('ValueError: the moon is full, hf_***');
  });

  it('calls what nobody knows by that name, and shows it', () => {
    const { diagnosis } = statusOf(observed({ claims: [waitingClaim('LaunchFailed', 'the moon is full')] }));
    expect(diagnosis).toMatchObject({ cause: 'Unknown', evidence: 'the moon is full' });
  });

  it('does not flap between two crashes', () => {
    const ended = { terminated: { exitCode: 1, startedAt: at(600), finishedAt: at(700) } };
    const logTail = 'torch.OutOfMemoryError: CUDA out of memory.';
    const running = troubledPod({ state: { running: { startedAt: at(800) } }, lastState: ended }, 'Running');
    const waits = statusOf(loading({ pods: [troubledPod(crash())], logTail }));
    const again = loading({ pods: [running], logTail, workspace: { ...workspace, status: waits } });
    expect(statusOf(again, {}, 1100).diagnosis).toMatchObject({
      cause: 'GpuOutOfMemory',
      since: waits.diagnosis?.since,
    });
  });

  it('goes once the workspace is ready', () => {
    const before = { ...workspace, status: statusOf(observed()) };
    expect(before.status.diagnosis).toBeDefined();
    expect(statusOf(serving({ workspace: before }))).not.toHaveProperty('diagnosis');
  });

  it('says since when', () => {
    const first = statusOf(observed({ claims: [waitingClaim('SubscriptionQuotaReached', 'a')] }));
    const known = { ...workspace, status: first };
    const since = (reason: string): string | undefined =>
      statusOf(observed({ workspace: known, claims: [waitingClaim(reason, 'b')] }), {}, 2000).diagnosis?.since;
    expect(since('SubscriptionQuotaReached')).toBe(at(1000));
    expect(since('ForbiddenByPolicy')).toBe(at(2000));
  });
});

describe('the next try', () => {
  const quota = observed({ claims: [waitingClaim('SubscriptionQuotaReached', 'no; next attempt in 10 min')] });

  it('counts from when it was announced, and moves on when it is over', () => {
    const first = statusOf(quota);
    expect(first.diagnosis?.retryAt).toBe(at(1600));
    const known = { ...quota, workspace: { ...workspace, status: first } };
    expect(statusOf(known, {}, 1599).diagnosis?.retryAt).toBe(at(1600));
    expect(statusOf(known, {}, 1700).diagnosis?.retryAt).toBe(at(2200));
  });

  it('of a container counts from its last end', () => {
    const { diagnosis } = statusOf(loading({ pods: [troubledPod(crash())] }));
    expect(diagnosis?.retryAt).toBe(at(700 + 300));
  });

  it('is not told where a change is waited for', () => {
    const problems = [{ code: 'PresetUnknown', field: 'inference.preset.name', message: 'no' }] as const;
    expect(statusOf(observed(), { result: { ok: false, problems } }).diagnosis).not.toHaveProperty('retryAt');
  });
});

describe('what the provisioning itself says', () => {
  const words = '5 claims in a row were gone before they launched; tried again at 2026-11-22T12:30:00.500Z';
  const claims = { ok: false, reason: 'CapacityUnavailable', message: words };

  it('counts, with the time of its next try', () => {
    const expected = { cause: 'CapacityUnavailable', retryAt: '2026-11-22T12:30:00Z' };
    expect(statusOf(observed(), { claims }).diagnosis).toMatchObject(expected);
    const waiting = observed({ claims: [waitingClaim('AwaitingReconciliation', 'object is awaiting reconciliation')] });
    expect(statusOf(waiting, { claims }).diagnosis).toMatchObject(expected);
  });

  it('counts less than what Azure said', () => {
    const message = `${words}, the last with: Insufficient vcpu quota requested 6, remaining 4 for family F for region r.`;
    expect(statusOf(observed(), { claims: { ...claims, message } }).diagnosis?.cause).toBe('QuotaExceeded');
  });
});
