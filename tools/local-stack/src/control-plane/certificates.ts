import { generateKeyPairSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BACKDATE_MS, createCertificateAuthority, issueCertificate, type CertificateAndKey } from '@kaito/kube';

const LIFETIME_MS = 30 * 24 * 3600 * 1000;

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
  readonly admin: CertificateAndKey;
}

/**
 * Makes a certificate authority, the API server's certificate, an administrator's, and the service account key pair, and
 * writes them into `dir` (readable by us only). The authority's key is kept nowhere: nothing more can be signed.
 * @param now milliseconds since the epoch.
 */
export async function createCertificates(dir: string, now: number): Promise<Certificates> {
  const life = { now, lifetimeMs: LIFETIME_MS, backdateMs: BACKDATE_MS };
  const authority = await createCertificateAuthority({ ...life, subject: 'CN=kaito-local-stack-ca' });
  const [server, admin] = await Promise.all([
    issueCertificate(authority, {
      ...life,
      subject: 'CN=kube-apiserver',
      usage: 'server',
      hosts: ['127.0.0.1', 'localhost'],
    }),
    issueCertificate(authority, { ...life, subject: 'O=system:masters, CN=kaito-local-stack', usage: 'client' }),
  ]);
  const ca = authority.cert;
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
