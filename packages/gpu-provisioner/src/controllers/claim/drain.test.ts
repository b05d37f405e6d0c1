import type { Pod } from '@kaito/kube';
import { aPod } from '@kaito/testing';
import { drainPlan, graceAtRemoval, isDrainable } from './drain.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const at = (offsetMs: number): string => new Date(NOW + offsetMs).toISOString();
const ownedBy = (kind: string) => ({ ownerReferences: [{ apiVersion: 'v1', kind, name: 'o', uid: 'o' }] });

const server = aPod({ metadata: { name: 'server' } });
const daemon = aPod({ metadata: { name: 'daemon', ...ownedBy('DaemonSet') } });
const critical = aPod({ metadata: { name: 'dns' }, spec: { priorityClassName: 'system-cluster-critical' } });
const criticalDaemon = aPod({
  metadata: { name: 'proxy', ...ownedBy('DaemonSet') },
  spec: { priorityClassName: 'system-node-critical' },
});
const leaving = aPod({ metadata: { name: 'leaving', deletionTimestamp: at(30_000) } });
const withAnnotation = (key: string, value: string, startTime?: string): Pod =>
  aPod({
    metadata: { name: 'protected', annotations: { [key]: value } },
    status: { ...(startTime && { startTime }) },
  });
const protectedPod = withAnnotation('karpenter.sh/do-not-disrupt', 'true');

function names(pods: readonly Pod[]): string[] {
  return pods.map(({ metadata }) => metadata.name);
}

function plan(pods: readonly Pod[], deadline?: number) {
  const { evict, spared, remove, waitingFor } = drainPlan(pods, NOW, deadline);
  return { evict: names(evict), spared: names(spared), remove: names(remove), waitingFor: names(waitingFor) };
}

test('an empty node is drained', () => {
  expect(plan([])).toEqual({ evict: [], spared: [], remove: [], waitingFor: [] });
});

describe('drain ordering by criticality', () => {
  const all = [criticalDaemon, critical, daemon, server];

  test.each([
    ['first pods that are neither critical nor of a DaemonSet', 4, ['server']],
    ['then DaemonSets that are not critical', 3, ['daemon']],
    ['then critical pods', 2, ['dns']],
    ['critical DaemonSets last', 1, ['proxy']],
  ])('%s', (_, standing, evicted) => {
    expect(plan(all.slice(0, standing)).evict).toEqual(evicted);
  });

  test('a group waits until the one before it has gone, not only until it was asked', () => {
    expect(plan([critical, leaving])).toMatchObject({ evict: [], waitingFor: ['dns', 'leaving'] });
  });

  test('a priority of the system makes a pod critical, whatever its class is called', () => {
    const system = aPod({ metadata: { name: 'system' }, spec: { priority: 2_000_000_000 } });
    const high = aPod({ metadata: { name: 'high' }, spec: { priority: 1_000_000_000 } });
    expect(plan([system, high]).evict).toEqual(['high']);
  });
});

describe('pods that are not waited for', () => {
  test.each<[string, Pod]>([
    ['mirror pods', aPod({ metadata: { annotations: { 'kubernetes.io/config.mirror': 'x' } } })],
    ['pods owned by the node', aPod({ metadata: ownedBy('Node') })],
    ['pods that have succeeded', aPod({ status: { phase: 'Succeeded' } })],
    ['pods that have failed', aPod({ status: { phase: 'Failed' } })],
    ['pods that tolerate everything', aPod({ spec: { tolerations: [{ operator: 'Exists' }] } })],
    [
      'pods that tolerate the taint of a leaving node',
      aPod({ spec: { tolerations: [{ key: 'karpenter.sh/disrupted', operator: 'Exists' }] } }),
    ],
    ['stuck terminating pods', aPod({ metadata: { deletionTimestamp: at(-60_001) } })],
  ])('%s', (_, pod) => {
    expect(plan([pod]).waitingFor).toEqual([]);
  });

  test('a terminating pod is given up one minute after its time, and then is looked at', () => {
    const late = aPod({ metadata: { name: 'late', deletionTimestamp: at(-60_000) } });
    expect(plan([late]).waitingFor).toEqual(['late']);
    expect(drainPlan([late], NOW, undefined).changesAt).toBe(NOW + 1);
  });

  test.each<[string, Pod]>([
    ['other taints', aPod({ spec: { tolerations: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }] } })],
    ['only the eviction', aPod({ spec: { tolerations: [{ operator: 'Exists', effect: 'NoExecute' }] } })],
  ])('but a pod that tolerates %s is evicted', (_, pod) => {
    expect(plan([pod]).evict).toEqual(['a-pod']);
  });
});

test('a pod on its way out is waited for, not evicted again', () => {
  expect(plan([leaving])).toMatchObject({ evict: [], remove: [], waitingFor: ['leaving'] });
});

describe('do-not-disrupt', () => {
  test.each(['karpenter.sh/do-not-disrupt', 'karpenter.sh/do-not-evict'])('%s is waited for, not evicted', key => {
    const pods = [withAnnotation(key, 'true'), server];
    expect(plan(pods)).toMatchObject({ evict: ['server'], spared: ['protected'], waitingFor: ['protected', 'server'] });
  });

  test('with a duration it protects that long from the start of the pod', () => {
    const pod = withAnnotation('karpenter.sh/do-not-disrupt', '10m', at(-60_000));
    expect(plan([pod])).toMatchObject({ evict: [], spared: ['protected'] });
    expect(drainPlan([pod], NOW, undefined).changesAt).toBe(NOW + 540_000);
    const old = withAnnotation('karpenter.sh/do-not-disrupt', '10m', at(-600_000));
    expect(plan([old]).evict).toEqual(['protected']);
  });

  test.each(['false', 'soon', '', '0s'])('with the value "%s" it protects nothing', value => {
    expect(plan([withAnnotation('karpenter.sh/do-not-disrupt', value)]).evict).toEqual(['protected']);
  });
});

describe('TGP forced delete', () => {
  const slow = aPod({ metadata: { name: 'slow' }, spec: { terminationGracePeriodSeconds: 300 } });

  test('takes each pod early enough for its own grace, and says when the next is due', () => {
    const deadline = NOW + 60_000;
    expect(plan([server, slow, protectedPod], deadline)).toMatchObject({ evict: ['server'], remove: ['slow'] });
    expect(drainPlan([server, slow], NOW, deadline).changesAt).toBe(NOW + 30_000);
  });

  test('takes all pods at once in the end, critical and protected ones too', () => {
    expect(plan([server, protectedPod, critical], NOW).remove).toEqual(['server', 'protected', 'dns']);
  });

  test('a pod that is out of time does not hold up the next group', () => {
    expect(plan([slow, critical], NOW + 60_000)).toMatchObject({ evict: ['dns'], remove: ['slow'] });
  });

  test('a pod that goes already, but too slowly, is deleted again with less grace; one in time is not', () => {
    expect(plan([leaving], NOW + 10_000).remove).toEqual(['leaving']);
    expect(plan([leaving], NOW + 30_000).remove).toEqual([]);
  });

  test('never with a grace of 0: the pod would be gone from the API while it still runs', () => {
    expect(graceAtRemoval(NOW, NOW - 5000)).toBe(1);
    expect(graceAtRemoval(NOW, NOW + 2500)).toBe(2);
  });
});

test('a pod that stays keeps its volumes; one that has ended does not', () => {
  expect(isDrainable(aPod({ spec: { tolerations: [{ operator: 'Exists' }] } }), NOW)).toBe(false);
  expect(isDrainable(aPod({ status: { phase: 'Succeeded' } }), NOW)).toBe(true);
});
