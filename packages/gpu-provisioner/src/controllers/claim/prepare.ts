import { finalizers } from '@kaito/crds';
import { ignoreNotFound, patchMetadata } from '@kaito/kube';
import type { ClaimObject } from '../../claims/claim.ts';
import { markOf } from './adoption.ts';
import { launchLabels } from './claim-labels.ts';
import type { LaunchPlan } from './launch-plan.ts';
import type { Pass, Services } from './pass.ts';

/**
 * Writes our finalizer on the claim before anything is done for it, so that no pool is ever without somebody who takes it
 * down, and in the same write its node class, which says that the finalizer is ours, and the labels of what will be launched.
 * @returns the claim as it is now; undefined when it is gone
 */
export async function prepare(
  pass: Pass,
  { client, quota, offerings }: Services,
  plan: LaunchPlan,
): Promise<ClaimObject | undefined> {
  const { claim, dialect, signal } = pass;
  const change = {
    finalizers: [...new Set([...claim.finalizers, finalizers.termination])],
    labels: {
      ...markOf(pass),
      ...(plan.do === 'create' && launchLabels(claim, dialect, plan.request.offering)),
    },
  };
  const object = await ignoreNotFound(patchMetadata(client, dialect.resource, claim.object, change, { signal }));
  if (object === undefined && plan.do === 'create') {
    quota.release(claim.uid);
    offerings.ended(claim.uid);
  }
  return object;
}
