import type { Static } from 'typebox';
import { labels } from '../labels.ts';
import type { ApiObject, Immutable, ResourceHandle } from '../object.ts';
import { ageColumn, column, conditionColumn, labelColumn, type KindSource } from '../schema/crd.ts';
import { machineConditions } from './machine-names.ts';
import { machineSchema, type machineCondition, type machineSpec, type machineStatus } from './machine-schema.ts';

export interface MachineSpec extends Immutable<Static<typeof machineSpec>> {}
export interface MachineStatus extends Immutable<Static<typeof machineStatus>> {}
export interface MachineCondition extends Immutable<Static<typeof machineCondition>> {}

/** A claim for one machine (karpenter.sh/v1alpha5). Cluster-scoped. */
export interface Machine extends ApiObject {
  readonly spec?: MachineSpec;
  readonly status?: MachineStatus;
}

export const machines: ResourceHandle<Machine> = {
  group: 'karpenter.sh',
  version: 'v1alpha5',
  plural: 'machines',
  kind: 'Machine',
  namespaced: false,
};

export const machineKind: KindSource = {
  group: machines.group,
  kind: machines.kind,
  plural: machines.plural,
  categories: ['karpenter'],
  scope: 'Cluster',
  versions: [
    {
      name: machines.version,
      storage: true,
      schema: machineSchema,
      columns: [
        labelColumn('Type', labels.instanceType),
        labelColumn('Zone', labels.zone),
        column('Node', '.status.nodeName'),
        conditionColumn(machineConditions.ready),
        ageColumn,
        labelColumn('Capacity', labels.capacityType, 1),
        labelColumn('Provisioner', labels.provisionerName, 1),
        column('Template', '.spec.machineTemplateRef.name', 1),
      ],
    },
  ],
};
