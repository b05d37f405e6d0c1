import { deadlineMs, type Workspace } from '@kaito/crds';
import type { PlanInput } from '../plan/plan-input.ts';
import type { Problem } from '../problem.ts';
import { findSku } from '../skus/sku.ts';

type Offering = NonNullable<NonNullable<Workspace['resource']>['alternatives']>[number];

const capacityTypes: readonly string[] = ['on-demand', 'spot'];

/** Sizes and alternatives must be such that could be tried; where nodes are brought, none may be named. */
export function checkOfferings(input: PlanInput): readonly Problem[] {
  const { workspace, provisioning } = input;
  const { resource } = workspace;
  const alternatives = resource?.alternatives ?? [];
  if (provisioning.mode === 'brought') return checkNoOffering(resource);
  return [
    ...checkPayment(resource ?? {}, 'resource'),
    ...(alternatives.length > 0 && !resource?.instanceType ? [needsFirst()] : []),
    ...alternatives.flatMap((offering, index) => checkAlternative(input, offering, `resource.alternatives[${index}]`)),
  ];
}

function checkNoOffering(resource: Workspace['resource']): readonly Problem[] {
  const named = ['instanceType', 'capacityType', 'alternatives'] as const;
  return named
    .filter(name => (name === 'alternatives' ? (resource?.alternatives ?? []).length > 0 : Boolean(resource?.[name])))
    .map(name => {
      const field = `resource.${name}`;
      const message = `${field} is set, but this installation makes no nodes: leave it out, and let resource.labelSelector match nodes that you bring`;
      return { code: 'InstanceTypeNotAllowed' as const, field, message };
    });
}

function checkAlternative({ skus, workspace }: PlanInput, offering: Offering, field: string): readonly Problem[] {
  // What a template needs is not known here, and sizes without GPUs are allowed for it.
  const known = workspace.inference?.template ?? findSku(skus, offering.instanceType);
  const message = `${field}.instanceType "${offering.instanceType}" is not a known size`;
  const unknown: Problem = { code: 'InstanceTypeUnknown', field: `${field}.instanceType`, message };
  return [...(known ? [] : [unknown]), ...checkPayment(offering, field)];
}

function checkPayment({ capacityType, deadline }: Partial<Offering>, field: string): readonly Problem[] {
  const problems: Problem[] = [];
  if (capacityType !== undefined && !capacityTypes.includes(capacityType)) {
    const message = `${field}.capacityType "${capacityType}" is not known: use ${capacityTypes.join(' or ')}`;
    problems.push({ code: 'CapacityTypeInvalid', field: `${field}.capacityType`, message });
  }
  if (deadline !== undefined && deadlineMs(deadline) === undefined) {
    const message = `${field}.deadline "${deadline}" is not a time to wait: use at least one minute, such as 20m or 1h30m`;
    problems.push({ code: 'DeadlineInvalid', field: `${field}.deadline`, message });
  }
  return problems;
}

function needsFirst(): Problem {
  const field = 'resource.alternatives';
  const message = `${field} come after a first choice: set resource.instanceType, or leave them out and have a size picked`;
  return { code: 'InstanceTypeRequired', field, message };
}
