import type { StatusCause } from '../client/api-error.ts';
import type { KubeObject } from '../client/object.ts';

/** Group, version and the name of a kind (`kind`) or of a resource (`resource`) in admission.k8s.io/v1. */
export interface AdmissionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** Who asks (authentication.k8s.io/v1 UserInfo). */
export interface AdmissionUser {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** What the API server wants to know before it stores a change (admission.k8s.io/v1 AdmissionRequest). */
export interface AdmissionRequest<T extends KubeObject = KubeObject> {
  /** Of this question, not of the object. */
  readonly uid: string;
  /** Kind and version in which `object` and `oldObject` are written. */
  readonly kind: AdmissionKind;
  readonly resource: { readonly group: string; readonly version: string; readonly resource: string };
  readonly subResource?: string;
  readonly requestKind?: AdmissionKind;
  /** Empty or absent where the server is to generate the name. */
  readonly name?: string;
  readonly namespace?: string;
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  readonly userInfo: AdmissionUser;
  /** The object as it would be; null with DELETE. */
  readonly object: T | null;
  /** The object as it is; null with CREATE. */
  readonly oldObject: T | null;
  /** Nothing will be stored, whatever the answer. */
  readonly dryRun?: boolean;
  readonly options?: unknown;
}

/** What a webhook says to a change. */
export interface AdmissionAnswer {
  readonly allowed: boolean;
  /** Why it is refused, and what would be accepted; users read it behind "admission webhook … denied the request". */
  readonly message?: string | undefined;
  /** HTTP status of a refusal; 422 when absent, as for an object that breaks its schema. */
  readonly code?: number | undefined;
  /** Reason of a refusal (meta/v1 StatusReason); `Invalid` when absent. */
  readonly reason?: string | undefined;
  /** Which fields are wrong, and how. */
  readonly causes?: readonly StatusCause[] | undefined;
  /** Shown to the user whether it is allowed or not; the API server wants them short (256 characters) and few. */
  readonly warnings?: readonly string[] | undefined;
}

/** Judges a change. What it throws refuses the change. It must end soon after `signal` is aborted: time is up then. */
export type AdmissionHandler<T extends KubeObject = KubeObject> = (
  request: AdmissionRequest<T>,
  signal: AbortSignal,
) => AdmissionAnswer | Promise<AdmissionAnswer>;
