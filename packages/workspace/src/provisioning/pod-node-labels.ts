import type { Observed } from '../observed.ts';
import { karpenterOwnershipLabels, ownershipLabels } from '../render/ownership.ts';
import { askedFor } from './asked-for.ts';

type Labels = Readonly<Record<string, string>>;

/**
 * The labels of ownership by which the pods of a workspace find its nodes. A workload that runs keeps to those that it was made with, so
 * that an installation can go over to another provisioner without restarting a server.
 * @param own of the provisioner that the installation has now
 */
export function podNodeLabels(
  { workspace, statefulSet }: Pick<Observed, 'workspace' | 'statefulSet'>,
  own: Labels,
): Labels {
  const isAskedFor = ([key, value]: readonly [string, string]): boolean => askedFor(statefulSet, key).includes(value);
  const inUse = [ownershipLabels(workspace), karpenterOwnershipLabels(workspace)].find(labels =>
    Object.entries(labels).every(isAskedFor),
  );
  return inUse ?? own;
}
