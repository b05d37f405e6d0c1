import { labels } from '@kaito/crds';
import type { Machine } from '@kaito/crds';
import { aMachine } from '@kaito/testing';
import type { ClaimObject, Progress } from './claim.ts';
import { machineDialect } from './machine.ts';

const CREATED = '2026-01-01T00:00:00Z';
const NOW = Date.parse('2026-01-01T00:05:00Z');
const done = { state: 'done' } as const;
const unstarted = { state: 'unstarted' } as const;

function view(object: ClaimObject = aMachine({ metadata: { uid: 'u1', creationTimestamp: CREATED } })) {
  return machineDialect.view(object);
}

function conditions(progress: Progress, status?: ClaimObject['status']) {
  const claim = view({ ...aMachine({ metadata: { creationTimestamp: CREATED } }), ...(status && { status }) });
  return machineDialect.conditions(claim, progress, NOW);
}

const row = ({ type, status, reason }: { type: string; status: string; reason?: string }) => [type, status, reason];

describe('a Machine is ours', () => {
  test.each([labels.workspace, labels.ragEngine])('with label %s', label => {
    expect(machineDialect.isOurs({ metadata: { name: 'm', labels: { [label]: 'x' } } })).toBe(true);
  });

  test('with a template of kind KaitoNodeClass', () => {
    const object: Machine = {
      metadata: { name: 'm' },
      spec: { machineTemplateRef: { kind: 'KaitoNodeClass', name: 'fast' } },
    };
    expect(machineDialect.isOurs(object)).toBe(true);
    expect(machineDialect.view(object).nodeClass).toBe('fast');
  });

  test.each(['kaito.sh/kaitonodeclass', 'kaito.sh/creation-timestamp'])(
    'when we took it on, which our finalizer and %s say, though its label was taken away',
    mark => {
      const finalizers = ['karpenter.sh/termination'];
      expect(machineDialect.isOurs({ metadata: { name: 'm', finalizers, labels: { [mark]: 'x' } } })).toBe(true);
      expect(machineDialect.isOurs({ metadata: { name: 'm', finalizers } })).toBe(false);
      expect(machineDialect.isOurs({ metadata: { name: 'm', labels: { [mark]: 'x' } } })).toBe(false);
    },
  );

  test('not by being a Machine', () => {
    const foreign: Machine = {
      metadata: { name: 'm' },
      spec: { machineTemplateRef: { kind: 'AWSNodeTemplate', name: 'x' } },
    };
    expect(machineDialect.isOurs(foreign)).toBe(false);
    expect(machineDialect.isOurs({ metadata: { name: 'm' } })).toBe(false);
  });
});

test('the view holds what the engine needs, with times in milliseconds', () => {
  const claim = view(aMachine({ metadata: { uid: 'u1', generation: 3, creationTimestamp: CREATED } }));
  expect(claim).toMatchObject({
    key: 'Machine/ws1a2b3c4d5',
    uid: 'u1',
    generation: 3,
    nodeClass: 'default',
    createdAt: Date.parse(CREATED),
    deletedAt: undefined,
    gracePeriodMs: undefined,
    requests: { storage: '50Gi' },
  });
});

test('the view of an empty Machine has empty parts instead of holes', () => {
  const claim = view({ metadata: { name: 'bare' } });
  expect([claim.requirements, claim.taints, claim.requests, claim.labels]).toEqual([[], [], {}, {}]);
});

describe('conditions', () => {
  test('say False for what is missing, and Ready says why', () => {
    const launched = { state: 'waiting', reason: 'LaunchFailed', message: 'no cores' } as const;
    const all = conditions({ launched, registered: unstarted, initialized: unstarted });
    expect(all.map(row)).toEqual([
      ['MachineLaunched', 'False', 'LaunchFailed'],
      ['MachineRegistered', 'False', 'MachineNotLaunched'],
      ['MachineInitialized', 'False', 'MachineNotLaunched'],
      ['Ready', 'False', 'LaunchFailed'],
    ]);
    expect(all.at(-1)?.message).toBe('no cores');
  });

  test('are all True in the end, in Knative form: no observedGeneration', () => {
    const all = conditions({ launched: done, registered: done, initialized: done });
    expect(all.map(({ type, status }) => [type, status])).toEqual([
      ['MachineLaunched', 'True'],
      ['MachineRegistered', 'True'],
      ['MachineInitialized', 'True'],
      ['Ready', 'True'],
    ]);
    expect(all.some(condition => 'observedGeneration' in condition)).toBe(false);
  });

  test('keep the time of a condition whose status stays', () => {
    const before = { conditions: [{ type: 'MachineLaunched', status: 'False', lastTransitionTime: CREATED }] };
    const waiting = { state: 'waiting', reason: 'NodeNotFound', message: 'soon' } as const;
    const all = conditions({ launched: waiting, registered: unstarted, initialized: unstarted }, before);
    expect(all[0]).toEqual({
      type: 'MachineLaunched',
      status: 'False',
      reason: 'NodeNotFound',
      message: 'soon',
      lastTransitionTime: CREATED,
    });
  });

  test('leave what others reported', () => {
    const others = { conditions: [{ type: 'MachineDrifted', status: 'True', lastTransitionTime: CREATED }] };
    const all = conditions({ launched: done, registered: done, initialized: done }, others);
    expect(all.map(({ type }) => type)).toContain('MachineDrifted');
  });

  test('stand where nothing was learnt', () => {
    const before = {
      conditions: [
        { type: 'MachineLaunched', status: 'True', lastTransitionTime: CREATED },
        { type: 'MachineRegistered', status: 'True', lastTransitionTime: CREATED },
        { type: 'MachineInitialized', status: 'True', lastTransitionTime: CREATED },
        { type: 'Ready', status: 'True', lastTransitionTime: CREATED },
      ],
    };
    const unchanged = { state: 'unchanged' } as const;
    const all = conditions({ launched: unchanged, registered: unchanged, initialized: unchanged }, before);
    expect(all.map(({ status, lastTransitionTime }) => [status, lastTransitionTime])).toEqual(
      Array.from({ length: 4 }, () => ['True', CREATED]),
    );
  });
});
