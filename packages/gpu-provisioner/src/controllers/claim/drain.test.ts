import type { Pod } from '@kaito/kube';
import { aPod } from '@kaito/testing';
import { drainPlan } from './drain.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const at = (offsetMs: number): string => new Date(NOW + offsetMs).toISOString();

const server = aPod({ metadata: { name: 'server' } });
const protectedPod = aPod({ metadata: { name: 'protected', annotations: { 'karpenter.sh/do-not-disrupt': 'true' } } });
const critical = aPod({ metadata: { name: 'dns' }, spec: { priorityClassName: 'system-cluster-critical' } });
const leaving = aPod({ metadata: { name: 'leaving', deletionTimestamp: at(30_000) } });

function names(pods: readonly Pod[]): string[] {
  return pods.map(({ metadata }) => metadata.name);
}

function plan(pods: readonly Pod[], deadline?: number) {
  const { evict, remove, waitingFor } = drainPlan(pods, NOW, deadline);
  return { evict: names(evict), remove: names(remove), waitingFor: names(waitingFor) };
}

test('an empty node is drained', () => {
  expect(plan([])).toEqual({ evict: [], remove: [], waitingFor: [] });
});

test.each<[string, Pod]>([
  ['static', aPod({ metadata: { annotations: { 'kubernetes.io/config.mirror': 'x' } } })],
  [
    'of a DaemonSet',
    aPod({ metadata: { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'd', uid: 'd' }] } }),
  ],
  ['that has succeeded', aPod({ status: { phase: 'Succeeded' } })],
  ['that has failed', aPod({ status: { phase: 'Failed' } })],
  ['that tolerates everything', aPod({ spec: { tolerations: [{ operator: 'Exists' }] } })],
  [
    'that tolerates the leaving',
    aPod({ spec: { tolerations: [{ key: 'karpenter.sh/disrupted', operator: 'Exists' }] } }),
  ],
  ['that is stuck', aPod({ metadata: { deletionTimestamp: at(-60_001) } })],
])('a pod %s is not waited for', (_, pod) => {
  expect(plan([pod]).waitingFor).toEqual([]);
});

test.each<[string, Pod]>([
  ['other taints', aPod({ spec: { tolerations: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }] } })],
  ['only the eviction', aPod({ spec: { tolerations: [{ operator: 'Exists', effect: 'NoExecute' }] } })],
])('a pod that tolerates %s is evicted', (_, pod) => {
  expect(plan([pod]).evict).toEqual(['a-pod']);
});

test('system pods go when the others have gone', () => {
  expect(plan([critical, server])).toEqual({ evict: ['server'], remove: [], waitingFor: ['dns', 'server'] });
  expect(plan([critical, leaving]).evict).toEqual([]);
  expect(plan([critical]).evict).toEqual(['dns']);
});

test('a pod on its way out is waited for, not evicted again', () => {
  expect(plan([leaving])).toEqual({ evict: [], remove: [], waitingFor: ['leaving'] });
});

test('a pod that must not be disrupted is waited for', () => {
  expect(plan([protectedPod])).toEqual({ evict: [], remove: [], waitingFor: ['protected'] });
});

test('at the end of the grace period every pod is removed, early enough for its own grace', () => {
  const slow = aPod({ metadata: { name: 'slow' }, spec: { terminationGracePeriodSeconds: 300 } });
  expect(plan([server, slow, protectedPod], NOW + 60_000)).toEqual({
    evict: ['server'],
    remove: ['slow'],
    waitingFor: ['server', 'slow', 'protected'],
  });
  expect(plan([server, protectedPod, critical], NOW).remove).toEqual(['server', 'protected', 'dns']);
});
