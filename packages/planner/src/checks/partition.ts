import type { Workspace } from '@kaito/crds';
import type { PlanInput } from '../plan/plan-input.ts';
import type { Problem } from '../problem.ts';
import { nearestNames } from '../nearest-names.ts';
import { migProfiles, migResource } from '../skus/mig-profiles.ts';

const field = 'resource.partition';

type Partition = NonNullable<NonNullable<Workspace['resource']>['partition']>;

/** A part of a node can be had where nodes are brought and the installation allows it; it must be one that exists. */
export function checkPartition({ workspace, provisioning, features }: PlanInput): readonly Problem[] {
  const partition = workspace.resource?.partition;
  if (!partition) return checkWhole(workspace, provisioning);
  if (provisioning.mode === 'auto') {
    return [notSupported('is for nodes that you bring yourself: leave it out to get whole GPUs')];
  }
  if (workspace.inference?.template) {
    return [notSupported('has no effect on a template: let its containers ask for the slices or GPUs')];
  }
  if (workspace.tuning) return [notSupported('is for inference only: leave it out')];
  if (!features?.[partition.mode]) {
    return [notSupported(`mode ${partition.mode} is turned off in this installation: leave it out to get whole GPUs`)];
  }
  const problems = partition.mode === 'mig' ? checkSlice(partition) : checkAccelerators(partition);
  return problems.length > 0 ? problems : checkOffered(partition, provisioning.nodes);
}

/** Nodes whose GPUs are all cut into slices have no whole one to give. */
function checkWhole({ inference }: Workspace, provisioning: PlanInput['provisioning']): readonly Problem[] {
  const nodes = provisioning.mode === 'brought' && inference?.preset ? provisioning.nodes : [];
  const slices = nodes.map(({ allocatable }) => slicesOf(allocatable));
  if (nodes.length === 0 || slices.some(offered => offered.length === 0)) return [];
  const message = `${field} is missing: the GPUs of node ${nodes[0]?.name} are cut into slices; take one with mode mig and profile ${[...new Set(slices.flat())].join(' or ')}, or have resource.labelSelector match nodes with whole GPUs`;
  return [{ code: 'PartitionInvalid', field, message }];
}

/** Profiles of the slices that a node offers; none where it has whole GPUs as well. */
function slicesOf(allocatable: Readonly<Record<string, string>>): readonly string[] {
  if (Number(allocatable['nvidia.com/gpu'] ?? 0) > 0) return [];
  return migProfiles.filter(profile => Number(allocatable[migResource(profile)] ?? 0) > 0);
}

function checkSlice({ profile, count }: Partition): readonly Problem[] {
  const problems: Problem[] = [];
  if (count !== undefined)
    problems.push(invalid('count', 'is for mode accelerator: leave it out, a pod gets one slice'));
  if (!profile) {
    problems.push(invalid('profile', 'is missing: name the slice, such as 1g.10gb'));
  } else if (!migProfiles.includes(profile)) {
    const nearest = nearestNames(profile, migProfiles).join(', ');
    problems.push(invalid('profile', `"${profile}" is not a slice that GPUs have; the nearest are ${nearest}`));
  }
  return problems;
}

function checkAccelerators({ profile, count }: Partition): readonly Problem[] {
  const problems: Problem[] = [];
  if (profile !== undefined) problems.push(invalid('profile', 'is for mode mig: leave it out'));
  if (count === undefined) problems.push(invalid('count', 'is missing: say how many whole GPUs a pod gets'));
  else if (!Number.isInteger(count) || count < 1) {
    problems.push(invalid('count', `${count} is not a number of GPUs: use a whole number from 1`));
  }
  return problems;
}

function checkOffered(
  { profile = '', mode }: Partition,
  nodes: readonly { readonly allocatable: Readonly<Record<string, string>> }[],
): readonly Problem[] {
  const resource = migResource(profile);
  if (mode !== 'mig' || nodes.length === 0) return [];
  if (nodes.some(({ allocatable }) => Number(allocatable[resource] ?? 0) > 0)) return [];
  return [invalid('profile', `"${profile}": no node that resource.labelSelector matches offers ${resource}`)];
}

function notSupported(why: string): Problem {
  return { code: 'PartitionNotSupported', field, message: `${field} ${why}` };
}

function invalid(part: 'profile' | 'count', why: string): Problem {
  return { code: 'PartitionInvalid', field: `${field}.${part}`, message: `${field}.${part} ${why}` };
}
