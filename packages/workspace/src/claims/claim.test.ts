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
});
