import { instanceTypesUnavailableMessage, labels } from '@kaito/crds';
import { aMachine, aNodeClaim } from '@kaito/testing';
import { machineKind, nodeClaimKind } from './claim-kind.ts';
import { readClaim } from './claim.ts';

const time = '2026-01-01T00:00:00Z';
const condition = (type: string, status: 'True' | 'False' | 'Unknown', reason = type, message = '') => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: time,
});

const withLaunch = (status: 'False' | 'Unknown', message: string) =>
  readClaim(nodeClaimKind, aNodeClaim({ status: { conditions: [condition('Launched', status, 'X', message)] } }));

describe('readClaim', () => {
  it('reads a Machine that failed to launch, in the words of its provisioner', () => {
    const quota = 'ErrCode_InsufficientVCPUQuota: left 4, requested 6';
    const conditions = [condition('Ready', 'False'), condition('MachineLaunched', 'False', 'LaunchFailed', quota)];
    expect(readClaim(machineKind, aMachine({ status: { conditions } }))).toMatchObject({
      instanceType: 'Standard_NC6s_v3',
      ready: false,
      deleting: false,
      obstacle: { reason: 'LaunchFailed', message: quota },
    });
  });

  it('prefers a condition that says something over one that waits its turn', () => {
    const waiting = 'object is awaiting reconciliation';
    const conditions = [
      condition('Launched', 'Unknown', 'AwaitingReconciliation', waiting),
      condition('Registered', 'Unknown', 'NodeNotFound', 'no node yet'),
    ];
    expect(readClaim(nodeClaimKind, aNodeClaim({ status: { conditions } })).obstacle?.reason).toBe('NodeNotFound');
    const [only] = conditions.slice(0, 1);
    expect(readClaim(nodeClaimKind, aNodeClaim({ status: { conditions: only ? [only] : [] } })).obstacle).toEqual({
      reason: 'AwaitingReconciliation',
      message: waiting,
    });
  });

  it('takes the first open step of the lifecycle, whatever the order of the conditions', () => {
    const conditions = [
      condition('Initialized', 'Unknown', 'NodeNotReady', 'not ready'),
      condition('Registered', 'True'),
      condition('Launched', 'True'),
    ];
    expect(readClaim(nodeClaimKind, aNodeClaim({ status: { conditions } })).obstacle?.reason).toBe('NodeNotReady');
  });

  it('is ready by its condition, or by its node where there is no condition', () => {
    const conditions = [condition('Ready', 'True')];
    expect(readClaim(machineKind, aMachine({ status: { conditions } }))).toMatchObject({ ready: true });
    expect(readClaim(machineKind, aMachine({ status: { nodeName: 'node-1' } }))).toMatchObject({ ready: true });
    expect(readClaim(machineKind, aMachine())).toMatchObject({ ready: false, obstacle: undefined });
  });

  it('is not ready once it is being deleted', () => {
    const deleted = aMachine({
      metadata: { deletionTimestamp: time },
      status: { conditions: [condition('Ready', 'True')] },
    });
    expect(readClaim(machineKind, deleted)).toMatchObject({ ready: false, deleting: true });
  });

  it.each([
    ['Machine', machineKind, aMachine, ['MachineLaunched', 'MachineRegistered', 'MachineInitialized']],
    ['NodeClaim', nodeClaimKind, aNodeClaim, ['Launched', 'Registered', 'Initialized']],
  ] as const)('tells when a %s took each step', (_, kind, build, [launched, registered, initialized]) => {
    const conditions = [
      { ...condition(launched, 'True'), lastTransitionTime: '2026-01-01T00:01:00Z' },
      { ...condition(registered, 'True'), lastTransitionTime: '2026-01-01T00:02:00Z' },
      { ...condition(initialized, 'False'), lastTransitionTime: '2026-01-01T00:03:00Z' },
    ];
    const metadata = { creationTimestamp: time };
    expect(readClaim(kind, build({ metadata, status: { conditions, nodeName: 'node-1' } }))).toMatchObject({
      createdAt: time,
      launchedAt: '2026-01-01T00:01:00Z',
      registeredAt: '2026-01-01T00:02:00Z',
      initializedAt: undefined,
      nodeName: 'node-1',
    });
  });

  it('takes a time of a Machine that is no time for none', () => {
    const conditions = [{ ...condition('MachineLaunched', 'True'), lastTransitionTime: 'yesterday' }];
    expect(readClaim(machineKind, aMachine({ status: { conditions } })).launchedAt).toBeUndefined();
  });

  it('is refused for good only by the sentence of KAITO on a launch that is False', () => {
    const message = `${instanceTypesUnavailableMessage}: SKUNotAvailable in eastus`;
    expect(withLaunch('False', message).refused).toBe(message);
    expect(withLaunch('False', 'no quota left').refused).toBeUndefined();
    expect(withLaunch('Unknown', message).refused).toBeUndefined();
    expect(readClaim(machineKind, aMachine()).refused).toBeUndefined();
  });

  it('knows the capacity type that was asked for, and the one that it became', () => {
    const requirements = [{ key: labels.capacityType, operator: 'In', values: ['spot'] }];
    expect(readClaim(machineKind, aMachine()).capacityType).toBe('on-demand');
    expect(readClaim(machineKind, aMachine({ spec: { requirements } })).capacityType).toBe('spot');
    const metadata = { labels: { [labels.capacityType]: 'on-demand' } };
    expect(readClaim(machineKind, aMachine({ metadata, spec: { requirements } })).capacityType).toBe('on-demand');
  });

  it('knows the pool that it is of, which a claim of KAITO by itself has not', () => {
    expect(readClaim(nodeClaimKind, aNodeClaim()).nodePool).toBeUndefined();
    const pooled = aNodeClaim({ metadata: { labels: { [labels.nodePool]: 'default-a' } } });
    expect(readClaim(nodeClaimKind, pooled).nodePool).toBe('default-a');
  });
});
