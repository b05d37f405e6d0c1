import type { Secret } from '../client/builtin-resources.ts';
import type { ObjectKey } from '../client/object.ts';
import type { CertificateSet } from '../tls/certificate-state.ts';

/** Keys of the Secret: the first three are KAITO's (knative's certificate controller); the last lets us renew without a new authority. */
const KEYS = {
  serverKey: 'server-key.pem',
  serverCert: 'server-cert.pem',
  bundle: 'ca-cert.pem',
  authorityKey: 'ca-key.pem',
} as const;

/** The set that a Secret holds; empty parts where keys are missing. */
export function readSecret(secret: Secret | undefined): CertificateSet {
  const text = (key: string): string => Buffer.from(secret?.data?.[key] ?? '', 'base64').toString();
  return {
    bundle: text(KEYS.bundle),
    authorityKey: text(KEYS.authorityKey),
    server: { cert: text(KEYS.serverCert), key: text(KEYS.serverKey) },
  };
}

/** The `data` of the Secret for a set. */
export function secretData({ bundle, authorityKey, server }: CertificateSet): Readonly<Record<string, string>> {
  return {
    [KEYS.serverKey]: encode(server.key),
    [KEYS.serverCert]: encode(server.cert),
    [KEYS.bundle]: encode(bundle),
    [KEYS.authorityKey]: encode(authorityKey),
  };
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** A new Secret of the set. */
export function createSecret({ name, namespace = 'default' }: ObjectKey, set: CertificateSet): Secret {
  return { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata: { name, namespace }, data: secretData(set) };
}

/** Whether two sets are the same to the last byte. */
export function sameSet(a: CertificateSet, b: CertificateSet): boolean {
  return (
    a.bundle === b.bundle &&
    a.authorityKey === b.authorityKey &&
    a.server.cert === b.server.cert &&
    a.server.key === b.server.key
  );
}
