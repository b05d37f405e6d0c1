// oxlint-disable-next-line import/no-unassigned-import -- it has to run before @peculiar/x509 is loaded
import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const LIFETIME_MS = 365 * 24 * 3600 * 1000;
/** Certificates start in the past, so that a caller whose clock is a little behind trusts them. */
const BACKDATE_MS = 3600 * 1000;

export interface ServerCertificate {
  /** PEM of the certificate authority, for callers to trust. */
  readonly ca: string;
  /** PEM of the server's certificate. */
  readonly cert: string;
  /** PEM (PKCS #8) of the server's key; it never leaves the process. */
  readonly key: string;
}

/**
 * Makes a certificate authority and a server certificate of it, both for a year. The authority's key is dropped at once,
 * so nothing else can ever be signed with it.
 * @param hosts DNS names and IP addresses that the server answers to.
 */
export async function createServerCertificate(hosts: readonly string[]): Promise<ServerCertificate> {
  // Callers judge it by the machine's clock, whatever clock the emulator runs on.
  const now = Date.now();
  const validity = { notBefore: new Date(now - BACKDATE_MS), notAfter: new Date(now + LIFETIME_MS) };
  const issuer = await keyPair();
  const authority = await X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: 'CN=Azure emulator CA (not Microsoft)',
    keys: issuer,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  const subject = await keyPair();
  const leaf = await X509CertificateGenerator.create({
    ...validity,
    subject: 'CN=Azure emulator',
    issuer: authority.subject,
    publicKey: subject.publicKey,
    signingKey: issuer.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        hosts.map(value => ({ type: /^[\d.]+$|:/.test(value) ? ('ip' as const) : ('dns' as const), value })),
      ),
    ],
  });
  return { ca: authority.toString('pem'), cert: leaf.toString('pem'), key: await privateKeyPem(subject.privateKey) };
}

async function keyPair(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', key));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}
