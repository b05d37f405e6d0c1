import { isObject } from '../client/json.ts';
import type { AdmissionAnswer, AdmissionRequest } from './admission.ts';

const API_VERSION = 'admission.k8s.io/v1';
const OPERATIONS: readonly unknown[] = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'];
const WRITES: readonly unknown[] = ['CREATE', 'UPDATE'];

/** The request of an AdmissionReview, or what is wrong with the text. It repeats nothing of the text, which may be secret. */
export function parseReview(text: string): AdmissionRequest | { readonly problem: string } {
  const review = parse(text);
  if (!isObject(review)) return { problem: 'the body is not a JSON object' };
  if (review['kind'] !== 'AdmissionReview' || review['apiVersion'] !== API_VERSION) {
    return { problem: `the body is not an AdmissionReview of ${API_VERSION}; set admissionReviewVersions to ["v1"]` };
  }
  const { request } = review;
  if (!isObject(request)) return { problem: 'the review has no request' };
  const fault = faultOf(request);
  if (fault !== undefined) return { problem: `the review's request has no ${fault}` };
  const { object = null, oldObject = null, userInfo = {} } = request;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the API server vouches for the rest
  return { ...request, object, oldObject, userInfo } as unknown as AdmissionRequest;
}

/** The AdmissionReview that answers a request. */
export function reviewAnswer({ uid, kind, name, object }: AdmissionRequest, answer: AdmissionAnswer): object {
  const { allowed, warnings = [], message, code = 422, reason = 'Invalid', causes = [] } = answer;
  // kubectl shows causes instead of the message, and says whose they are only when it is told here.
  const named = { group: kind.group, kind: kind.kind, name: name || object?.metadata.name };
  const details = causes.length > 0 ? { details: { ...named, causes } } : {};
  return {
    apiVersion: API_VERSION,
    kind: 'AdmissionReview',
    response: {
      uid,
      allowed,
      ...(warnings.length > 0 ? { warnings } : {}),
      ...(allowed ? {} : { status: { status: 'Failure', code, reason, message: message ?? '', ...details } }),
    },
  };
}

/** The first part that is missing of those that every request has, and that handlers rely on. */
function faultOf(request: Readonly<Record<string, unknown>>): string | undefined {
  const { uid, operation, kind, resource, object, oldObject } = request;
  if (!areStrings(uid)) return 'uid';
  if (!OPERATIONS.includes(operation)) return 'known operation';
  if (!isObject(kind) || !areStrings(kind['kind'], kind['version'])) return 'kind';
  if (!isObject(resource) || !areStrings(resource['resource'])) return 'resource';
  if (WRITES.includes(operation) && !hasMetadata(object)) return 'object';
  return operation === 'UPDATE' && !hasMetadata(oldObject) ? 'oldObject' : undefined;
}

function areStrings(...values: readonly unknown[]): boolean {
  return values.every(value => typeof value === 'string');
}

function hasMetadata(object: unknown): boolean {
  return isObject(object) && isObject(object['metadata']);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
