// oxlint-disable-next-line import/no-unassigned-import -- it has to run before @peculiar/x509 is loaded
import 'reflect-metadata';
import { generateKeyPairSync, KeyObject, type webcrypto } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type Extension,
  type X509Certificate,
} from '@peculiar/x509';

/** Making a P-256 key takes a millisecond, an RSA key up to half a second. */
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 24 * 3600 * 1000;
const LIFETIME_MS = 30 * DAY_MS;
/** Certificates start in the past: the clocks of a machine's processes may be read in any order. */
const BACKDATE_MS = 3600 * 1000;

/** A certificate and its key, as PEM. */
export interface KeyAndCertificate {
  readonly cert: string;
  readonly key: string;
}

/** The files that the programs of a control plane read, and what a client needs. */
export interface Certificates {
  readonly caFile: string;
  readonly serverCertFile: string;
  readonly serverKeyFile: string;
  /** Signs and checks service account tokens. */
  readonly serviceAccountKeyFile: string;
  readonly serviceAccountPublicKeyFile: string;
  /** PEM of the certificate authority. */
  readonly ca: string;
  /** Member of `system:masters`: may do anything. */
  readonly admin: KeyAndCertificate;
}

interface Authority {
  readonly certificate: X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly validity: { readonly notBefore: Date; readonly notAfter: Date };
}

/**
 * Makes a certificate authority, the API server's certificate, an administrator's, and the service account key pair, and
 * writes them into `dir` (readable by us only). The authority's key is kept nowhere: nothing more can be signed.
 * @param now milliseconds since the epoch.
 */
export async function createCertificates(dir: string, now: number): Promise<Certificates> {
  const authority = await createAuthority(now);
  const [server, admin] = await Promise.all([
    issue(authority, 'CN=kube-apiserver', [
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([
        { type: 'ip', value: '127.0.0.1' },
        { type: 'dns', value: 'localhost' },
      ]),
    ]),
    issue(authority, 'O=system:masters, CN=kaito-local-stack', [
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
    ]),
  ]);
  const ca = pem(authority.certificate);
  const serviceAccount = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  await mkdir(dir, { recursive: true });
  const save = async (name: string, content: string): Promise<string> => {
    const file = join(dir, name);
    await writeFile(file, content, { mode: 0o600 });
    return file;
  };
  return {
    caFile: await save('ca.crt', ca),
    serverCertFile: await save('apiserver.crt', server.cert),
    serverKeyFile: await save('apiserver.key', server.key),
    serviceAccountKeyFile: await save('service-account.key', serviceAccount.privateKey),
    serviceAccountPublicKeyFile: await save('service-account.pub', serviceAccount.publicKey),
    ca,
    admin,
  };
}

async function createAuthority(now: number): Promise<Authority> {
  const keys = await createKeys();
  const validity = { notBefore: new Date(now - BACKDATE_MS), notAfter: new Date(now + LIFETIME_MS) };
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: 'CN=kaito-local-stack-ca',
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  return { certificate, keys, validity };
}

async function issue(
  authority: Authority,
  subject: string,
  extensions: readonly Extension[],
): Promise<KeyAndCertificate> {
  const keys = await createKeys();
  const certificate = await X509CertificateGenerator.create({
    ...authority.validity,
    subject,
    issuer: authority.certificate.subject,
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      ...extensions,
    ],
  });
  return {
    cert: pem(certificate),
    key: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function createKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

/** Ends in a newline, so that several of them make one file. */
function pem(certificate: X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}
