import type { Clock } from '@kaito/kube';
import { machineKind, nodeClaimKind } from '../claims/claim-kind.ts';
import { BroughtProvisioning } from './brought-provisioning.ts';
import { ClaimProvisioning } from './claim-provisioning.ts';
import type { DetectedProvisioner } from './detect-provisioner.ts';
import { KarpenterProvisioning } from './karpenter-provisioning.ts';
import type { ProvisioningConfig } from './options.ts';
import type { Provisioning } from './provisioning.ts';

/** The provisioning of an installation: one object for the life of the process, since it remembers what keeps failing. */
export function createProvisioning(
  { name, kinds, hasNodePools }: DetectedProvisioner,
  { nodeClaimClass, nodeClasses }: Pick<ProvisioningConfig, 'nodeClaimClass' | 'nodeClasses'>,
  clock: Clock,
): Provisioning {
  const scope = { kinds, hasNodePools };
  if (name === 'byo') return new BroughtProvisioning(scope);
  if (name === 'karpenter') return new KarpenterProvisioning({ nodeClasses, scope, clock });
  const kind = name === 'machine' ? machineKind : nodeClaimKind;
  return new ClaimProvisioning({ kind, nodeClass: nodeClaimClass, scope, clock });
}
