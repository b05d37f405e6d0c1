import { Type, type TArray, type TRecord, type TString, type TUnsafe } from 'typebox';
import { rules } from './cel.ts';

/** Kubernetes quantity: a number or a decimal with a suffix (apimachinery, resource.Quantity; the pattern of its generated schemas). */
const QUANTITY_PATTERN =
  '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$';

/** A label key: an optional DNS prefix and a name (Kubernetes docs, labels and selectors). */
export const QUALIFIED_NAME_PATTERN =
  '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*(\\/))?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$';

/** A DNS label and a DNS subdomain of RFC 1123, as regular expressions for CEL `matches`. */
export const DNS_LABEL = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';
export const DNS_SUBDOMAIN = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';

/** A resource quantity, such as 1, "500m" or "120Gi". */
export type Quantity = string | number;

const quantity: TUnsafe<Quantity> = Type.Unsafe<Quantity>({
  anyOf: [{ type: 'integer' }, { type: 'string' }],
  pattern: QUANTITY_PATTERN,
  'x-kubernetes-int-or-string': true,
});

/** A map from resource name to quantity. */
export function quantities(description: string): TRecord<'^.*$', TUnsafe<Quantity>> {
  return Type.Record(Type.String(), quantity, { description });
}

/** A map from string to string. */
export function stringMap(description: string): TRecord<'^.*$', TString> {
  return Type.Record(Type.String(), Type.String(), { description });
}

/** A list of strings. */
export function strings(description: string): TArray<TString> {
  return Type.Array(Type.String(), { description });
}

/** A string with a description and, where needed, constraints. */
export function text(description: string, options: Readonly<Record<string, unknown>> = {}): TString {
  return Type.String({ description, ...options });
}

/** The name of an object in the namespace, such as a Secret (Kubernetes docs, object names); empty means none. */
export function objectName(description: string): TString {
  return text(description, { maxLength: 253, ...nameRule });
}

/** Names of objects, at most `maxItems`, which bounds the cost of the rule. */
export function objectNames(description: string, maxItems = 32): TArray<TString> {
  return Type.Array(Type.String({ maxLength: 253, ...nameRule }), { description, maxItems });
}

const nameRule = rules([
  `self == '' || self.matches('${DNS_SUBDOMAIN}')`,
  "must be the name of an object: lower-case letters, digits, '-' and '.', such as my-name",
]);

/** An RFC 3339 time. */
export function dateTime(description: string): TString {
  return Type.String({ description, format: 'date-time' });
}

/** An object whose inside the API server neither checks nor prunes. `T` is what we may assume about it. */
export function opaque<T>(description: string): TUnsafe<T> {
  // A type is given because CEL cannot see a field of unknown type, and our rules must ask whether it is there.
  return Type.Unsafe<T>({ type: 'object', description, 'x-kubernetes-preserve-unknown-fields': true });
}
