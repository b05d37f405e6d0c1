import type { Node } from '@kaito/kube';
import { aGpuNode, aNodeClaim } from '@kaito/testing';
import { nodeClaimDialect } from '../../claims/node-claim.ts';
import { initializationBlocker } from './initialization.ts';

type NodeCondition = NonNullable<NonNullable<Node['status']>['conditions']>[number];
const READY = { type: 'Ready', status: 'True' };
const claim = (requests: Record<string, string> = { storage: '1Ti', 'nvidia.com/gpu': '1' }) =>
  nodeClaimDialect.view(
    aNodeClaim({ spec: { resources: { requests }, startupTaints: [{ key: 'driver', effect: 'NoSchedule' }] } }),
  );
const node = (conditions: readonly NodeCondition[] = [READY], gpus: string | undefined = '1') =>
  aGpuNode('m', { status: { conditions, allocatable: { 'nvidia.com/gpu': gpus } } });

test('nothing blocks a Ready node that shows what was asked for; storage never shows', () => {
  expect(initializationBlocker(claim(), node(), [])).toBeUndefined();
});

test.each([
  ['no Ready condition', []],
  ['Ready False', [{ type: 'Ready', status: 'False', message: 'container runtime is down' }]],
  ['Ready Unknown', [{ type: 'Ready', status: 'Unknown' }]],
])('NodeNotReady: %s', (_, conditions) => {
  expect(initializationBlocker(claim(), node(conditions), [])?.reason).toBe('NodeNotReady');
});

test('what the kubelet says of a node that is not Ready is passed on', () => {
  const down = [{ type: 'Ready', status: 'False', message: 'container runtime is down' }];
  expect(initializationBlocker(claim(), node(down), [])?.message).toContain('container runtime is down');
});

test('StartupTaintsExist', () => {
  const taints = [{ key: 'driver', effect: 'NoSchedule' }];
  expect(initializationBlocker(claim(), node(), taints)).toMatchObject({
    reason: 'StartupTaintsExist',
    message: expect.stringContaining('driver:NoSchedule'),
  });
});

test.each([
  { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', effect: 'NoSchedule' },
  { key: 'node.cloudprovider.kubernetes.io/uninitialized', value: 'true', effect: 'NoSchedule' },
  { key: 'karpenter.sh/unregistered', effect: 'NoExecute' },
  { key: 'readiness.k8s.io/network', effect: 'NoSchedule' },
])('KnownEphemeralTaintsExist: $key:$effect', taint => {
  expect(initializationBlocker(claim(), node(), [taint])?.reason).toBe('KnownEphemeralTaintsExist');
});

test('a taint that stays by design does not block', () => {
  expect(initializationBlocker(claim(), node(), [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }])).toBeUndefined();
});

test.each(['0', '0Gi'])('ResourceNotRegistered: the GPU shows as %s', shown => {
  expect(initializationBlocker(claim(), node([READY], shown), [])).toMatchObject({
    reason: 'ResourceNotRegistered',
    message: expect.stringContaining('nvidia.com/gpu'),
  });
});

test('a resource that is asked for with 0, or not at all, need not show', () => {
  const bare = node([READY], '0');
  expect(initializationBlocker(claim({ 'nvidia.com/gpu': '0' }), bare, [])).toBeUndefined();
  expect(initializationBlocker(claim({}), bare, [])).toBeUndefined();
});
