export { controllerReference, keyOf, parseKey } from './client/object.ts';
export type { KubeObject, ObjectKey, ObjectMeta, OwnerReference } from './client/object.ts';
export type { Wire, WireObject } from './client/wire.ts';
export { apiVersionOf, collectionPath, objectPath, resourceName } from './client/resource.ts';
export type { ObjectOf, Resource } from './client/resource.ts';
export * from './client/builtin-resources.ts';
export type {
  ApplyOptions,
  CallOptions,
  Client,
  CreateOptions,
  DeleteOptions,
  EvictOptions,
  ListOptions,
  ObjectList,
  PatchOptions,
  PodLogOptions,
  Selection,
  WatchEvent,
  WatchOptions,
} from './client/client.ts';
export {
  ApiError,
  ignoreNotFound,
  isAborted,
  isAlreadyExists,
  isApiError,
  isConflict,
  isForbidden,
  isGone,
  isInvalid,
  isNotFound,
  isTooManyRequests,
} from './client/api-error.ts';
export type { ApiErrorInit, LocalReason, StatusCause } from './client/api-error.ts';
export { connect } from './client/connect.ts';
export type { ConnectOptions } from './client/connect.ts';

export { Cache } from './cache/cache.ts';
export type { CacheOptions } from './cache/cache.ts';
export type { Indexer, Informer, InformerEvent, InformerOptions } from './cache/informer.ts';
export { compareVersions } from './cache/resource-version.ts';
export { secretKeysOnly } from './cache/secret-keys-only.ts';

export { Controller } from './controller/controller.ts';
export type { ControllerOptions } from './controller/controller.ts';
export { isTerminal, TerminalError } from './controller/result.ts';
export type { ReconcileContext, Result } from './controller/result.ts';

export { APPLIED_HASH_ANNOTATION, applyIfChanged, wasApplied } from './apply/apply-if-changed.ts';
export type { Applied, ApplyIfChangedOptions } from './apply/apply-if-changed.ts';
export { canonicalDigest, canonicalJson } from './apply/canonical-json.ts';
export { setCondition } from './apply/conditions.ts';
export type { Condition, SetConditionOptions, StatedCondition } from './apply/conditions.ts';
export { ensureFinalizer, removeFinalizer, slippedPast } from './apply/finalizers.ts';
export { patchMetadata } from './apply/patch-metadata.ts';
export type { MetadataChange } from './apply/patch-metadata.ts';
export { takeOverFields } from './apply/take-over-fields.ts';
export type { TakeOverOptions } from './apply/take-over-fields.ts';
export { patchStatus } from './apply/patch-status.ts';
export type { StatusOf } from './apply/patch-status.ts';

export { EventRecorder } from './events/event-recorder.ts';
export type { EventRecorderOptions, RecordedEvent } from './events/event-recorder.ts';

export { DEFAULT_LEASE_TIMINGS, LeaderElector, LeadershipLostError } from './leader/leader-elector.ts';
export type { LeaderElectorOptions, LeaseTimings } from './leader/leader-elector.ts';

export { Manager } from './manager/manager.ts';
export type { LeaderElectionOptions, ManagerOptions } from './manager/manager.ts';
export type { Listen } from './manager/http-endpoints.ts';
export type { Runnable } from './manager/runnable.ts';

export { createLogger } from './log/logger.ts';
export type { Logger, LoggerOptions, LogLevel } from './log/logger.ts';
export { describeMetrics } from './metrics/describe-metrics.ts';
export type { MetricDescription } from './metrics/describe-metrics.ts';
export { createMetrics } from './metrics/metrics.ts';
export type { Counter, Gauge, Histogram, HistogramOptions, MetricOptions, Metrics } from './metrics/metrics.ts';
export { loadOptions } from './options/load-options.ts';
export type { LoadOptions } from './options/load-options.ts';
export type { Options, OptionSpec, OptionTable } from './options/option-spec.ts';
export { OptionsError } from './options/options-error.ts';
export { backoffDelay } from './clock/backoff.ts';
export type { BackoffOptions } from './clock/backoff.ts';
export { sleep, systemClock } from './clock/clock.ts';
export type { Clock, Timer } from './clock/clock.ts';
export { untilAborted } from './clock/until-aborted.ts';
export { processOptions } from './options/process-options.ts';

export { BACKDATE_MS, createCertificateAuthority, issueCertificate } from './tls/certificate-authority.ts';
export type { CertificateAndKey, CertificateOptions, IssueOptions } from './tls/certificate-authority.ts';
export { CERTIFICATE_TIMINGS } from './tls/certificate-plan.ts';
export type { CertificateTimings } from './tls/certificate-plan.ts';
export { serviceHosts } from './tls/hosts.ts';
export type {
  AdmissionAnswer,
  AdmissionHandler,
  AdmissionKind,
  AdmissionRequest,
  AdmissionUser,
} from './webhook/admission.ts';
export type { WebhookConfigurationOptions, WebhookTarget } from './webhook/ca-bundle.ts';
export { WebhookServer } from './webhook/webhook-server.ts';
export type { WebhookServerOptions } from './webhook/webhook-server.ts';

export { INSTALL_COMMAND, runInstallCommand } from './install/install-command.ts';
export { RELEASE_ANNOTATION } from './install/install-decision.ts';
export { INSTALL_FIELD_MANAGER } from './install/install-definitions.ts';
