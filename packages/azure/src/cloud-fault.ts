import { classifyFault } from './classify-fault.ts';
import type { FaultKind } from './classify-fault.ts';
import { isJsonObject, textOf } from './json.ts';
import { withoutSecrets } from './redact.ts';
import { retryAfterInWords } from './retry-after.ts';

/** One entry of an error's `details`, however deep it stood. */
export interface FaultDetail {
  readonly code: string;
  readonly message: string;
}

/** What went wrong on Azure's side, in its own words, and what kind of fault that is. */
export interface CloudFault {
  readonly code: string;
  readonly message: string;
  readonly kind: FaultKind;
  readonly details: readonly FaultDetail[];
  /** Milliseconds that the words of a throttled request ask us to wait. */
  readonly retryAfterMs?: number;
}

/** What an HTTP answer says of an error beside its body. */
export interface FaultAnswer {
  readonly statusCode?: number | undefined;
  readonly code?: string | undefined;
}

const maxMessageLength = 1_500;
const maxDetails = 20;
const maxDepth = 8;

/**
 * Reads an error of ARM, AKS or Entra into a fault. Understands the flat body of AKS `{code, message, details}`, the wrapped
 * one of ARM `{error: {code, message, details, innererror}}` and the one of OAuth `{error, error_description}` (RFC 6749 §5.2).
 * The kind is that of the error itself, or of the detail that says more: AKS wraps the causes of others.
 * @param body parsed JSON, of any shape
 * @param answer the HTTP answer that carried it, when one did: its status, and its x-ms-error-code, which wins over the body's as in
 *   the SDKs
 */
export function readFault(body: unknown, answer: FaultAnswer = {}): CloudFault {
  const { statusCode } = answer;
  const error = unwrap(body);
  const code = answer.code || textOf(error.code);
  const message = tidy(textOf(error.message));
  const details = collectDetails(error).slice(0, maxDetails);
  const cause = decisiveDetail({ code, message, statusCode }, details);
  const kind = classifyFault(cause ?? { code, message, statusCode });
  const words =
    cause && !message.includes(cause.message) ? tidy(`${message} ${cause.code}: ${cause.message}`) : message;
  const retryAfterMs = kind === 'throttled' ? retryAfterInWords(words) : undefined;
  return {
    code: code || cause?.code || '',
    message: words,
    kind,
    details,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/**
 * Puts a text on one line, takes out what must not be shown, and cuts it at 1,500 characters, where conditions and logs stop
 * being read.
 */
export function tidy(words: string): string {
  const line = withoutSecrets(words.replaceAll(/\s+/g, ' ').trim());
  return line.length > maxMessageLength ? `${line.slice(0, maxMessageLength - 1)}…` : line;
}

interface WireError {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly details?: unknown;
  readonly innererror?: unknown;
}

function unwrap(body: unknown): WireError {
  if (!isJsonObject(body)) return {};
  if (isJsonObject(body.error)) return body.error;
  return typeof body.error === 'string' ? readOAuthError(body.error, textOf(body.error_description)) : body;
}

/** Entra says the cause as `AADSTS<number>: words. Trace ID: …`; the number is the useful code, the ids are noise. */
function readOAuthError(error: string, description: string): WireError {
  const match = /(AADSTS\d+):\s*(.*?)(?:\s*Trace ID:|\s*$)/s.exec(description);
  return match
    ? { code: match[1], message: `${match[1]}: ${match[2]}` }
    : { code: error, message: description || error };
}

function collectDetails(error: WireError, depth = 0): FaultDetail[] {
  if (depth === maxDepth) return [];
  const children = [...(Array.isArray(error.details) ? (error.details as unknown[]) : []), error.innererror].filter(
    isJsonObject,
  );
  return children.flatMap(child => [
    ...(child.code || child.message ? [{ code: textOf(child.code), message: tidy(textOf(child.message)) }] : []),
    ...collectDetails(child, depth + 1),
  ]);
}

/** Kinds that an envelope gets whatever it holds; a detail of any other kind says more. */
const vagueKinds: ReadonlySet<FaultKind> = new Set(['unknown', 'node', 'spec', 'transient']);

function decisiveDetail(
  outer: { code: string; message: string; statusCode: number | undefined },
  details: readonly FaultDetail[],
): FaultDetail | undefined {
  const kind = classifyFault(outer);
  if (!vagueKinds.has(kind)) return undefined;
  const kinds = details.map(detail => ({ detail, kind: classifyFault(detail) }));
  const plain = kinds.find(entry => !vagueKinds.has(entry.kind));
  const known = kind === 'unknown' ? kinds.find(entry => entry.kind !== 'unknown') : undefined;
  return (plain ?? known)?.detail;
}
