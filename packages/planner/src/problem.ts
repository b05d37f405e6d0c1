/**
 * What can be wrong with a workspace. Codes are CamelCase because they become the reason of a Kubernetes condition and of an Event.
 */
export type ProblemCode =
  | 'NameInvalid'
  | 'InferenceOrTuningRequired'
  | 'InferenceAndTuningExclusive'
  | 'PresetOrTemplateRequired'
  | 'PresetAndTemplateExclusive'
  | 'FieldNotSupported'
  | 'PresetUnknown'
  | 'ImageRequired'
  | 'AdapterInvalid'
  | 'RuntimeNotSupported'
  | 'InstanceTypeRequired'
  | 'InstanceTypeUnknown'
  | 'GpuVendorNotSupported'
  | 'GpuMemoryTooSmall'
  | 'GpuRequired'
  | 'GpuUnused'
  | 'MachineTooSmall'
  | 'NodeCountInvalid'
  | 'NodeImageFamilyUnknown'
  | 'LabelSelectorInvalid'
  | 'InstanceTypeNotAllowed'
  | 'CapacityTypeInvalid'
  | 'DeadlineInvalid'
  | 'NodeCountTooSmall'
  | 'NodesMissing'
  | 'NodeLabelsMissing'
  | 'NodesDiffer'
  | 'PartitionNotSupported'
  | 'PartitionInvalid'
  | 'AccessSecretRequired'
  | 'ConfigInvalid'
  | 'ContextTooLong'
  | 'ModelNotTunable'
  | 'AnnotationInvalid'
  | 'TuningInvalid'
  | 'ModelNotFound'
  | 'ModelGated'
  | 'ModelAccessDenied'
  | 'ModelFilesInvalid'
  | 'ModelArchitectureNotSupported'
  | 'ModelLookupFailed'
  | 'ConfigMissing'
  | 'NodeClassUnknown'
  | 'DataUrlRefused'
  // Seen in the cluster, not in the workspace.
  | 'SecretMissing'
  | 'TemplateInvalid'
  | 'NameTaken';

/** One thing that keeps a workspace from being planned. */
export interface Problem {
  readonly code: ProblemCode;
  /** Path of the field from the top of the object, e.g. `resource.instanceType`. */
  readonly field: string;
  /** What is wrong and what would be accepted; names the field, so it can be shown alone. */
  readonly message: string;
}
