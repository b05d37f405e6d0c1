// oxlint-disable-next-line import/no-unassigned-import -- it has to run before @peculiar/x509 is loaded
import 'reflect-metadata';
import { createPrivateKey, KeyObject } from 'node:crypto';
import type { webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { CertificateAndKey, CertificateOptions, IssueOptions } from './certificate-authority.ts';
import { isIpAddress } from './hosts.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const USAGES = { server: ExtendedKeyUsage.serverAuth, client: ExtendedKeyUsage.clientAuth } as const;

/** A certificate that signs itself and others, but no further authorities. */
export async function selfSign(options: CertificateOptions): Promise<CertificateAndKey> {
  const keys = await createKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...validity(options),
    name: options.subject,
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { cert: pem(certificate), key: keyPem(keys.privateKey) };
}

/** A certificate of the authority for one purpose. @throws Error when the authority's PEM cannot be read. */
export async function sign(authority: CertificateAndKey, options: IssueOptions): Promise<CertificateAndKey> {
  const { issuer, signingKey } = await readAuthority(authority);
  const keys = await createKeys();
  const hosts = (options.hosts ?? []).map(value => ({ type: isIpAddress(value) ? 'ip' : 'dns', value }) as const);
  const certificate = await X509CertificateGenerator.create({
    ...validity(options),
    subject: options.subject,
    issuer: issuer.subject,
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([USAGES[options.usage]]),
      // With several authorities around, it says which one to look for (RFC 5280 §4.2.1.1).
      await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ...(hosts.length > 0 ? [new SubjectAlternativeNameExtension(hosts)] : []),
    ],
  });
  return { cert: pem(certificate), key: keyPem(keys.privateKey) };
}

function validity({ now, lifetimeMs, backdateMs }: CertificateOptions): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(now - backdateMs), notAfter: new Date(now + lifetimeMs) };
}

function createKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function readAuthority({
  cert,
  key,
}: CertificateAndKey): Promise<{ readonly issuer: X509Certificate; readonly signingKey: webcrypto.CryptoKey }> {
  try {
    const der = createPrivateKey(key).export({ type: 'pkcs8', format: 'der' });
    const signingKey = await crypto.subtle.importKey('pkcs8', new Uint8Array(der), ALGORITHM, false, ['sign']);
    return { issuer: new X509Certificate(cert), signingKey };
  } catch (cause) {
    const message =
      'The certificate authority cannot sign: its certificate is not PEM, or its key is not one of ECDSA P-256';
    throw new Error(message, { cause });
  }
}

function keyPem(key: webcrypto.CryptoKey): string {
  return KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Ends in a newline, so that several of them make one file. */
function pem(certificate: X509Certificate): string {
  return `${certificate.toString('pem').trimEnd()}\n`;
}
