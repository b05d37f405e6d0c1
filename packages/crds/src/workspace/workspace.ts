import type { Static } from 'typebox';
import type { ApiObject, Immutable, ResourceHandle } from '../object.ts';
import { ageColumn, column, conditionColumn, type KindSource, type PrinterColumn } from '../schema/crd.ts';
import type { adapterSource, tuningInput, tuningOutput } from './data.ts';
import type { inference } from './inference.ts';
import type { preset } from './preset.ts';
import type { resourceSpec } from './resource-spec.ts';
import type { tuning } from './tuning.ts';
import { workspaceConditions } from './workspace-names.ts';
import { workspaceSchema, workspaceSchemaV1alpha1 } from './workspace-schema.ts';
import type { workspaceCondition, workspaceStatus } from './workspace-status.ts';

export interface ResourceSpec extends Immutable<Static<typeof resourceSpec>> {}
export interface PresetSpec extends Immutable<Static<typeof preset>> {}
export interface InferenceSpec extends Immutable<Static<typeof inference>> {}
export interface TuningSpec extends Immutable<Static<typeof tuning>> {}
export interface AdapterSource extends Immutable<Static<typeof adapterSource>> {}
export interface TuningInput extends Immutable<Static<typeof tuningInput>> {}
export interface TuningOutput extends Immutable<Static<typeof tuningOutput>> {}
export interface WorkspaceStatus extends Immutable<Static<typeof workspaceStatus>> {}
export interface WorkspaceCondition extends Immutable<Static<typeof workspaceCondition>> {}
export type WorkspacePlan = NonNullable<WorkspaceStatus['plan']>;
export type PlanCandidate = NonNullable<WorkspacePlan['candidates']>[number];
export type WorkspaceStartup = NonNullable<WorkspaceStatus['startup']>;
export type StartupPhase = WorkspaceStartup['phases'][number];
export type WorkspaceDiagnosis = NonNullable<WorkspaceStatus['diagnosis']>;
export type Mover = WorkspaceDiagnosis['mover'];
export type WorkspaceChange = NonNullable<WorkspaceStatus['lastChange']>;
export type ChangedField = WorkspaceChange['fields'][number];
export type ChangeImpact = ChangedField['impact'];
export type TuningStatus = NonNullable<WorkspaceStatus['tuning']>;
export type AdapterStatus = NonNullable<WorkspaceStatus['adapters']>[number];
export type Lineage = NonNullable<AdapterStatus['lineage']>;
export type AlternativeSpec = NonNullable<ResourceSpec['alternatives']>[number];
export type AdapterSpec = NonNullable<InferenceSpec['adapters']>[number];
export type PartitionSpec = NonNullable<ResourceSpec['partition']>;

/** A model to serve or to fine-tune (kaito.sh/v1beta1, the stored version). There is no `spec`: the sections stand at the top. */
export interface Workspace extends ApiObject {
  readonly resource?: ResourceSpec;
  readonly inference?: InferenceSpec;
  readonly tuning?: TuningSpec;
  readonly status?: WorkspaceStatus;
}

type SourceV1alpha1 = Immutable<Static<typeof workspaceSchemaV1alpha1>>;

/** A workspace as kaito.sh/v1alpha1 shows it: no partition, no access secret, no performance, and always an instance type. */
export interface WorkspaceV1alpha1 extends ApiObject, SourceV1alpha1 {}

export const workspaces: ResourceHandle<Workspace> = {
  group: 'kaito.sh',
  version: 'v1beta1',
  plural: 'workspaces',
  kind: 'Workspace',
  namespaced: true,
};

export const workspacesV1alpha1: ResourceHandle<WorkspaceV1alpha1> = {
  group: 'kaito.sh',
  version: 'v1alpha1',
  plural: 'workspaces',
  kind: 'Workspace',
  namespaced: true,
};

/** The columns of both versions; the first ones are those that KAITO's guides of 2024 show. kubectl prints a date as an age, so ETA is text. */
const columns: readonly PrinterColumn[] = [
  column('Instance', '.resource.instanceType'),
  conditionColumn(workspaceConditions.resourceReady),
  conditionColumn(workspaceConditions.inferenceReady),
  conditionColumn(workspaceConditions.ready),
  column('State', '.status.state'),
  ageColumn,
  conditionColumn(workspaceConditions.jobStarted, 1),
  conditionColumn(workspaceConditions.succeeded, 1),
  { name: 'TargetNodeCount', type: 'integer', jsonPath: '.status.targetNodeCount', priority: 1 },
  column('Model', '.status.plan.model', 1),
  column('Progress', '.status.tuning.progress', 1),
  column('Loss', '.status.tuning.loss', 1),
  column('Reason', '.status.diagnosis.cause', 1),
  column('$/h', '.status.plan.pricePerHour', 1),
  column('ETA', '.status.startup.estimatedReadyAt', 1),
];

export const workspaceKind: KindSource = {
  group: workspaces.group,
  kind: workspaces.kind,
  plural: workspaces.plural,
  shortNames: ['wk', 'wks'],
  categories: ['workspace'],
  scope: 'Namespaced',
  versions: [
    { name: workspacesV1alpha1.version, storage: false, schema: workspaceSchemaV1alpha1, columns },
    { name: workspaces.version, storage: true, schema: workspaceSchema, columns },
  ],
};
